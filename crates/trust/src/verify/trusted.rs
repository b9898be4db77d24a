//! A whole verified state of a repository: the only source of a digest.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use super::{
    budget::{Budget, Budgets},
    ends::{ExpiryCheck, Judged},
    envelope::Unverified,
    error::UpdateError,
    floor::Floor,
    skipped::{Cause, Skipped},
    threshold::{Current, Unvouched, Verified, verify},
    trusted_root::TrustedRoot,
    update::{Freshness, WithSnapshot, check_file, file_ref},
};
use crate::model::{
    digest::Sha256,
    file_ref::FileRef,
    gun::Gun,
    key_id::CanonicalKeyId,
    role::RoleName,
    role_keys::RoleKeys,
    snapshot::Snapshot,
    targets::{Delegation, Targets},
    timestamp::Timestamp,
    version::Version,
};

/// Most delegations of `targets` itself that are followed.
pub const MAX_DELEGATIONS: usize = 4096;

/// Last stage: root, timestamp, snapshot, targets and every delegation that could be verified. Where ends were overlooked it has no look-up.
#[derive(Clone, Debug)]
pub struct TrustedRepo<E = Judged> {
    pub(crate) stages: WithSnapshot<E>,
    pub(crate) files: BTreeMap<RoleName, Current<Targets>>,
    pub(crate) skipped: BTreeMap<RoleName, Skipped>,
    /// Those of the skipped that are signed and have expired: for the floor alone.
    pub(crate) expired: Vec<Verified<Targets>>,
    /// Those of the skipped that lack signatures alone: for a witness.
    pub(crate) unvouched: BTreeMap<RoleName, Unvouched<Targets>>,
    /// Of roles that have a file: the version of a newer one, which the snapshot does not name.
    lost: BTreeMap<RoleName, Version>,
    /// What was stored here before this update, by role. Only what the floor knows by its hash counts.
    stored: BTreeMap<RoleName, Arc<[u8]>>,
    /// What the delegates may still cost.
    pub(crate) budgets: Budgets,
}

impl<E: ExpiryCheck> WithSnapshot<E> {
    /// Takes the targets file: the one that the snapshot lists, signed, at or above the floor, unexpired (TUF 5.6). The files that are stored here
    /// speak for their roles against what cannot be verified.
    pub fn targets(self, bytes: Arc<[u8]>, stored: &BTreeMap<RoleName, Arc<[u8]>>) -> Result<TrustedRepo<E>, UpdateError> {
        let (role, chain) = (RoleName::targets(), &self.before.chain);
        if let Some(meta) = self.snapshot.meta.get(&role) {
            check_file(&role, meta, &bytes)?;
        }
        let targets: Current<Targets> = chain.current(bytes, &chain.root.role_keys(&role))?;
        if targets.roles.len() > MAX_DELEGATIONS {
            return Err(UpdateError::TooManyDelegations(MAX_DELEGATIONS));
        }
        Ok(TrustedRepo {
            stages: self,
            files: BTreeMap::from([(role, targets)]),
            skipped: BTreeMap::new(),
            expired: Vec::new(),
            unvouched: BTreeMap::new(),
            lost: BTreeMap::new(),
            stored: stored.clone(),
            budgets: Budgets::default(),
        })
    }
}

impl<E: ExpiryCheck> TrustedRepo<E> {
    /// The delegations' files that are still missing: delegated by a verified file and named by the snapshot. When it is empty, the
    /// state is whole. What is longer than its delegate may cost is not asked for.
    pub fn needs(&mut self) -> Result<Vec<FileRef>, UpdateError> {
        let mut needs = Vec::new();
        let mut budgets = self.budgets.clone();
        let reachable: Vec<_> = self.delegations().map(|(_, delegation)| delegation.name.clone()).collect();
        for role in reachable {
            if self.files.contains_key(&role) || self.skipped.contains_key(&role) {
                continue;
            }
            let snapshot = self.snapshot();
            if let Some(meta) = snapshot.meta.get(&role) {
                let (left, length) = (budgets.left(&role), meta.length);
                if length > left.bytes {
                    self.set_aside(&role, format!("{role} is listed with {length} bytes, more than a delegate's files may have"));
                } else {
                    needs.push(file_ref(&role, meta));
                    budgets.spend(&role, left, Budget { bytes: left.bytes - length, ..left });
                }
            } else if self.chain_floor().misses(&role) {
                // TUF 5.5.5: a role does not vanish from the snapshot, and not either by being named without a file
                return Err(UpdateError::RoleRemoved { role });
            } else if snapshot.unusable.contains(&role) {
                self.set_aside(&role, "the snapshot names it without a usable SHA-256".to_owned());
            }
        }
        Ok(needs)
    }

