//! A whole verified state of a repository: the only source of a digest.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use jiff::Timestamp as Now;

use super::{
    digest::Sha256,
    envelope::Unverified,
    error::UpdateError,
    file_ref::FileRef,
    floor::Floor,
    gun::Gun,
    key_id::CanonicalKeyId,
    role::RoleName,
    role_keys::RoleKeys,
    snapshot::Snapshot,
    targets::{Delegation, Targets},
    timestamp::Timestamp,
    trusted_root::TrustedRoot,
    update::{Freshness, WithSnapshot, check_file, file_ref},
    verify::{Current, Unvouched, Verified, VerifyError, unvouched, verify},
    version::Version,
};

/// Most delegations that are followed.
pub const MAX_DELEGATIONS: usize = 4096;

/// Last stage: root, timestamp, snapshot, targets and every delegation that could be verified.
#[derive(Clone, Debug)]
pub struct TrustedRepo {
    stages: WithSnapshot,
    files: BTreeMap<RoleName, Current<Targets>>,
    skipped: BTreeMap<RoleName, Skipped>,
    /// Those of the skipped that are signed and have expired: for the floor alone.
    expired: Vec<Verified<Targets>>,
    /// Those of the skipped that lack signatures alone: for a witness.
    unvouched: BTreeMap<RoleName, Unvouched<Targets>>,
    /// Of roles that have a file: the version of a newer one, which the snapshot does not name.
    lost: BTreeMap<RoleName, Version>,
}

/// A delegation that is not used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The cause.
    pub reason: String,
    /// The version that the unusable file claims: a new file of the role must go above it. Nothing else may be made of it.
    pub claimed_version: Option<Version>,
}

impl WithSnapshot {
    /// Takes the targets file: the one that the snapshot lists, signed, at or above the floor, unexpired (TUF 5.6).
    pub fn targets(self, bytes: Arc<[u8]>) -> Result<TrustedRepo, UpdateError> {
        let (role, chain) = (RoleName::targets(), &self.before.chain);
        if let Some(meta) = self.snapshot.meta.get(&role) {
            check_file(&role, meta, &bytes)?;
        }
        let targets: Current<Targets> = chain.current(bytes, &chain.root.role_keys(&role))?;
        Ok(TrustedRepo {
            stages: self,
            files: BTreeMap::from([(role, targets)]),
            skipped: BTreeMap::new(),
            expired: Vec::new(),
            unvouched: BTreeMap::new(),
            lost: BTreeMap::new(),
        })
    }
}

impl TrustedRepo {
    /// The delegations' files that are still missing: delegated by a verified file and named by the snapshot. When it is empty, the
    /// state is whole.
    pub fn needs(&mut self) -> Result<Vec<FileRef>, UpdateError> {
        let mut needs = Vec::new();
        let reachable: Vec<_> = self.delegations().map(|(_, delegation)| delegation.name.clone()).collect();
        if reachable.len() > MAX_DELEGATIONS {
            return Err(UpdateError::TooManyDelegations(MAX_DELEGATIONS));
        }
        for role in reachable {
            if self.files.contains_key(&role) || self.skipped.contains_key(&role) {
                continue;
            }
            let snapshot = self.snapshot();
            if let Some(meta) = snapshot.meta.get(&role) {
                needs.push(file_ref(&role, meta));
            } else if self.chain_floor().misses(&role) {
                // TUF 5.5.5: a role does not vanish from the snapshot, and not either by being named without a file
                return Err(UpdateError::RoleRemoved { role });
            } else if snapshot.unusable.contains(&role) {
                let reason = "the snapshot names it without a usable SHA-256".to_owned();
                self.skipped.insert(role, Skipped { reason, claimed_version: None });
            }
        }
        Ok(needs)
    }

