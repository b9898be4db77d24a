//! Why a use case failed: one type over the failures of every folder of use cases, of the ports and of trust data. A failure has its words, its code and
//! its facts where it arises: in the folder's `error.rs`, in `of_ports.rs` or in `of_trust.rs`.

pub mod code;
pub mod facts;
mod of_ports;
mod of_trust;

use self::{code::Coded, facts::Facts};
use crate::{
    image::error::ImageError,
    keys::error::KeysError,
    ports::{DecisionError, EngineError, KeyStoreError, RegistryError, RemoteError, StoreError},
    repo::error::RepoError,
    state::error::StateError,
};
use trust::{
    crypto::{error::CryptoError, key_format::KeyFormatError, public_key_file::PublicKeyOutError},
    edit::{local::InitError, plan::PlanError, reissue::ReissueError, root_edit::RootEditError, sign::SignError},
};

/// A failure, with the facts; the face finds the words and the hints.
#[derive(Debug, thiserror::Error)]
pub enum OpsError {
    /// A key operation.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// No answer from the person.
    #[error(transparent)]
    Decision(#[from] DecisionError),
    /// The Docker Engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Around images.
    #[error(transparent)]
    Image(#[from] ImageError<OpsError>),
    /// A new repository cannot be made.
    #[error(transparent)]
    Init(#[from] InitError),
    /// A key file.
    #[error(transparent)]
    KeyFormat(#[from] KeyFormatError),
    /// Around the keys of this machine.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The key store.
    #[error(transparent)]
    KeyStore(#[from] KeyStoreError),
    /// The changes do not fit the repository.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A public key cannot be written.
    #[error(transparent)]
    PublicKey(#[from] PublicKeyOutError),
    /// The registry.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The Notary server.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// Around a repository as a whole.
    #[error(transparent)]
    Repo(#[from] RepoError<OpsError>),
    /// The root cannot be edited so.
    #[error(transparent)]
    RootEdit(#[from] RootEditError),
    /// Signing.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// Around a repository's trust data.
    #[error(transparent)]
    State(#[from] StateError<OpsError>),
    /// The store of trust data.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for OpsError {
    fn code(&self) -> &'static str {
        match self {
            Self::Crypto(error) => error.code(),
            Self::Decision(error) => error.code(),
            Self::Engine(error) => error.code(),
            Self::Image(error) => error.code(),
            Self::Init(error) => error.code(),
            Self::KeyFormat(error) => error.code(),
            Self::Keys(error) => error.code(),
            Self::KeyStore(error) => error.code(),
            Self::Plan(error) => error.code(),
            Self::PublicKey(error) => error.code(),
            Self::Registry(error) => error.code(),
            Self::Remote(error) => error.code(),
            Self::Repo(error) => error.code(),
            Self::RootEdit(error) => error.code(),
            Self::Sign(error) => error.code(),
            Self::State(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Crypto(error) => error.facts(),
            Self::Decision(error) => error.facts(),
            Self::Engine(error) => error.facts(),
            Self::Image(error) => error.facts(),
            Self::Init(error) => error.facts(),
            Self::KeyFormat(error) => error.facts(),
            Self::Keys(error) => error.facts(),
            Self::KeyStore(error) => error.facts(),
            Self::Plan(error) => error.facts(),
            Self::PublicKey(error) => error.facts(),
            Self::Registry(error) => error.facts(),
            Self::Remote(error) => error.facts(),
            Self::Repo(error) => error.facts(),
            Self::RootEdit(error) => error.facts(),
            Self::Sign(error) => error.facts(),
            Self::State(error) => error.facts(),
            Self::Store(error) => error.facts(),
        }
    }
}

impl From<ReissueError> for OpsError {
    fn from(error: ReissueError) -> Self {
        match error {
            ReissueError::Root(error) => error.into(),
            ReissueError::Plan(error) => error.into(),
        }
    }
}
