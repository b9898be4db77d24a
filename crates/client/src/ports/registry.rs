//! The OCI registry that holds the images.

use super::notary::RemoteError;
use trust::model::{digest::Sha256, gun::Gun, tag::Tag};

/// The OCI registry that holds the images.
pub trait Registry: Sync {
    /// The manifest or index that a tag names now; its digest is computed from the bytes.
    fn resolve(&self, gun: &Gun, tag: &Tag) -> Result<Manifest, RegistryError>;

    /// The manifest or index of this digest, which the registry must have; it is computed from the bytes here too.
    fn confirm(&self, gun: &Gun, digest: Sha256) -> Result<Manifest, RegistryError>;
}

/// What a registry serves under a tag, whatever its media type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// SHA-256 of the bytes.
    pub digest: Sha256,
    /// Length of the bytes.
    pub length: u64,
    /// The media type as the registry gives it.
    pub media_type: String,
}

/// A failure at the registry.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The registry has nothing of this digest, or no such repository.
    #[error("{url}: the registry has no such content")]
    NoSuchDigest {
        /// What was asked.
        url: String,
    },
    /// The registry has no such tag, or no such repository.
    #[error("{url}: the registry has no such tag")]
    NoSuchTag {
        /// What was asked.
        url: String,
    },
    /// Any other failure, as at the Notary server.
    #[error(transparent)]
    Remote(#[from] RemoteError),
}

/// Whose credentials are configured.
pub trait Accounts: Sync {
    /// The name of the account that is used at the registry of a repository; none where there are no credentials, or nameless ones.
    fn user_name(&self, gun: &Gun) -> Result<Option<String>, RemoteError>;
}
