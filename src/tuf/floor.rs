//! The floor: the highest version of each role that was ever verified here.

use std::collections::BTreeMap;

use super::{digest::Sha256, role::RoleName, version::Version};

/// What no later update may go below, a role each. It survives whatever the cache loses, and moves only when a whole update
/// has been verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Floor(BTreeMap<RoleName, Seen>);

/// The highest version of a role that was verified, and the SHA-256 of the file that had it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The version.
    pub version: Version,
    /// The file's hash.
    pub sha256: Sha256,
}

impl Floor {
    /// A floor of these roles.
    #[must_use]
    pub fn new(roles: BTreeMap<RoleName, Seen>) -> Self {
        Self(roles)
    }

    /// What was seen of `role`.
    #[must_use]
    pub fn of(&self, role: &RoleName) -> Option<Seen> {
        self.0.get(role).copied()
    }

    /// Each role with what was seen of it, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&RoleName, Seen)> {
        self.0.iter().map(|(role, seen)| (role, *seen))
    }

    /// Whether nothing was ever verified.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
