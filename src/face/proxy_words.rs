//! What a person could do about a proxy.

use client::ports::{Asked, ProxyFault, ProxyName};

use super::asked::host_of;

/// The hint for a proxy that was no way to a server. Nothing of its login is repeated.
pub(crate) fn hint(asked: &Asked, proxy: &ProxyName, fault: &ProxyFault) -> String {
    let ProxyName { address, variable, has_login } = proxy;
    let host = host_of(&asked.url).unwrap_or_else(|| "the server".to_owned());
    let except = format!("if {host} is reached without the proxy, name it in NO_PROXY");
    match fault {
        ProxyFault::Answered { status: 407, .. } if *has_login => {
            format!("the proxy does not take the login in {variable}: is it right, with %XX for the marks in it? {except}")
        }
        ProxyFault::Answered { status: 407, schemes } if schemes.is_empty() || schemes.iter().any(|scheme| is_basic(scheme)) => {
            let (scheme, rest) = address.split_once("://").unwrap_or(("http", address));
            format!("put the login into {variable}: {scheme}://USER:PASSWORD@{rest}, with %XX for marks in it; {except}")
        }
        ProxyFault::Answered { status: 407, .. } => {
            format!(
                "of logins for a proxy Basic alone is known here; a proxy on this machine that logs in there can stand between; {except}"
            )
        }
        ProxyFault::Answered { .. } | ProxyFault::Refused | ProxyFault::Unreachable(_) => {
            format!("{except}; else ask who runs the proxy")
        }
    }
}

fn is_basic(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("basic")
}

#[cfg(test)]
mod tests {
    use super::*;
    use client::ports::Service;

    #[test]
    fn each_refusal_has_a_way_on() {
        let asked = Asked::request(Service::Notary, "https://dtr.example.com:8443/v2/");
        let hint = |has_login, status, schemes: &[&str]| {
            let (address, variable) = ("http://p:3128".to_owned(), "https_proxy".to_owned());
            let schemes = schemes.iter().map(|scheme| (*scheme).to_owned()).collect();
            hint(&asked, &ProxyName { address, variable, has_login }, &ProxyFault::Answered { status, schemes })
        };
        for (hint, words) in [
            (hint(false, 403, &[]), "if dtr.example.com:8443 is reached without the proxy, name it in NO_PROXY"),
            (hint(false, 407, &["NTLM", "basic"]), "put the login into https_proxy: http://USER:PASSWORD@p:3128"),
            (hint(false, 407, &["NTLM"]), "Basic alone is known here"),
            (hint(true, 407, &["Basic"]), "does not take the login in https_proxy"),
        ] {
            assert!(hint.contains(words) && hint.contains("NO_PROXY"), "{hint}");
        }
    }
}
