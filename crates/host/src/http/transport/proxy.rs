//! Which proxy stands before a server: what the environment says, read as Go's clients read it (`golang.org/x/net/http/httpproxy`), Docker's and
//! Notary's among them. `ALL_PROXY` and what the system has set count for none of them.

use std::fmt;

use reqwest::Url;
use url::form_urlencoded;

use super::{
    no_proxy::{NoProxy, is_this_machine},
    public_url::without_login,
};
use client::ports::ProxyName;

/// The proxies that the environment names, and the servers that it excepts.
#[derive(Clone, Default)]
pub struct Proxies {
    https: Option<Named>,
    http: Option<Named>,
    except: NoProxy,
}

/// A proxy as a variable names it, or what is wrong with its value.
type Named = Result<Proxy, String>;

/// A proxy, with the credentials for it where it has some.
#[derive(Clone)]
pub(in crate::http) struct Proxy {
    variable: &'static str,
    url: Url,
}

impl Proxies {
    /// Reads the variables; one that is empty is not set. Of a variable in upper and in lower case the first counts.
    #[must_use]
    pub fn of_environment(variable: impl Fn(&'static str) -> Option<String>) -> Self {
        let first = |names: [&'static str; 2]| {
            names.into_iter().find_map(|name| Some((name, variable(name).filter(|value| !value.is_empty())?)))
        };
        let named = |names| first(names).map(|(name, value)| parse(name, &value));
        // a web server sets HTTP_PROXY for its scripts to a header of the request (httpoxy)
        let http = if first(["REQUEST_METHOD"; 2]).is_some() { None } else { named(["HTTP_PROXY", "http_proxy"]) };
        let except = first(["NO_PROXY", "no_proxy"]).map(|(_, value)| NoProxy::parse(&value)).unwrap_or_default();
        Self { https: named(["HTTPS_PROXY", "https_proxy"]), http, except }
    }

    /// The proxy for a server; none where it is asked directly. An error says which variable cannot be used, without its value.
    pub(in crate::http) fn before(&self, server: &Url) -> Result<Option<Proxy>, String> {
        let named = if server.scheme() == "http" { &self.http } else { &self.https };
        match named {
            Some(_) if is_this_machine(server) || self.except.has(server) => Ok(None),
            named => named.clone().transpose(),
        }
    }
}

/// The value may hold a password, so there is none of it here.
impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proxies")
    }
}

/// A URL, or without its scheme one of `http`.
fn parse(variable: &'static str, value: &str) -> Named {
    let url = match Url::parse(value) {
        Ok(url) if url.has_host() => Some(url),
        _ if value.contains("://") => None,
        _ => Url::parse(&format!("http://{value}")).ok(),
    };
    let refuse = |reason: &str| Err(format!("{variable} {reason}"));
    let Some(mut url) = url.filter(Url::has_host) else { return refuse("is not the address of a proxy") };
    match url.scheme() {
        "http" | "https" => {}
        // Go leaves it to the proxy to look the name up
        "socks5" | "socks5h" => {
            let port = url.port().unwrap_or(1080);
            if url.set_scheme("socks5h").is_err() || url.set_port(Some(port)).is_err() {
                return refuse("is not the address of a proxy");
            }
        }
        scheme => return refuse(&format!("names a proxy of the kind {scheme}, which is neither http, https nor socks5")),
    }
    Ok(Proxy { variable, url })
}

impl Proxy {
    /// Its address and who names it, without credentials.
    pub(in crate::http) fn name(&self) -> ProxyName {
        let mut url = without_login(&self.url);
        url.set_path("");
        url.set_query(None);
        ProxyName {
            address: url.as_str().trim_end_matches('/').to_owned(),
            variable: self.variable.to_owned(),
            has_login: !self.url.username().is_empty() || self.url.password().is_some(),
        }
    }

    /// As the HTTP client takes it.
    pub(in crate::http) fn for_client(&self) -> Result<reqwest::Proxy, String> {
        // the client's words could repeat the value
        reqwest::Proxy::all(self.url.clone()).map_err(|_| format!("{} is not the address of a proxy", self.variable))
    }

    /// The address.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// The user's name and password, where it has some.
    pub(super) fn login(&self) -> Option<(String, String)> {
        let (user, password) = (self.url.username(), self.url.password().unwrap_or_default());
        self.name().has_login.then(|| (unescaped(user), unescaped(password)))
    }
}

