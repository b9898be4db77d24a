//! Failures of an exchange, classified: a TLS failure is never an outage, and every cause is told in full.

use std::{error::Error as StdError, io, path::Path};

use super::{
    causes::causes,
    tls_fault::{find_tls, tls_fault},
};
use client::ports::{Asked, ConnectFault, ProxyFault, ProxyName, RemoteError, TlsFault};

/// Why an exchange came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) enum Failure {
    BadAnswer(String),
    /// A proxy was no way there.
    Proxy(Box<ProxyName>, ProxyFault),
    Tls(TlsFault),
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
            Self::Proxy(proxy, fault) => RemoteError::Proxy { asked, proxy, fault: Box::new(fault) },
            Self::TunnelRefused => {
                RemoteError::Unreachable { asked, fault: ConnectFault::Other, cause: "a proxy refuses".to_owned() }
            }
            Self::Tls(fault) => RemoteError::Tls { asked, fault },
            Self::Unreachable(cause) => RemoteError::Unreachable { asked, fault: ConnectFault::Other, cause },
            Self::Denied(cause) => RemoteError::Unreachable { asked, fault: ConnectFault::Denied, cause },
            Self::Unusable(reason) => RemoteError::Unusable(reason),
        }
    }
}

/// The libraries' words for an answer that ends too early: before its head is over, before its length is reached, or, where it has none, without the
/// goodbye of TLS, which alone could say that it is all there.
const CUT_OFF: [&str; 4] = [
    "message completed",
    "end of file before message length reached",
    "without sending TLS close_notify",
    "unexpected EOF during chunk",
];

/// The HTTP client's words for a proxy that answers, and opens no tunnel.
const TUNNEL_REFUSALS: [&str; 2] = ["tunnel error: unsuccessful", "tunnel error: proxy authorization required"];

/// Finds the cause of a failed exchange in the chain of its errors; `certificate` is the file of our own that the server may be shown.
pub(in crate::http) fn classify(error: &(dyn StdError + 'static), certificate: Option<&Path>) -> Failure {
    let mut parse = false;
    let mut cut_off = false;
    let mut denied = false;
    let mut refused = false;
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(tls) = find_tls(error) {
            return Failure::Tls(tls_fault(tls, certificate));
        }
        let words = error.to_string();
        parse |= words.starts_with("invalid HTTP") || words.contains("message head is too large");
        cut_off |= CUT_OFF.iter().any(|cut_off| words.contains(cut_off));
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
        return Failure::BadAnswer("the server closed the connection before the answer was complete".to_owned());
    }
    if denied { Failure::Denied(causes) } else { Failure::Unreachable(causes) }
}
