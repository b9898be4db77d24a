//! Which proxy stands before a server: what the environment and the system say, read as the HTTP client reads it.

use std::net::IpAddr;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;

/// Whether a server is this machine's own. It is asked without a proxy, as by Go: a proxy cannot reach it.
pub(in crate::http) fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The proxy for a server, without the credentials for it; none where it is asked directly.
pub(in crate::http) fn before(url: &Url) -> Option<String> {
    if is_this_machine(url) {
        return None;
    }
    let server = url.as_str().parse().ok()?;
    let mut proxy = Url::parse(&Matcher::from_system().intercept(&server)?.uri().to_string()).ok()?;
    // there are none: the client keeps them apart. What it did not know for them stays out all the same
    let _ = (proxy.set_username(""), proxy.set_password(None));
    Some(proxy.as_str().trim_end_matches('/').to_owned())
}