    /// Notes a file that the server has of a role, where it is newer than the verified one: Notary's server takes two updates at the same
    /// time whose second snapshot names what was there before the first, and keeps the files of both. A new file must go above it. Nothing
    /// else is made of it, and nothing at all where the role's keys have not signed it: a server could name the highest version that there is.
    pub fn note_lost(&mut self, role: &RoleName, bytes: &Arc<[u8]>) {
        let Some(listed) = self.targets(role).map(Verified::version) else { return };
        let Ok(newest) = Unverified::<Targets>::parse(role, Arc::clone(bytes)) else { return };
        if let Ok(newest) = verify(newest, &self.role_keys(role))
            && newest.version() > listed
        {
            self.lost.insert(role.clone(), newest.version());
        }
    }

    /// The version of a role's file that the server has and its snapshot does not name, where that was noted.
    #[must_use]
    pub fn lost(&self, role: &RoleName) -> Option<Version> {
        self.lost.get(role).copied()
    }

    /// The repository.
    #[must_use]
    pub fn gun(&self) -> &Gun {
        &self.stages.before.chain.gun
    }

    /// Whether the server confirmed this state in this command.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        self.stages.before.freshness
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> &TrustedRoot {
        &self.stages.before.chain.root
    }

    /// The timestamp.
    #[must_use]
    pub fn timestamp(&self) -> &Verified<Timestamp> {
        &self.stages.before.timestamp
    }

    /// The snapshot.
    #[must_use]
    pub fn snapshot(&self) -> &Verified<Snapshot> {
        &self.stages.snapshot
    }

    /// The version of the root, or of the verified file of targets or a delegation.
    #[must_use]
    pub fn version(&self, role: &RoleName) -> Option<Version> {
        if *role == RoleName::root() { Some(self.root().version()) } else { self.targets(role).map(Verified::version) }
    }

    /// The hash of the file that the snapshot lists for a role.
    #[must_use]
    pub fn listed(&self, role: &RoleName) -> Option<Sha256> {
        self.snapshot().meta.get(role).map(|meta| meta.sha256)
    }

    /// The file of targets or of a delegation, where it could be verified.
    #[must_use]
    pub fn targets(&self, role: &RoleName) -> Option<&Verified<Targets>> {
        self.files.get(role).map(|file| &**file)
    }

    /// The file of a delegation that is set aside for its expiry alone: signed, and the newest there is. To sign it anew, and for nothing else.
    #[must_use]
    pub fn expired(&self, role: &RoleName) -> Option<&Verified<Targets>> {
        self.expired.iter().find(|file| file.role() == role)
    }

    /// The content of a delegation that is set aside for its signatures alone: the snapshot names this file, and it is not below the floor.
    /// For a witness, and for nothing else.
    #[must_use]
    pub fn unvouched(&self, role: &RoleName) -> Option<&Unvouched<Targets>> {
        self.unvouched.get(role)
    }

    /// The delegations that are not used.
    #[must_use]
    pub fn skipped(&self) -> &BTreeMap<RoleName, Skipped> {
        &self.skipped
    }

    /// The keys of a base role or of a delegation.
    #[must_use]
    pub fn role_keys(&self, role: &RoleName) -> RoleKeys {
        let Some(parent) = role.parent() else { return self.root().role_keys(role) };
        let parent = self.files.get(&parent);
        let found = parent.and_then(|file| Some((file, file.roles.iter().find(|delegation| delegation.name == *role)?)));
        found.map_or_else(|| RoleKeys::nobody(role.clone()), |(file, delegation)| file.role_keys(delegation))
    }

