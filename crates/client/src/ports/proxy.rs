//! A proxy between this machine and a server, and why it was no way to it.

use std::fmt::{self, Display, Formatter};

/// A proxy. It holds no credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyName {
    /// Its address, as a URL.
    pub address: String,
    /// The variable that names it.
    pub variable: String,
    /// Whether the variable holds a login for it.
    pub has_login: bool,
}

/// Why it was no way to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyFault {
    /// It answered in the server's place.
    Answered {
        /// The status.
        status: u16,
        /// The kinds of login that it wants, where it wants one.
        schemes: Vec<String>,
    },
    /// It opens no way there, and does not say why.
    Refused,
    /// There was no connection, to it or by way of it, or no answer in time.
    Unreachable(String),
}

impl Display for ProxyName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "the proxy {} ({})", self.address, self.variable)
    }
}

/// What it did, as the end of a sentence that begins with its name.
impl Display for ProxyFault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered { status: 407, schemes } if schemes.is_empty() => f.write_str("wants a login (407)"),
            Self::Answered { status: 407, schemes } => write!(f, "wants a login (407), by {}", schemes.join(", ")),
            Self::Answered { status, .. } => write!(f, "answered {status}"),
            Self::Refused => f.write_str("opens no connection to it"),
            Self::Unreachable(cause) => write!(f, "is no way there: {cause}"),
        }
    }
}
