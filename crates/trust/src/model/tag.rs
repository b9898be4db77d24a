//! A tag of an image.

use std::fmt;

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

    /// The tag that is meant where none is named.
    #[must_use]
    pub fn latest() -> Self {
        Self("latest".to_owned())
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
