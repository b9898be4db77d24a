//! Which hosts are one owner's: what a person configured for one of them, and what is shown to it, may be another's.

use std::net::IpAddr;

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

/// Whether two names are of one host, whatever their ports.
pub(in crate::http) fn is_same_host(a: &str, b: &str) -> bool {
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
}
