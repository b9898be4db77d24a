//! What happens along the way, as facts; the face finds the words.

use super::{
    registry::Manifest,
    transfer::{Progress, PushedContent},
    warning::Warning,
};
use trust::model::{digest::Sha256, gun::Gun, key_id::CanonicalKeyId, tag::Tag};

/// Something that a person is told before a command ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// How far the Engine is.
    EngineProgress(&'a Progress),
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
    /// A released content is pulled, by its digest: one of several.
    Pulling {
        /// Which one, from 1.
        number: usize,
        /// Of how many.
        of: usize,
        /// The tag.
        tag: &'a Tag,
        /// The content.
        digest: Sha256,
    },
    /// The Engine pushes its local image, over what the registry has under the tag.
    PushingLocal {
        /// The tag.
        tag: &'a Tag,
    },
    /// A tag that is signed already is signed again, for the same content.
    Resigning {
        /// The tag.
        tag: &'a Tag,
    },
    /// The root key of the store that a new repository gets.
    RootKeyFound {
        /// Its ID.
        id: CanonicalKeyId,
    },
    /// A signer was made of the account that is used at the registry.
    SignerCreated {
        /// The signer's name.
        name: &'a str,
    },
    /// A tag is signed for the digest that was named, and that the registry has.
    SigningDigest {
        /// The tag.
        tag: &'a Tag,
        /// What the registry says of it.
        manifest: &'a Manifest,
    },
    /// A tag is signed for what the Engine has pushed.
    SigningFromEngine {
        /// The tag.
        tag: &'a Tag,
        /// What the push reported.
        content: PushedContent,
    },
    /// A tag is signed for what the registry serves.
    SigningFromRegistry {
        /// The tag.
        tag: &'a Tag,
        /// What it names there.
        manifest: &'a Manifest,
    },
    /// A signed name is passed over: it is no tag.
    SkippingTarget {
        /// The name.
        name: &'a str,
    },
    /// A pulled content gets its tag.
    Tagging {
        /// The content.
        digest: Sha256,
        /// The tag.
        tag: &'a Tag,
    },
    /// Something is not as it should be; the command goes on.
    Warning(Warning),
}
