//! Who may receive the credentials of a registry, and what they buy.

use std::{collections::BTreeMap, net::IpAddr};

/// What a person allows by name for one registry: hosts of other sites, whatever their ports.
#[derive(Clone, Debug, Default)]
pub struct Permitted {
    /// Token servers that may see the registry's credentials, and so the tokens that these buy.
    pub token_realms: Vec<String>,
    /// Servers that may see the tokens alone: a Notary server elsewhere.
    pub token_receivers: Vec<String>,
}

/// What is allowed by name, for each registry by its name as in a GUN.
#[derive(Clone, Debug, Default)]
pub struct Permissions(BTreeMap<String, Permitted>);

impl Permissions {
    /// Allows more for one registry.
    #[must_use]
    pub fn with(mut self, registry: &str, permitted: Permitted) -> Self {
        self.0.insert(registry.to_owned(), permitted);
        self
    }

    /// Whether a server may receive a registry's credentials; both are named as hosts, with or without a port. The connection must be https.
    pub(in crate::http) fn allow_credentials(&self, registry: &str, receiver: &str) -> bool {
        may_receive(registry, receiver) || self.names(registry, receiver, |permitted| &permitted.token_realms)
    }

    /// Whether a server may receive a token that a registry's credentials bought: whoever may receive these, and who is named for it.
    pub(in crate::http) fn allow_tokens(&self, registry: &str, receiver: &str) -> bool {
        self.allow_credentials(registry, receiver) || self.names(registry, receiver, |permitted| &permitted.token_receivers)
    }

    fn names(&self, registry: &str, receiver: &str, list: impl Fn(&Permitted) -> &Vec<String>) -> bool {
        self.0.get(registry).is_some_and(|permitted| list(permitted).iter().any(|name| is_same_host(name, receiver)))
    }
}

/// Whether what is one server's may be another's without anybody's leave; both are named as hosts, with or without a port.
///
/// It may where it is the same host, or a host of the same site by the public suffix list (so `auth.docker.io` for `docker.io`). Addresses,
/// `localhost` and other names without a site must be the same host. The port does not count: whoever answers has shown a certificate for
/// the host.
pub(in crate::http) fn may_receive(owner: &str, receiver: &str) -> bool {
    if is_same_host(owner, receiver) {
        return true;
    }
    match (site(host(owner)), site(host(receiver))) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

fn is_same_host(a: &str, b: &str) -> bool {
    host(a).eq_ignore_ascii_case(host(b))
}

/// The host without its port.
fn host(authority: &str) -> &str {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        _ => authority,
    };
    host.strip_suffix('.').unwrap_or(host)
}

/// The part of a name that one owner registered, in lower case; none for an address or a bare suffix.
fn site(host: &str) -> Option<String> {
    let host = host.to_ascii_lowercase();
    if host.starts_with('[') || host.parse::<IpAddr>().is_ok() {
        return None;
    }
    psl::domain_str(&host).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_stay_with_their_site() {
        for (registry, receiver, may) in [
            ("docker.io", "auth.docker.io", true),
            ("docker.io", "notary.docker.io", true),
            ("docker.io", "auth.docker.com", false),
            ("dtr.example.com", "dtr.example.com", true),
            ("dtr.example.com:4443", "dtr.example.com", true),
            ("DTR.example.com", "auth.Example.com:5001", true),
            ("dtr.example.com", "example.com.evil.org", false),
            ("dtr.example.com", "evilexample.com", false),
            ("a.example.co.uk", "b.example.co.uk", true),
            ("a.example.co.uk", "b.other.co.uk", false),
            ("alice.github.io", "mallory.github.io", false), // a private suffix
            ("x.azurecr.io", "x.azurecr.io", true),
            ("co.uk", "example.co.uk", false),
            ("localhost:5000", "localhost:5001", true),
            ("localhost:5000", "127.0.0.1:5000", false),
            ("127.0.0.1", "127.0.0.2", false),
            ("10.0.0.1", "1.0.0.1", false),
            ("[::1]:5000", "[::1]", true),
            ("[::1]", "[::2]", false),
            ("registry.internal", "auth.internal", false),
            ("registry.corp.internal", "auth.corp.internal", true), // the list's rule for unknown suffixes: one label
            ("registry", "registry", true),
            ("dtr.example.com.", "dtr.example.com", true),
        ] {
            assert_eq!(may_receive(registry, receiver), may, "{registry} -> {receiver}");
        }
    }

    #[test]
    fn settings_allow_a_host_by_name_for_one_registry() {
        let hosts = |name: &str| vec![name.to_owned()];
        let permitted = Permitted { token_realms: hosts("auth.other.org"), token_receivers: hosts("notary.other.org:4443") };
        let permissions = Permissions::default().with("dtr.example.com", permitted);
        for (registry, receiver, credentials, tokens) in [
            ("dtr.example.com", "auth.other.org:443", true, true),
            ("dtr.example.com", "AUTH.other.org", true, true),
            ("dtr.example.com", "notary.other.org", false, true),
            ("dtr.example.com", "x.auth.other.org", false, false),
            ("dtr.example.com", "other.org", false, false),
            ("dtr.example.com", "auth.example.com", true, true),
            ("dtr.example.com:5000", "auth.other.org", false, false),
            ("hub.example.com", "auth.other.org", false, false),
            ("auth.other.org", "dtr.example.com", false, false),
        ] {
            let allowed = (permissions.allow_credentials(registry, receiver), permissions.allow_tokens(registry, receiver));
            assert_eq!(allowed, (credentials, tokens), "{registry} -> {receiver}");
        }
    }
}
