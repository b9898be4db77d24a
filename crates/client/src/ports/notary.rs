//! The Notary server.

use crate::ports::{
    asked::Asked,
    bytes::Bytes,
    proxy::{ProxyFault, ProxyName},
    status::StatusFacts,
    tls::TlsFault,
};
use trust::model::{file_ref::FileRef, gun::Gun, role::RoleName};

/// The Notary servers, one chosen for each repository by its registry's host.
pub trait NotaryRemote: Sync {
    /// The server's address for this repository, for messages: `https://host[:port]`.
    fn address(&self, gun: &Gun) -> String;

    /// Fetches files together; the answers stand in the order of the questions.
    fn fetch_all(&self, gun: &Gun, files: &[FileRef]) -> Vec<Result<Bytes, RemoteError>>;

    /// The public keys that the server holds for `timestamp` or `snapshot`, made where it has none yet: TUF key JSON as it was sent, together
    /// and in the order of the roles.
    fn server_keys(&self, gun: &Gun, roles: &[RoleName]) -> Vec<Result<Bytes, RemoteError>>;

    /// Has the server make another key for `timestamp` or `snapshot`, and gives its public half as it was sent. It counts once a root names it.
    fn rotate_server_key(&self, gun: &Gun, role: &RoleName) -> Result<Bytes, RemoteError>;

    /// Sends changed files as one update.
    fn publish(&self, gun: &Gun, files: &[(RoleName, Bytes)]) -> Result<(), RemoteError>;

    /// Deletes the repository's trust data on the server; a repository that it lacks is deleted.
    fn delete(&self, gun: &Gun) -> Result<(), RemoteError>;
}

/// A failure at the Notary server. URLs hold no credentials.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// 200, but not an answer of this protocol, or more than its limit.
    #[error("{asked}: {reason}")]
    BadAnswer {
        /// What was asked.
        asked: Asked,
        /// What is wrong with the answer.
        reason: String,
    },
    /// An upload was refused because another publisher was faster: the versions no longer follow on the server's.
    #[error("{asked}: the server has a newer version: {message}")]
    Conflict {
        /// Where it was sent.
        asked: Asked,
        /// The server's words.
        message: String,
    },
    /// 403.
    #[error("{asked}: access denied (403){}", user.as_ref().map(|u| format!(" for user {u}")).unwrap_or_default())]
    Forbidden {
        /// What was asked.
        asked: Asked,
        /// Who asked; none for anonymous.
        user: Option<String>,
    },
    /// 404 to the question for a key that the server has. A Notary server makes it when it is asked: whoever answers is none.
    #[error("{asked}: not found (404)")]
    NoServerKey {
        /// What was asked.
        asked: Asked,
    },
    /// 404.
    #[error("{asked}: not found (404)")]
    NotFound {
        /// What was asked.
        asked: Asked,
    },
    /// A proxy was no way to the server.
    #[error("{asked}: {proxy} {fault}")]
    Proxy {
        /// What was asked.
        asked: Asked,
        /// The proxy.
        proxy: Box<ProxyName>,
        /// What it did.
        fault: Box<ProxyFault>,
    },
    /// An upload was refused for its content.
    #[error("{asked}: {message}")]
    Rejected {
        /// Where it was sent.
        asked: Asked,
        /// The server's words, in Notary's wording where it has one.
        message: String,
    },
    /// The server answered with another status, a redirect among them.
    #[error("{asked}: the server answered {status}{}", facts.said.as_ref().map(|words| format!(": {words}")).unwrap_or_default())]
    Status {
        /// What was asked.
        asked: Asked,
        /// The status code.
        status: u16,
        /// What else is known of the answer.
        facts: Box<StatusFacts>,
    },
    /// A certificate or a handshake failed. Never an outage: the cache does not answer for it.
    #[error("{asked}: TLS: {fault}")]
    Tls {
        /// What was asked.
        asked: Asked,
        /// What failed.
        fault: TlsFault,
    },
    /// 401 although credentials or a token were offered, or none are configured.
    #[error("{asked}: not authorized (401): {reason}")]
    Unauthorized {
        /// What was asked.
        asked: Asked,
        /// Whose credentials were used and where they came from, or that there are none.
        reason: String,
    },
    /// 401, and there are credentials, which a server of another site would get, or what they buy.
    #[error("{asked}: not authorized (401): {reason}")]
    Withheld {
        /// What was asked.
        asked: Asked,
        /// Whose credentials these are, and where they do not go.
        reason: String,
        /// What a person would have to allow by name.
        withheld: Box<Withheld>,
    },
    /// A setting or credential on this side makes the request impossible; nothing was sent.
    #[error("{0}")]
    Unusable(String),
    /// No connection, or no answer in time.
    #[error("{asked}: {cause}")]
    Unreachable {
        /// What was asked.
        asked: Asked,
        /// What kind of failure it is.
        fault: ConnectFault,
        /// The cause in full.
        cause: String,
    },
}

/// Kinds of failures to reach a server, by what a person could do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectFault {
    /// The operating system does not let this user connect.
    Denied,
    /// Anything else.
    Other,
}

/// What a server of another site does not get, until a person allows it by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// The credentials for a registry.
    Credentials {
        /// The registry.
        registry: String,
        /// Who does not get them.
        host: String,
    },
    /// The tokens that these credentials buy.
    Tokens {
        /// The registry.
        registry: String,
        /// Who does not get them.
        host: String,
    },
}

impl RemoteError {
    /// Whether an upload that failed so may have been taken all the same: the answer was lost on its way, or is another program's.
    #[must_use]
    pub fn leaves_open(&self) -> bool {
        match self {
            // too many requests: the server has not looked at it
            Self::Status { status: 429, .. } => false,
            Self::BadAnswer { .. } => true,
            _ => self.is_outage(),
        }
    }

    /// Whether the server cannot be reached or is in trouble or busy (5xx, 429): the one case in which the cache may answer.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Proxy { .. } | Self::Unreachable { .. } => true,
            Self::Status { status, .. } => *status == 429 || (500..600).contains(status),
            _ => false,
        }
    }
}