/// A text with each `%XX` read.
fn unescaped(text: &str) -> String {
    let kept = text.replace('&', "%26").replace('=', "%3D").replace('+', "%2B");
    form_urlencoded::parse(kept.as_bytes()).map(|(text, _)| text.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(variables: &[(&str, &str)], server: &str) -> String {
        let get = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        match Proxies::of_environment(get).before(&Url::parse(server).unwrap()) {
            Ok(None) => "direct".to_owned(),
            Ok(Some(proxy)) => format!("{} by {}", proxy.name().address, proxy.name().variable),
            Err(reason) => reason,
        }
    }

    #[test]
    fn the_variables_are_read_as_go_reads_them() {
        let dtr = "https://dtr.example.com:8443/v2/";
        for (variables, server, proxy) in [
            (&[][..], dtr, "direct"),
            (&[("HTTPS_PROXY", "http://p:3128")], dtr, "http://p:3128 by HTTPS_PROXY"),
            (&[("https_proxy", "http://p:3128/")], dtr, "http://p:3128 by https_proxy"),
            (&[("HTTPS_PROXY", "http://p"), ("https_proxy", "http://q")], dtr, "http://p by HTTPS_PROXY"),
            (&[("HTTPS_PROXY", ""), ("https_proxy", "http://q")], dtr, "http://q by https_proxy"),
            (&[("HTTPS_PROXY", "p:3128")], dtr, "http://p:3128 by HTTPS_PROXY"),
            (&[("HTTPS_PROXY", "127.0.0.1:3128")], dtr, "http://127.0.0.1:3128 by HTTPS_PROXY"),
            (&[("HTTPS_PROXY", "[::1]:3128")], dtr, "http://[::1]:3128 by HTTPS_PROXY"),
            (&[("HTTPS_PROXY", "p")], dtr, "http://p by HTTPS_PROXY"),
            (&[("HTTPS_PROXY", "me:hunter2@p:3128")], dtr, "http://p:3128 by HTTPS_PROXY"),
            (&[("HTTPS_PROXY", "https://me:hunter2@p:3128/x?y")], dtr, "https://p:3128 by HTTPS_PROXY"),
            (&[("HTTPS_PROXY", "socks5://p")], dtr, "socks5h://p:1080 by HTTPS_PROXY"),
            (&[("HTTP_PROXY", "http://p"), ("ALL_PROXY", "http://q")], dtr, "direct"),
            (&[("HTTP_PROXY", "http://p")], "http://dtr.example.com/", "http://p by HTTP_PROXY"),
            (&[("HTTP_PROXY", "http://p"), ("REQUEST_METHOD", "GET")], "http://dtr.example.com/", "direct"),
            (&[("HTTPS_PROXY", "http://p")], "http://dtr.example.com/", "direct"),
            (&[("HTTPS_PROXY", "http://p"), ("NO_PROXY", "*.example.com")], dtr, "direct"),
            (&[("HTTPS_PROXY", "http://p"), ("no_proxy", "example.com")], dtr, "direct"),
            (&[("HTTPS_PROXY", "http://p")], "https://localhost:8443/", "direct"),
            (&[("HTTPS_PROXY", "http://p")], "https://127.9.9.9:8443/", "direct"),
            (&[("HTTPS_PROXY", "http://p")], "https://[::1]:8443/", "direct"),
        ] {
            assert_eq!(before(variables, server), proxy, "{variables:?} {server}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused_by_its_variable_and_without_its_value() {
        for value in ["ftp://me:hunter2@p", "http://", "http://me:hunter2@", "me:hunter2@p:99999", "://hunter2"] {
            let reason = before(&[("https_proxy", value)], "https://dtr.example.com/");
            assert!(reason.starts_with("https_proxy ") && !reason.contains("hunter2"), "{value}: {reason}");
        }
        let direct = before(&[("https_proxy", "ftp://p"), ("NO_PROXY", "*")], "https://dtr.example.com/");
        assert_eq!(direct, "direct");
    }

    #[test]
    fn credentials_are_read_and_kept_out_of_sight() {
        let get = |name: &str| (name == "HTTPS_PROXY").then(|| "http://me:p%40ss+w@p:3128".to_owned());
        let proxies = Proxies::of_environment(get);
        assert!(!format!("{proxies:?}").contains("p%40ss"));
        let proxy = proxies.before(&Url::parse("https://x/").unwrap()).unwrap().unwrap();
        assert_eq!(proxy.login(), Some(("me".to_owned(), "p@ss+w".to_owned())));
        assert!(proxy.name().has_login && !format!("{:?}", proxy.name()).contains("p%40"));
    }
}