    /// Takes a delegation's file: the one that the snapshot lists, signed by the keys that its parent names. One that is badly
    /// signed, malformed or expired is set aside and the rest goes on, as Notary does; another file than the listed one, or one
    /// below the floor, ends the update.
    pub fn delegation(mut self, role: &RoleName, bytes: &Arc<[u8]>) -> Result<Self, UpdateError> {
        let Some(meta) = self.snapshot().meta.get(role) else { return Ok(self) };
        check_file(role, meta, bytes)?;
        let verified = self.stages.before.chain.verified::<Targets>(Arc::clone(bytes), &self.role_keys(role));
        let skip = |reason: String| {
            let claimed = Unverified::<Targets>::parse(role, Arc::clone(bytes)).ok().and_then(|file| file.claimed_version());
            Skipped { reason, claimed_version: claimed.and_then(Version::new) }
        };
        match verified {
            Ok(file) => {
                let at = file.expires();
                match file.at(self.now()) {
                    Ok(file) => drop(self.files.insert(role.clone(), file)),
                    Err(expired) => {
                        self.skipped.insert(role.clone(), skip(format!("{role} expired at {at}")));
                        self.expired.push(expired.into_verified());
                    }
                }
            }
            Err(error @ (UpdateError::Verify(_) | UpdateError::Malformed { .. })) => {
                if let UpdateError::Verify(VerifyError::Threshold { .. } | VerifyError::NoSignatures(_)) = error {
                    self.unvouched.extend(self.to_vouch_for(role, bytes).map(|file| (role.clone(), file)));
                }
                drop(self.skipped.insert(role.clone(), skip(error.to_string())));
            }
            Err(error) => return Err(error),
        }
        Ok(self)
    }

    /// Notes a file that the server still has of a delegation, from an earlier life of its name: a new one must go above it. Nothing else is
    /// made of it.
    pub fn note_left_over(&mut self, role: &RoleName, bytes: &Arc<[u8]>) {
        if self.files.contains_key(role) {
            return;
        }
        let claimed = Unverified::<Targets>::parse(role, Arc::clone(bytes)).ok().and_then(|file| file.claimed_version());
        let reason = "the snapshot does not name it".to_owned();
        let left_over = Skipped { reason, claimed_version: claimed.and_then(Version::new) };
        self.skipped.entry(role.clone()).or_insert(left_over);
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

    /// The content of a listed file that lacks signatures alone. An older one than was verified before has nothing to be vouched for.
    fn to_vouch_for(&self, role: &RoleName, bytes: &Arc<[u8]>) -> Option<Unvouched<Targets>> {
        let file = unvouched(&Unverified::<Targets>::parse(role, Arc::clone(bytes)).ok()?).ok()?;
        let version = file.to_vouch_for().header.version;
        let stands = self
            .chain_floor()
            .of(role)
            .is_none_or(|seen| version > seen.version || version == seen.version && Sha256::of(bytes) == seen.sha256);
        stands.then_some(file)
    }

    /// The repository.
    #[must_use]
    pub fn gun(&self) -> &Gun {
        &self.stages.before.chain.gun
    }

    /// The one `now` of the command.
    #[must_use]
    pub fn now(&self) -> Now {
        self.stages.before.chain.now
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

    /// The live files, each as it came.
    #[must_use]
    pub fn all_files(&self) -> BTreeMap<RoleName, Arc<[u8]>> {
        let base = [
            (RoleName::root(), self.root().bytes()),
            (RoleName::snapshot(), self.stages.snapshot.bytes()),
            (RoleName::timestamp(), self.stages.before.timestamp.bytes()),
        ];
        let targets = self.files.iter().map(|(role, file)| (role.clone(), file.bytes()));
        base.into_iter().chain(targets).map(|(role, bytes)| (role, Arc::clone(bytes))).collect()
    }

    /// The floor after this update: raised to each file that was verified, and without the delegations that were taken back.
    #[must_use]
    pub fn floor(&self) -> Floor {
        let mut floor = self.chain_floor().clone();
        floor.raise_root(self.root());
        floor.raise(&self.stages.before.timestamp);
        floor.raise(self.snapshot());
        for file in self.files.values() {
            floor.raise(file);
        }
        for file in &self.expired {
            floor.raise(file);
        }
        for (role, _) in self.chain_floor().iter().filter(|(role, _)| self.is_taken_back(role)) {
            floor.let_go(role);
        }
        floor
    }

    /// Whether the verified file of a role above it says that this delegation is none. Where that file is set aside nothing is known.
    fn is_taken_back(&self, role: &RoleName) -> bool {
        let Some(parent) = role.parent().filter(|_| !self.files.contains_key(role)) else { return false };
        match self.files.get(&parent) {
            Some(file) => file.roles.iter().all(|delegation| delegation.name != *role),
            None => self.is_taken_back(&parent),
        }
    }

    fn chain_floor(&self) -> &Floor {
        &self.stages.before.chain.floor
    }
}
