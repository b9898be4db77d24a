//! The version of a metadata file.

use std::fmt;

use crate::json::value::MAX_EXACT_INTEGER;

/// A file's version: 1 or more, and exact in every reader (Notary's go through 64-bit floating point, so at most 2^53).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

/// How far a version may step: further than any publisher who counts by ones gets between two looks, and far below what a server can keep
/// (Notary's has 2^31 - 1 on MariaDB). A step beyond it would spend the role's versions.
const MAX_STEP: u64 = 1 << 20;

/// The highest version that is believed at first sight, where nothing tells how far it has stepped: half of what Notary's server can keep.
const MAX_FIRST: u64 = 1 << 30;

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

    /// Whether a signed file of this version may follow on one that was seen, or be the first.
    pub(crate) fn may_follow(self, seen: Option<Self>) -> bool {
        self.0 <= seen.map_or(MAX_FIRST, |seen| seen.0.saturating_add(MAX_STEP))
    }

    /// Whether a version that nobody vouches for is believed, for what is signed above it: a small step from what is known, and no more.
    pub(crate) fn is_a_step_from(self, known: Option<Self>) -> bool {
        self.0 <= known.map_or(0, Self::get).saturating_add(MAX_STEP)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_step_spends_the_versions_that_there_are() {
        let version = |number| Version::new(number).unwrap();
        let known = Some(version(7));
        assert!(version(7 + MAX_STEP).may_follow(known) && !version(8 + MAX_STEP).may_follow(known));
        assert!(version(1).may_follow(known), "the way back is the floor's to refuse");
        assert!(version(MAX_FIRST).may_follow(None) && !version(MAX_FIRST + 1).may_follow(None));
        assert!(version(MAX_STEP).is_a_step_from(None) && !version(MAX_STEP + 1).is_a_step_from(None));
        assert!(version(7 + MAX_STEP).is_a_step_from(known) && !version(8 + MAX_STEP).is_a_step_from(known));
        assert!(version(MAX_EXACT_INTEGER).may_follow(Some(version(MAX_EXACT_INTEGER))));
    }
}
