//! The trace of a command: each request over HTTP, with what came of it. It holds facts for a person who looks for a fault, and no secret.

use std::{path::PathBuf, time::Duration};

use super::{Service, Step, TlsFault};

/// Who is told of each request.
pub trait Trace: Send + Sync {
    /// A request is over, well or not. Requests are under way side by side, so this is called from several threads.
    fn exchanged(&self, exchange: &Exchange);
}

/// A request and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Why it was made.
    pub errand: Errand,
    /// The method.
    pub method: String,
    /// The URL, without credentials. Of its query the values alone are there that this program chose itself.
    pub url: String,
    /// The status, where an answer came.
    pub status: Option<u16>,
    /// What went wrong, where something did.
    pub fault: Option<Fault>,
    /// From the first look-up of the name to the last byte that was read.
    pub took: Duration,
    /// How much of the answer's body came, in bytes.
    pub received: u64,
    /// The version of TLS, where it is spoken and an answer came.
    pub tls: Option<TlsVersion>,
    /// The way to the server.
    pub route: Route,
}

/// Why a request is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errand {
    /// The service that it is about.
    pub service: Service,
    /// The step on the way to the service's answer.
    pub step: Step,
    /// Where the login came from that is shown, or that bought the token; none where it is made as anonymous.
    pub login: Option<String>,
}

/// The way to a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// Who may vouch for the server; none where no TLS is spoken.
    pub authorities: Option<TrustedAuthorities>,
    /// The file of our own certificate, where one is shown.
    pub certificate: Option<PathBuf>,
    /// The proxy, as a URL without credentials.
    pub proxy: Option<String>,
    /// The socket of this machine.
    pub socket: Option<PathBuf>,
}

/// The certificate authorities that count for a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedAuthorities {
    /// Whether those of the system do.
    pub system: bool,
    /// The files that name others.
    pub files: Vec<PathBuf>,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsVersion {
    /// TLS 1.2.
    V1_2,
    /// TLS 1.3.
    V1_3,
}

/// What went wrong with a request, as far as a trace tells; the error of the command tells the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The answer could not be used.
    BadAnswer,
    /// TLS could not be agreed on.
    Tls(TlsFault),
    /// No answer came, or not all of it.
    Unreachable,
}
