//! Credentials, and the port through which they are found.

use zeroize::Zeroizing;

/// A password or a token. Wiped when dropped; it has no `Debug`.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text; none where it holds a line break or NUL, which a credential cannot.
    #[must_use]
    pub fn new(text: String) -> Option<Self> {
        let secret = Zeroizing::new(text);
        (!secret.contains(['\r', '\n', '\0'])).then_some(Self(secret))
    }

    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// How someone proves to a registry who they are.
pub enum Credential {
    /// A user's name and password.
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A refresh token, which the token server takes in place of a password.
    IdentityToken {
        /// The user's name where it is told.
        user: Option<String>,
        /// The token.
        token: Secret,
    },
    /// A bearer token for the registry itself.
    RegistryToken(Secret),
}

impl Credential {
    /// The user's name where the credential tells it.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::Basic { user, .. } => Some(user),
            Self::IdentityToken { user, .. } => user.as_deref(),
            Self::RegistryToken(_) => None,
        }
    }
}

/// A credential and where it came from.
pub struct Found {
    /// The credential.
    pub credential: Credential,
    /// Its source, for messages: a file's path, a helper's name, or a prompt.
    pub source: String,
}

impl Found {
    /// Whose credential this is, for messages; it holds no secret.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.credential {
            Credential::Basic { user, .. } => format!("user {user} from {}", self.source),
            Credential::IdentityToken { .. } => format!("identity token from {}", self.source),
            Credential::RegistryToken(_) => format!("registry token from {}", self.source),
        }
    }
}

/// Where credentials come from. Asked at most once a registry in a process, and only when a server wants them.
pub trait Credentials: Send + Sync {
    /// The credentials for a registry, named by its host and port as in a GUN; none where there are none.
    fn for_registry(&self, registry: &str) -> Result<Option<Found>, CredentialError>;

    /// The same where there were none, and the server has refused whoever comes without.
    fn after_refusal(&self, _registry: &str) -> Result<Option<Found>, CredentialError> {
        Ok(None)
    }
}

/// Credentials may exist, and cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {reason}")]
pub struct CredentialError {
    /// The file or the helper.
    pub origin: String,
    /// What is wrong.
    pub reason: String,
}
