//! Failures of a request, classified: a TLS failure is never an outage, and every cause is told in full.

use std::{error::Error as StdError, io};

use super::text::printable;
use crate::ops::ports::RemoteError;

/// Why a request has no answer. It can be kept, and told to each who waited for the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// What was asked: a URL without credentials and query.
    pub(super) url: String,
    pub(super) kind: Kind,
}

/// The kinds of failure, as `RemoteError` has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    BadAnswer(String),
    Status(u16),
    Tls(String),
    Unauthorized(String),
    Unusable(String),
    Unreachable(String),
}

impl From<Failure> for RemoteError {
    fn from(Failure { url, kind }: Failure) -> Self {
        match kind {
            Kind::BadAnswer(reason) => Self::BadAnswer { url, reason },
            Kind::Status(status) => Self::Status { url, status },
            Kind::Tls(cause) => Self::Tls { url, cause },
            Kind::Unauthorized(reason) => Self::Unauthorized { url, reason },
            Kind::Unusable(reason) => Self::Unusable(reason),
            Kind::Unreachable(cause) => Self::Unreachable { url, cause },
        }
    }
}

/// Finds the cause of a failed exchange in the chain of its errors. `host` is the host that was asked.
pub(super) fn classify(error: &(dyn StdError + 'static), host: &str) -> Kind {
    let mut parse = false;
    let mut cut_off = false;
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(tls) = find_tls(error) {
            return Kind::Tls(tls_cause(tls, host));
        }
        let words = error.to_string();
        parse |= words.starts_with("invalid HTTP") || words.contains("message head is too large");
        cut_off |= words.contains("message completed") || words.contains("end of file before message length reached");
        at = error.source();
    }
    let causes = causes(error);
    if parse {
        return Kind::BadAnswer(format!("the answer is not HTTP: {causes}"));
    }
    if cut_off {
        return Kind::BadAnswer(format!("the connection was closed before the answer was complete: {causes}"));
    }
    Kind::Unreachable(causes)
}

/// An I/O error hides the error that it carries from `source`.
fn find_tls<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e rustls::Error> {
    let carried = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match carried {
        Some(inner) => find_tls(inner),
        None => error.downcast_ref(),
    }
}

fn tls_cause(error: &rustls::Error, host: &str) -> String {
    use rustls::{AlertDescription, CertificateError as Cert, Error};
    match error {
        Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType) => "the server speaks no TLS".to_owned(),
        Error::InvalidCertificate(Cert::UnknownIssuer) => {
            format!("the certificate of {host} is signed by an unknown authority")
        }
        Error::InvalidCertificate(Cert::NotValidForName) => format!("the certificate is not valid for the name {host}"),
        Error::InvalidCertificate(Cert::NotValidForNameContext { presented, .. }) => {
            let names: Vec<&str> = presented.iter().map(|name| plain_name(name)).collect();
            let names = if names.is_empty() { "no name".to_owned() } else { names.join(", ") };
            format!("the certificate is not valid for the name {host}, but for {}", printable(&names))
        }
        Error::InvalidCertificate(Cert::Expired | Cert::ExpiredContext { .. }) => format!("the certificate of {host} has expired"),
        Error::InvalidCertificate(Cert::NotValidYet | Cert::NotValidYetContext { .. }) => {
            format!("the certificate of {host} is not valid yet")
        }
        Error::InvalidCertificate(cert) => format!("the certificate of {host} is refused: {}", printable(&cert.to_string())),
        Error::AlertReceived(AlertDescription::CertificateRequired) => "the server wants a client certificate".to_owned(),
        Error::AlertReceived(AlertDescription::ProtocolVersion) => "the server speaks neither TLS 1.2 nor TLS 1.3".to_owned(),
        error => printable(&error.to_string()),
    }
}

/// webpki gives a name as `DnsName("x")` or `IpAddress(x)`.
fn plain_name(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    inner.trim_matches('"')
}

/// The chain of causes, outermost first, without the words that say nothing and without repetition.
pub(super) fn causes(error: &(dyn StdError + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut at = Some(error);
    while let Some(error) = at {
        let text = error.to_string();
        let says_nothing = text.starts_with("error sending request")
            || text.starts_with("client error")
            || text.starts_with("error decoding response body")
            || text.starts_with("request or response body error");
        if !says_nothing && !words.iter().any(|earlier| earlier.contains(&text)) {
            words.push(text);
        }
        at = error.source();
    }
    if words.is_empty() { printable(&error.to_string()) } else { printable(&words.join(": ")) }
}
