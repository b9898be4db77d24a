//! An image, as a person names it.

use std::fmt;

use crate::model::{digest::Sha256, gun::Gun};

/// A tag of an image: `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}` (distribution/reference). It is also the target's name in the metadata.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);

impl Tag {
    /// None for a text that is not a tag.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let mut bytes = tag.bytes();
        let valid = bytes.next().is_some_and(word) && bytes.all(|b| word(b) || b == b'.' || b == b'-') && tag.len() <= 128;
        valid.then(|| Self(tag.to_owned()))
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An argument that names an image: the repository, the tag where it has one, and the words that were typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The argument as it was typed; messages repeat it.
    pub typed: String,
    /// The normalised name without tag.
    pub gun: Gun,
    /// The tag; none where there is none, or where a digest is given (Docker lets the digest win).
    pub tag: Option<Tag>,
    /// Whether the argument has a digest.
    pub has_digest: bool,
    /// The digest, where it is a SHA-256: no other is signed.
    pub digest: Option<Sha256>,
    /// The tag and the digest, where the argument has both and the digest is a SHA-256.
    pub exact: Option<(Tag, Sha256)>,
}
