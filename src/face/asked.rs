//! What was asked, as hints want to know it.

use client::ports::{Asked, Service, Step};

/// Whether it was the Notary server itself that was asked, rather than its token server.
pub(crate) fn is_notary(asked: &Asked) -> bool {
    asked.service == Service::Notary && matches!(asked.step, Step::Challenge | Step::Request)
}

/// The host, with its port where the URL names one, as Docker names the folder of its certificates.
pub(super) fn host_of(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}
