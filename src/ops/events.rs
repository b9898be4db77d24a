//! What happens along the way, as facts; the face finds the words.

use super::image::{Manifest, Tag};
use crate::tuf::{digest::Sha256, gun::Gun};

/// Something that a person is told before a command ends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The signatures that a tag has before it is signed again.
    ExistingSignatures {
        /// The tag.
        tag: &'a Tag,
        /// The content.
        digest: Sha256,
        /// Who has signed it, sorted.
        signers: &'a [String],
    },
    /// A repository was initialised.
    Initialized {
        /// The repository.
        gun: &'a Gun,
    },
    /// A repository is being initialised.
    Initializing {
        /// The repository.
        gun: &'a Gun,
    },
    /// A tag that is signed already is signed again, for the same content.
    Resigning,
    /// A signer was made of the account that is used at the registry.
    SignerCreated {
        /// The signer's name.
        name: &'a str,
    },
    /// A tag is signed for what the registry serves.
    SigningFromRegistry {
        /// The tag.
        tag: &'a Tag,
        /// What it names there.
        manifest: &'a Manifest,
    },
    /// Something is not as it should be; the command goes on.
    Warning(String),
}
