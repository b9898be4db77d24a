//! The floor: the highest version of each role that was ever verified here.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{error::UpdateError, threshold::Verified};
use crate::model::{
    digest::Sha256, key_id::CanonicalKeyId, payload::Payload, role::RoleName, role_keys::RoleKeys, root::Root, version::Version,
};

/// What no later update may go below, a role each. It survives whatever the cache loses, and moves only when a whole update
/// has been verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Floor {
    /// The last that was seen of a role stands last; before it what was seen under keys of which it has none any more.
    seen: BTreeMap<RoleName, Vec<Seen>>,
    gone: BTreeSet<RoleName>,
    aside: BTreeMap<RoleName, Sha256>,
    root: Option<Arc<[u8]>>,
}

/// The highest version of a role that was verified, and the SHA-256 of the file that had it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The version.
    pub version: Version,
    /// The file's hash.
    pub sha256: Sha256,
    /// The keys that the role had then, and had before without a break. None where they do not matter: then it counts for all.
    pub keys: Option<BTreeSet<CanonicalKeyId>>,
}

impl Seen {
    fn of<T: Payload>(file: &Verified<T>, keys: Option<BTreeSet<CanonicalKeyId>>) -> Self {
        Self { version: file.version(), sha256: file.sha256(), keys }
    }

    /// Whether one who may sign now might have signed it.
    fn counts_for(&self, keys: Option<&BTreeSet<CanonicalKeyId>>) -> bool {
        match (&self.keys, keys) {
            (Some(then), Some(now)) => !then.is_disjoint(now),
            _ => true,
        }
    }
}

impl Floor {
    /// A floor of these roles, of each the last that was seen last, of which nobody delegates to those that are `gone`.
    #[must_use]
    pub fn new(seen: BTreeMap<RoleName, Vec<Seen>>, gone: BTreeSet<RoleName>) -> Self {
        Self { seen, gone, ..Self::default() }
    }

    /// The same with the root that was verified last.
    #[must_use]
    pub fn with_root(self, root: Arc<[u8]>) -> Self {
        Self { root: Some(root), ..self }
    }

    /// The same with the files that were set aside.
    #[must_use]
    pub fn with_aside(self, aside: BTreeMap<RoleName, Sha256>) -> Self {
        Self { aside, ..self }
    }

    /// The root that was verified last, byte for byte: what a new one must follow from, whatever another program has put in its place.
    #[must_use]
    pub fn root(&self) -> Option<&Arc<[u8]>> {
        self.root.as_ref()
    }

    /// Takes over what `other` has seen of delegations beyond this floor: they never go back.
    pub fn keep_delegations_of(&mut self, other: &Self) {
        for (role, theirs) in other.seen.iter().filter(|(role, _)| role.is_delegation()) {
            let mine = self.seen.entry(role.clone()).or_default();
            for seen in theirs.iter().rev() {
                match mine.iter_mut().find(|known| known.counts_for(seen.keys.as_ref())) {
                    Some(known) if known.version < seen.version => *known = seen.clone(),
                    Some(_) => {}
                    None => mine.insert(0, seen.clone()),
                }
            }
        }
    }

    /// The delegations that their parents have taken back since their files were seen. Their versions still count, but no file of
    /// theirs is missed.
    #[must_use]
    pub fn gone(&self) -> &BTreeSet<RoleName> {
        &self.gone
    }

    /// The files that were set aside, by role: what was put up with once is not held against the server later, when the keys are others.
    #[must_use]
    pub fn aside(&self) -> &BTreeMap<RoleName, Sha256> {
        &self.aside
    }

    /// What was seen of `role` last.
    #[must_use]
    pub fn of(&self, role: &RoleName) -> Option<&Seen> {
        self.seen.get(role)?.last()
    }