    /// Whether the file of a delegation would still be verified if the role lost these keys; none where it has no file that is now.
    #[must_use]
    pub fn stands_without(&self, role: &RoleName, keys: &[CanonicalKeyId]) -> Option<bool> {
        let file = self.files.get(role)?;
        let again = Unverified::<Targets>::parse(role, Arc::clone(file.bytes())).ok()?;
        Some(verify(again, &self.role_keys(role).without(keys)).is_ok())
    }

    /// Every delegation that a verified file makes, with its parent, breadth-first from targets; whether or not it has a file.
    pub fn delegations(&self) -> impl Iterator<Item = (&RoleName, &Delegation)> {
        let (mut queue, mut seen, mut found) = (VecDeque::from([RoleName::targets()]), BTreeSet::new(), Vec::new());
        while let Some(role) = queue.pop_front() {
            let Some((role, file)) = self.files.get_key_value(&role) else { continue };
            for delegation in file.roles.iter().filter(|delegation| seen.insert(&delegation.name)) {
                queue.push_back(delegation.name.clone());
                found.push((role, delegation));
            }
        }
        found.into_iter()
    }

    /// The files to keep, each as it came: the live ones, those that have expired, and of a delegation that is set aside for another reason the one
    /// that was kept until now, which speaks for its role as long as it is delegated.
    #[must_use]
    pub fn all_files(&self) -> BTreeMap<RoleName, Arc<[u8]>> {
        let stands = |role: &RoleName| role.is_delegation() && !self.files.contains_key(role) && !self.is_taken_back(role);
        let kept = self.stored.keys().filter(|role| stands(role)).filter_map(|role| Some((role, self.stored(role)?)));
        let kept = kept.chain(self.expired.iter().map(|file| (file.role(), file.bytes())));
        let base = [
            (RoleName::root(), self.root().bytes()),
            (RoleName::snapshot(), self.stages.snapshot.bytes()),
            (RoleName::timestamp(), self.stages.before.timestamp.bytes()),
        ];
        let targets = self.files.iter().map(|(role, file)| (role.clone(), file.bytes()));
        let kept = kept.map(|(role, bytes)| (role.clone(), bytes));
        kept.chain(base).chain(targets).map(|(role, bytes)| (role, Arc::clone(bytes))).collect()
    }

    /// The floor after this update: raised to each file that was verified, and without the delegations that were taken back.
    #[must_use]
    pub fn floor(&self) -> Floor {
        let mut floor = self.chain_floor().clone();
        floor.raise_root(self.root());
        floor.raise(&self.stages.before.timestamp, &self.role_keys(&RoleName::timestamp()));
        floor.raise(self.snapshot(), &self.role_keys(&RoleName::snapshot()));
        for file in self.files.values().map(|file| &**file).chain(&self.expired) {
            floor.raise(file, &self.role_keys(file.role()));
        }
        for role in self.skipped.iter().filter(|(_, skipped)| skipped.cause != Cause::Expired).map(|(role, _)| role) {
            if let Some(meta) = self.snapshot().meta.get(role) {
                floor.set_aside(role, meta.sha256);
            }
        }
        for (role, _) in self.chain_floor().iter().filter(|(role, _)| self.is_taken_back(role)) {
            floor.let_go(role);
        }
        floor
    }

    /// The file of a role that was stored here, where it is the one that was verified last.
    pub(crate) fn stored(&self, role: &RoleName) -> Option<&Arc<[u8]>> {
        let seen = self.chain_floor().of(role)?;
        self.stored.get(role).filter(|bytes| Sha256::of(bytes) == seen.sha256)
    }

    /// Whether the verified file of a role above it says that this delegation is none. Where that file is set aside nothing is known.
    fn is_taken_back(&self, role: &RoleName) -> bool {
        let Some(parent) = role.parent().filter(|_| !self.files.contains_key(role)) else { return false };
        match self.files.get(&parent) {
            Some(file) => file.roles.iter().all(|delegation| delegation.name != *role),
            None => self.is_taken_back(&parent),
        }
    }

    pub(crate) fn chain_floor(&self) -> &Floor {
        &self.stages.before.chain.floor
    }
}
