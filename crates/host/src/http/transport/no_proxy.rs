//! The servers that are asked without a proxy: `NO_PROXY` with Go's rules, and this machine.

use std::net::IpAddr;

use ipnet::IpNet;
use reqwest::Url;

/// Whether a server is this machine's own. It is asked without a proxy, as by Go: a proxy cannot reach it.
pub(super) fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || address(host).is_some_and(|ip| ip.is_loopback())
}

/// What `NO_PROXY` lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NoProxy(Vec<Entry>);

/// An entry; where it names a port, that must match.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    /// `*`
    All,
    /// `10.0.0.0/8`
    Network(IpNet),
    /// `10.0.0.1`, `10.0.0.1:5000`, `[::1]:5000`
    Address(IpAddr, Option<u16>),
    /// `example.com` is that host and those below it, `.example.com` and `*.example.com` those below it alone.
    Domain { below: String, itself: bool, port: Option<u16> },
}

impl NoProxy {
    /// Entries with commas between them. What is none matches nothing.
    pub(super) fn parse(value: &str) -> Self {
        Self(value.split(',').filter_map(|entry| Entry::parse(&entry.trim().to_lowercase())).collect())
    }

    /// Whether a server is among them.
    pub(super) fn has(&self, url: &Url) -> bool {
        let (host, port) = (url.host_str().unwrap_or_default().to_ascii_lowercase(), url.port_or_known_default());
        self.0.iter().any(|entry| entry.is_for(&host, port))
    }
}

impl Entry {
    fn parse(entry: &str) -> Option<Self> {
        if entry == "*" {
            return Some(Self::All);
        }
        if let Ok(network) = entry.parse() {
            return Some(Self::Network(network));
        }
        let (host, port) = match entry.rsplit_once(':') {
            // an address of version 6 without a port
            _ if entry.parse::<IpAddr>().is_ok() => (entry, None),
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (entry, None),
        };
        if let Some(ip) = address(host) {
            return Some(Self::Address(ip, port));
        }
        let host = host.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(host);
        let (itself, name) = host.strip_prefix('.').map_or((true, host), |name| (false, name));
        // as the host of a URL is written
        let name = url::Host::parse(name).map_or_else(|_| name.to_owned(), |host| host.to_string());
        (!name.is_empty()).then(|| Self::Domain { below: format!(".{name}"), itself, port })
    }

    fn is_for(&self, host: &str, asked: Option<u16>) -> bool {
        let fits = |port: &Option<u16>| port.is_none() || *port == asked;
        match (self, address(host)) {
            (Self::All, _) => true,
            (Self::Network(network), Some(ip)) => network.contains(&ip),
            (Self::Address(own, port), Some(ip)) => *own == ip && fits(port),
            (Self::Domain { below, itself, port }, None) => {
                let is_named = host.ends_with(below.as_str()) || *itself && below.strip_prefix('.') == Some(host);
                is_named && fits(port)
            }
            _ => false,
        }
    }
}

/// The address that a host is, with or without brackets.
fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_match_as_go_s_do() {
        let dtr = "https://dtr.example.com:8443";
        for (no_proxy, server, is_direct) in [
            ("", dtr, false),
            ("*", dtr, true),
            ("*.example.com", dtr, true),
            (".example.com", dtr, true),
            ("example.com", dtr, true),
            ("dtr.example.com", dtr, true),
            ("DTR.Example.COM", dtr, true),
            ("dtr.example.com:8443", dtr, true),
            (".example.com:8443", dtr, true),
            ("*.example.com:8443", dtr, true),
            ("dtr.example.com:443", dtr, false),
            ("dtr.example.com:443", "https://dtr.example.com", true),
            ("dtr.example.com:80", "http://dtr.example.com", true),
            (".dtr.example.com", dtr, false),
            ("*.dtr.example.com", dtr, false),
            ("le.com", dtr, false),
            ("*le.com", dtr, false),
            ("dtr.*.com", dtr, false),
            ("https://dtr.example.com", dtr, false),
            ("dtr.example.com/x", dtr, false),
            ("a.org, dtr.example.com ,b.org", dtr, true),
            ("a.org dtr.example.com", dtr, false),
            (",, ,:8443,.,*.", dtr, false),
            ("dtr.example.com:", dtr, false),
            ("10.0.0.0/8", "https://10.1.2.3:5000", true),
            ("10.0.0.0/8", "https://11.1.2.3:5000", false),
            ("10.0.0.0/99", "https://10.1.2.3:5000", false),
            ("10.1.2.3", "https://10.1.2.3:5000", true),
            ("10.1.2.3:5000", "https://10.1.2.3:5000", true),
            ("10.1.2.3:5001", "https://10.1.2.3:5000", false),
            (".2.3", "https://10.1.2.3:5000", false),
            ("fd00::/8", "https://[fd00::1]:5000", true),
            ("fd00::1", "https://[fd00::1]:5000", true),
            ("[fd00::1]:5000", "https://[fd00::1]:5000", true),
            ("[fd00::1]:5001", "https://[fd00::1]:5000", false),
            ("münchen.example", "https://dtr.m\u{fc}nchen.example", true),
        ] {
            assert_eq!(NoProxy::parse(no_proxy).has(&Url::parse(server).unwrap()), is_direct, "{no_proxy:?} {server}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_value_is_too_strange(value in "[*.:,/ \\[\\]a-z0-9%\u{80}-\u{200}]{0,60}") {
            let _ = NoProxy::parse(&value).has(&Url::parse("https://dtr.example.com:8443").unwrap());
        }
    }
}