    /// Each role with what was seen of it, the last of it last, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&RoleName, &[Seen])> {
        self.seen.iter().map(|(role, seen)| (role, seen.as_slice()))
    }

    /// The highest that was seen of a role and counts for those who may sign it now. Where `targets` or a delegation has other keys, none of
    /// them one that it had, its versions begin anew: a stolen key that has signed the highest version there is would else have spent the role
    /// for ever (TUF 5.3.11). One who kept a key could go back to whatever that has signed, so one key that stays keeps the floor.
    pub(crate) fn under(&self, keys: &RoleKeys) -> Option<&Seen> {
        let now = ids(keys);
        self.seen.get(keys.role())?.iter().filter(|seen| seen.counts_for(now.as_ref())).max_by_key(|seen| seen.version)
    }

    /// Refuses a file below the floor, and one that is on it with another content (TUF 5.4.3.1: an equal version is the same file). One of
    /// `targets` or of a delegation may not step so far that few versions would be left either.
    pub(crate) fn admit<T: Payload>(&self, file: &Verified<T>, keys: &RoleKeys) -> Result<(), UpdateError> {
        let (role, found) = (file.role().clone(), file.version());
        let seen = self.under(keys);
        match seen {
            Some(seen) if found < seen.version => Err(UpdateError::Rollback { role, found, floor: seen.version }),
            Some(seen) if found == seen.version && file.sha256() != seen.sha256 => {
                Err(UpdateError::Equivocation { role, version: found })
            }
            _ if ids(keys).is_some() && !found.may_follow(seen.map(|seen| seen.version)) => {
                Err(UpdateError::Leap { role, found, floor: seen.map(|seen| seen.version) })
            }
            _ => Ok(()),
        }
    }

    /// Whether a file of `role` was seen, and its delegation has stood ever since.
    pub(crate) fn misses(&self, role: &RoleName) -> bool {
        self.seen.contains_key(role) && !self.gone.contains(role)
    }

    /// Notes that nobody delegates to a role any more.
    pub(crate) fn let_go(&mut self, role: &RoleName) {
        self.gone.insert(role.clone());
    }

    /// Notes the file of a role that was set aside.
    pub(crate) fn set_aside(&mut self, role: &RoleName, sha256: Sha256) {
        self.aside.insert(role.clone(), sha256);
    }

    /// Raises the floor to a verified file.
    pub(crate) fn raise<T: Payload>(&mut self, file: &Verified<T>, keys: &RoleKeys) {
        let role = file.role();
        self.gone.remove(role);
        self.aside.remove(role);
        let mut now = ids(keys);
        let seen = self.seen.entry(role.clone()).or_default();
        seen.retain(|before| {
            let replaced = before.counts_for(now.as_ref());
            if let (true, Some(then), Some(now)) = (replaced, &before.keys, &mut now) {
                now.extend(then.iter().copied());
            }
            !replaced
        });
        seen.push(Seen::of(file, now));
    }

    /// Raises the floor to a verified file that another program has stored, where it is above; but not to a version that no file may follow on.
    pub(crate) fn heed<T: Payload>(&mut self, file: &Verified<T>, keys: &RoleKeys) {
        let seen = self.under(keys).map(|seen| seen.version);
        let follows = ids(keys).is_none() || file.version().may_follow(seen);
        if follows && seen.is_none_or(|seen| seen < file.version()) {
            self.raise(file, keys);
        }
    }

    /// Raises the floor to a verified root, and keeps it.
    pub(crate) fn raise_root(&mut self, root: &Verified<Root>) {
        self.raise(root, &root.role_keys(&RoleName::root()));
        self.root = Some(Arc::clone(root.bytes()));
    }

    /// Forgets a role whose keys were replaced.
    pub(crate) fn clear(&mut self, role: &RoleName) {
        self.seen.remove(role);
    }

    /// Whether nothing was ever verified.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }
}

/// The keys by which the versions of `targets` and of delegations are told apart. A root follows version by version whatever its keys are, and
/// the server's two roles begin anew with every change of their keys.
fn ids(keys: &RoleKeys) -> Option<BTreeSet<CanonicalKeyId>> {
    let by_keys = *keys.role() == RoleName::targets() || keys.role().is_delegation();
    by_keys.then(|| keys.canonical_ids().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(version: u64, keys: &[&str]) -> Seen {
        let key = |name: &&str| CanonicalKeyId::new(Sha256::of(name.as_bytes()));
        let keys = Some(keys.iter().map(key).collect());
        Seen { version: Version::new(version).unwrap(), sha256: Sha256::of(&version.to_le_bytes()), keys }
    }

    fn floor(all: &[Seen]) -> Floor {
        Floor::new([(RoleName::releases(), all.to_vec())].into(), [].into())
    }

    #[test]
    fn what_another_process_has_seen_is_taken_over_under_its_keys() {
        for (mine, theirs, both) in [
            (vec![seen(2, &["a"])], vec![seen(5, &["a"])], vec![5]),
            (vec![seen(5, &["a"])], vec![seen(2, &["a", "b"])], vec![5]),
            // began anew here: what came before stays known, and is not the last
            (vec![seen(1 << 40, &["a"]), seen(2, &["b"])], vec![seen(1 << 40, &["a"])], vec![1 << 40, 2]),
            (vec![seen(2, &["b"])], vec![seen(9, &["a"])], vec![9, 2]),
            (vec![], vec![seen(9, &["a"]), seen(3, &["b"])], vec![9, 3]),
        ] {
            let mut floor = floor(&mine);
            floor.keep_delegations_of(&self::floor(&theirs));
            let (_, kept) = floor.iter().next().unwrap();
            assert_eq!(kept.iter().map(|seen| seen.version.get()).collect::<Vec<_>>(), both, "{mine:?} {theirs:?}");
        }
        // a record without keys counts for all of them
        let mut old = floor(&[Seen { keys: None, ..seen(7, &[]) }]);
        old.keep_delegations_of(&floor(&[seen(3, &["a"])]));
        assert_eq!(old.of(&RoleName::releases()).unwrap().version.get(), 7);
    }
}
