//! The Docker Engine, which holds images on this machine or another.

use super::notary::{ConnectFault, RemoteError};
use crate::ports::transfer::{Progress, Pushed};
use trust::model::{digest::Sha256, gun::Gun, tag::Tag};

/// A Docker Engine.
pub trait Engine: Sync {
    /// Makes sure that the Engine has an image, named as it was typed.
    fn inspect(&self, image: &str) -> Result<(), EngineError>;

    /// Pushes an image to its registry, with the credentials that are configured for that.
    fn push(&self, gun: &Gun, tag: &Tag, heard: &dyn Fn(&Progress)) -> Result<Pushed, EngineError>;

    /// Pulls exactly this content; the Engine verifies the digest. Of an index it takes what is for the platform, `OS[/ARCH[/VARIANT]]`, or for
    /// its own.
    fn pull(&self, gun: &Gun, digest: Sha256, platform: Option<&str>, heard: &dyn Fn(&Progress)) -> Result<(), EngineError>;

    /// Gives a tag to a content that the Engine has by its digest.
    fn tag(&self, gun: &Gun, digest: Sha256, tag: &Tag) -> Result<(), EngineError>;
}

/// A failure at the Docker Engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Its answer is not one of the Engine's API.
    #[error("{host}: {reason}")]
    BadAnswer {
        /// The Engine's address.
        host: String,
        /// What is wrong with the answer.
        reason: String,
    },
    /// The credentials for the registry cannot be had.
    #[error(transparent)]
    Credentials(RemoteError),
    /// It ended a push or a pull with this error.
    #[error("{0}")]
    Failed(String),
    /// The connection broke off in a push or a pull.
    #[error("the connection to the Docker daemon at {host} was lost: {cause}")]
    Lost {
        /// The Engine's address.
        host: String,
        /// The cause in full.
        cause: String,
    },
    /// It has no such image.
    #[error("the Docker Engine has no such image: {0}")]
    NoSuchImage(String),
    /// It refused.
    #[error("the Docker Engine refused ({status}): {message}")]
    Refused {
        /// The status of its answer.
        status: u16,
        /// Its words.
        message: String,
    },
    /// No connection, or no answer in time.
    #[error("{host}: no connection to the Docker Engine: {cause}")]
    Unreachable {
        /// The Engine's address.
        host: String,
        /// What kind of failure it is.
        fault: ConnectFault,
        /// The cause in full.
        cause: String,
    },
    /// Docker's settings name no Engine that can be used.
    #[error("{0}")]
    Unusable(String),
}
