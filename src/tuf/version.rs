//! The version of a metadata file.

use std::fmt;

/// A file's version: 1 or more, and exact in every reader (Notary's go through 64-bit floating point, so at most 2^53).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

/// The greatest integer that every reader of metadata keeps exactly.
pub const MAX_EXACT_INTEGER: u64 = 1 << 53;

impl Version {
    /// The first version of a file.
    pub const FIRST: Self = Self(1);

    /// None outside 1 ..= 2^53.
    #[must_use]
    pub fn new(version: u64) -> Option<Self> {
        (1..=MAX_EXACT_INTEGER).contains(&version).then_some(Self(version))
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }

    /// The version after this one; none at the end of the range.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        Self::new(self.0.checked_add(1)?)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
