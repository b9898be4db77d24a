//! Failures of an exchange, classified: a TLS failure is never an outage, and every cause is told in full.

use std::{error::Error as StdError, io};

use client::{
    ports::{Asked, ConnectFault, ProxyFault, ProxyName, RemoteError, TlsFault},
    safe_text::printable,
};

/// Why an exchange came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) enum Failure {
    BadAnswer(String),
    /// A proxy was no way there.
    Proxy(Box<ProxyName>, ProxyFault),
    Tls(TlsFault, String),
    /// A proxy opens no tunnel; which one, and why, whoever chose it can tell.
    TunnelRefused,
    Unreachable(String),
    /// The operating system does not let this user connect.
    Denied(String),
    Unusable(String),
}

impl Failure {
    /// As it is told to one who asked for this.
    pub(in crate::http) fn of(self, asked: Asked) -> RemoteError {
        match self {
            Self::BadAnswer(reason) => RemoteError::BadAnswer { asked, reason },
            Self::Proxy(proxy, fault) => RemoteError::Proxy { asked, proxy, fault },
            Self::TunnelRefused => {
                RemoteError::Unreachable { asked, fault: ConnectFault::Other, cause: "a proxy refuses".to_owned() }
            }
            Self::Tls(fault, cause) => RemoteError::Tls { asked, fault, cause },
            Self::Unreachable(cause) => RemoteError::Unreachable { asked, fault: ConnectFault::Other, cause },
            Self::Denied(cause) => RemoteError::Unreachable { asked, fault: ConnectFault::Denied, cause },
            Self::Unusable(reason) => RemoteError::Unusable(reason),
        }
    }
}

/// The HTTP client's words for a proxy that answers, and opens no tunnel.
const TUNNEL_REFUSALS: [&str; 2] = ["tunnel error: unsuccessful", "tunnel error: proxy authorization required"];

/// Finds the cause of a failed exchange in the chain of its errors. `host` is the host that was asked.
pub(in crate::http) fn classify(error: &(dyn StdError + 'static), host: &str) -> Failure {
    let mut parse = false;
    let mut cut_off = false;
    let mut denied = false;
    let mut refused = false;
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(tls) = find_tls(error) {
            return tls_kind(tls, host);
        }
        let words = error.to_string();
        parse |= words.starts_with("invalid HTTP") || words.contains("message head is too large");
        cut_off |= words.contains("message completed") || words.contains("end of file before message length reached");
        denied |= error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::PermissionDenied);
        refused |= TUNNEL_REFUSALS.contains(&words.as_str());
        at = error.source();
    }
    if refused {
        return Failure::TunnelRefused;
    }
    let causes = causes(error);
    if parse {
        return Failure::BadAnswer(format!("the answer is not HTTP: {causes}"));
    }
    if cut_off {
        return Failure::BadAnswer("the connection was closed before the answer was complete".to_owned());
    }
    if denied { Failure::Denied(causes) } else { Failure::Unreachable(causes) }
}

/// An I/O error hides the error that it carries from `source`.
fn find_tls<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e rustls::Error> {
    let carried = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match carried {
        Some(inner) => find_tls(inner),
        None => error.downcast_ref(),
    }
}

fn tls_kind(error: &rustls::Error, host: &str) -> Failure {
    use rustls::{AlertDescription, CertificateError as Cert, Error};
    let (fault, cause) = match error {
        Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType) => {
            (TlsFault::NotTls, "the server speaks no TLS".to_owned())
        }
        Error::InvalidCertificate(Cert::UnknownIssuer) => {
            (TlsFault::UnknownAuthority, format!("the certificate of {host} is signed by an unknown authority"))
        }
        Error::InvalidCertificate(Cert::Other(other)) if is_ca(other) => {
            // webpki says no more of a certificate with `CA:TRUE`, such as `openssl req -x509` makes
            let cause = format!("the certificate of {host} is an authority's own (self-signed), and not one that is trusted here");
            (TlsFault::UnknownAuthority, cause)
        }
        Error::InvalidCertificate(Cert::NotValidForName) => {
            (TlsFault::Name, format!("the certificate is not valid for the name {host}"))
        }
        Error::InvalidCertificate(Cert::NotValidForNameContext { presented, .. }) => {
            let names = presented.iter().map(|name| plain_name(name)).collect::<Vec<_>>().join(", ");
            let names = if names.is_empty() { "no name" } else { &names };
            (TlsFault::Name, format!("the certificate is not valid for the name {host}, but for {}", printable(names)))
        }
        Error::InvalidCertificate(Cert::Expired | Cert::ExpiredContext { .. }) => {
            (TlsFault::Time, format!("the certificate of {host} has expired"))
        }
        Error::InvalidCertificate(Cert::NotValidYet | Cert::NotValidYetContext { .. }) => {
            (TlsFault::Time, format!("the certificate of {host} is not valid yet"))
        }
        Error::InvalidCertificate(cert) => {
            (TlsFault::Other, format!("the certificate of {host} is refused: {}", printable(&cert.to_string())))
        }
        Error::AlertReceived(AlertDescription::CertificateRequired) => {
            (TlsFault::Other, "the server wants a client certificate".to_owned())
        }
        Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            (TlsFault::Other, "the server speaks neither TLS 1.2 nor TLS 1.3".to_owned())
        }
        error => (TlsFault::Other, printable(&error.to_string())),
    };
    Failure::Tls(fault, cause)
}

fn is_ca(error: &rustls::OtherError) -> bool {
    matches!(error.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

/// webpki gives a name as `DnsName("x")` or `IpAddress(x)`.
fn plain_name(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    inner.trim_matches('"')
}

/// The chain of causes, outermost first, without the words that say nothing and without repetition.
pub(in crate::http) fn causes(error: &(dyn StdError + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut at = Some(error);
    while let Some(error) = at {
        // the number behind the words says nothing to a person
        let text = error.to_string().split(" (os error").next().unwrap_or_default().replace("tcp connect error", "cannot connect");
        let text = text.replace("SOCKS error: failed to create underlying connection", "cannot connect");
        let says_nothing = text.starts_with("error sending request")
            || text.starts_with("client error")
            || text.starts_with("tunnel error: failed to create underlying connection")
            || text.starts_with("error connecting to socks proxy")
            || text.starts_with("error decoding response body")
            || text.starts_with("request or response body error");
        if !says_nothing && !words.iter().any(|earlier| earlier.contains(&text)) {
            words.push(text);
        }
        at = error.source();
    }
    if words.is_empty() { printable(&error.to_string()) } else { printable(&words.join(": ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error around one of the operating system's, as a client of HTTP wraps it.
    #[derive(Debug, thiserror::Error)]
    #[error("client error (Connect)")]
    struct Around(#[source] io::Error);

    #[test]
    fn whether_a_user_may_not_connect_is_read_from_the_kind_of_the_error() {
        let fault = |error| match classify(&Around(error), "h").of(Asked::request(client::ports::Service::Engine, "http://h")) {
            RemoteError::Unreachable { fault, cause, .. } => (fault, cause),
            error => panic!("{error}"),
        };
        let denied = io::Error::from_raw_os_error(rustix::io::Errno::ACCESS.raw_os_error());
        assert_eq!(fault(denied), (ConnectFault::Denied, "Permission denied".to_owned()));
        assert_eq!(fault(io::Error::other("permission denied")), (ConnectFault::Other, "permission denied".to_owned()));
    }
}
