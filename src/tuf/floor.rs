//! The floor: the highest version of each role that was ever verified here.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{digest::Sha256, error::UpdateError, payload::Payload, role::RoleName, root::Root, verify::Verified, version::Version};

/// What no later update may go below, a role each. It survives whatever the cache loses, and moves only when a whole update
/// has been verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Floor {
    seen: BTreeMap<RoleName, Seen>,
    gone: BTreeSet<RoleName>,
    root: Option<Arc<[u8]>>,
}

/// The highest version of a role that was verified, and the SHA-256 of the file that had it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The version.
    pub version: Version,
    /// The file's hash.
    pub sha256: Sha256,
}

impl Floor {
    /// A floor of these roles, of which nobody delegates to those that are `gone`.
    #[must_use]
    pub fn new(seen: BTreeMap<RoleName, Seen>, gone: BTreeSet<RoleName>) -> Self {
        Self { seen, gone, root: None }
    }

    /// The same with the root that was verified last.
    #[must_use]
    pub fn with_root(self, root: Arc<[u8]>) -> Self {
        Self { root: Some(root), ..self }
    }

    /// The root that was verified last, byte for byte: what a new one must follow from, whatever another program has put in its place.
    #[must_use]
    pub fn root(&self) -> Option<&Arc<[u8]>> {
        self.root.as_ref()
    }

    /// Takes over what `other` has seen of delegations beyond this floor: they never go back.
    pub fn keep_delegations_of(&mut self, other: &Self) {
        for (role, seen) in other.seen.iter().filter(|(role, _)| role.is_delegation()) {
            let mine = self.seen.entry(role.clone()).or_insert(*seen);
            if mine.version < seen.version {
                *mine = *seen;
            }
        }
    }

    /// The delegations that their parents have taken back since their files were seen. Their versions still count, but no file of
    /// theirs is missed.
    #[must_use]
    pub fn gone(&self) -> &BTreeSet<RoleName> {
        &self.gone
    }

    /// What was seen of `role`.
    #[must_use]
    pub fn of(&self, role: &RoleName) -> Option<Seen> {
        self.seen.get(role).copied()
    }

    /// Each role with what was seen of it, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&RoleName, Seen)> {
        self.seen.iter().map(|(role, seen)| (role, *seen))
    }

    /// Refuses a file below the floor, and one that is on it with another content (TUF 5.4.3.1: an equal version is the same file).
    pub(super) fn admit<T: Payload>(&self, file: &Verified<T>) -> Result<(), UpdateError> {
        let (role, found) = (file.role().clone(), file.version());
        match self.of(&role) {
            Some(seen) if found < seen.version => Err(UpdateError::Rollback { role, found, floor: seen.version }),
            Some(seen) if found == seen.version && file.sha256() != seen.sha256 => {
                Err(UpdateError::Equivocation { role, version: found })
            }
            _ => Ok(()),
        }
    }

    /// Whether a file of `role` was seen, and its delegation has stood ever since.
    pub(super) fn misses(&self, role: &RoleName) -> bool {
        self.seen.contains_key(role) && !self.gone.contains(role)
    }

    /// Notes that nobody delegates to a role any more.
    pub(super) fn let_go(&mut self, role: &RoleName) {
        self.gone.insert(role.clone());
    }

    /// Raises the floor to a verified file.
    pub(super) fn raise<T: Payload>(&mut self, file: &Verified<T>) {
        self.gone.remove(file.role());
        self.seen.insert(file.role().clone(), Seen { version: file.version(), sha256: file.sha256() });
    }

    /// Raises the floor to a verified root, and keeps it.
    pub(super) fn raise_root(&mut self, root: &Verified<Root>) {
        self.raise(root);
        self.root = Some(Arc::clone(root.bytes()));
    }

    /// Forgets a role whose keys were replaced.
    pub(super) fn clear(&mut self, role: &RoleName) {
        self.seen.remove(role);
    }

    /// Whether nothing was ever verified.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }
}
