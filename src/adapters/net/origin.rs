//! Who may receive the credentials of a registry.

use std::net::IpAddr;

/// Whether a server may receive a registry's credentials; both are named as hosts, with or without a port. The connection must be https.
///
/// It may where it is the registry's own host, a host of the same site by the public suffix list (so `auth.docker.io` for `docker.io`), or
/// allowed by name in the settings. Addresses, `localhost` and other names without a site must be the same host. The port does not count:
/// whoever answers has shown a certificate for the host.
pub(super) fn may_receive(registry: &str, receiver: &str, allowed: &[String]) -> bool {
    let same = |a: &str, b: &str| host(a).eq_ignore_ascii_case(host(b));
    if same(registry, receiver) || allowed.iter().any(|name| same(name, receiver)) {
        return true;
    }
    match (site(host(registry)), site(host(receiver))) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
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
            assert_eq!(may_receive(registry, receiver, &[]), may, "{registry} -> {receiver}");
        }
    }

    #[test]
    fn settings_allow_a_host_by_name() {
        let allowed = ["auth.other.org".to_owned()];
        assert!(may_receive("dtr.example.com", "auth.other.org:443", &allowed));
        assert!(!may_receive("dtr.example.com", "x.auth.other.org", &allowed));
        assert!(!may_receive("dtr.example.com", "other.org", &allowed));
    }
}
