//! A repository while an upload is judged: what has been loaded so far, each file checked against what was loaded before it (Notary `tuf.RepoBuilder`).

use std::collections::BTreeMap;

use hyper::body::Bytes;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256, Sha512};

use super::{
    go_json::{Fault, GoBytes},
    metadata::{DelegatedRole, GoKey, GoListing, GoRoot, GoTargets, Keys},
    root_rules,
    signed_file::{Loaded, SignedFile},
};
use trust::{crypto::x509::Certificate, model::role::RoleName};

/// What has been loaded.
#[derive(Debug)]
pub(super) struct Repository<'a> {
    pub(super) gun: &'a str,
    pub(super) now: Timestamp,
    pub(super) root: Option<Loaded<GoRoot>>,
    pub(super) targets: BTreeMap<RoleName, Loaded<GoTargets>>,
    previous_root: Option<GoRoot>,
    /// Files that no snapshot has been seen to list yet.
    unlisted: BTreeMap<RoleName, Bytes>,
}

/// Whether a file may have expired: what is stored may, what is uploaded may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    Any,
    Current,
}

impl<'a> Repository<'a> {
    pub(super) fn new(gun: &'a str, now: Timestamp) -> Self {
        Self { gun, now, root: None, targets: BTreeMap::new(), previous_root: None, unlisted: BTreeMap::new() }
    }

    /// One that has nothing yet but the root before its own.
    pub(super) fn after(self) -> Self {
        Self { previous_root: self.root.map(|root| root.payload), ..Self::new(self.gun, self.now) }
    }

    /// Loads the root.
    pub(super) fn load_root(&mut self, bytes: &Bytes, least_version: i64, age: Age) -> Result<(), Fault> {
        let role = RoleName::root();
        self.unlisted.insert(role.clone(), bytes.clone());
        let file = SignedFile::read(bytes)?;
        let root = root_rules::validate(&file, self.gun, self.previous_root.as_ref(), self.now)?;
        root.common.check_version(least_version)?;
        if age == Age::Current {
            root.common.check_expiry(&role, self.now)?;
        }
        self.root = Some(file.loaded(root));
        Ok(())
    }

    /// Loads targets or a delegation.
    pub(super) fn load_targets(&mut self, role: &RoleName, bytes: &Bytes, age: Age) -> Result<(), Fault> {
        if self.targets.contains_key(role) {
            return Err(Fault::new(format!("{role} has already been loaded")));
        }
        let root = self.root.as_ref().ok_or_else(|| first("root"))?;
        if role.is_delegation() && !self.targets.contains_key(&RoleName::targets()) {
            return Err(first("targets"));
        }
        let targets = if role.is_delegation() {
            let (spec, keys) = self.delegation(role)?;
            self.unlisted.insert(role.clone(), bytes.clone());
            let file = SignedFile::read(bytes)?;
            let targets: GoTargets = file.payload(role)?;
            targets.check(role)?;
            targets.common.check_version(1)?;
            file.verify(role, &spec.keys, &keys)?;
            file.loaded(targets)
        } else {
            self.unlisted.insert(role.clone(), bytes.clone());
            let file = SignedFile::read(bytes)?;
            verify_base(&file, role, &root.payload)?;
            let targets: GoTargets = file.payload(role)?;
            targets.check(role)?;
            targets.common.check_version(1)?;
            file.loaded(targets)
        };
        if age == Age::Current {
            targets.payload.common.check_expiry(role, self.now)?;
        }
        self.targets.insert(role.clone(), targets);
        Ok(())
    }

    /// Checks a snapshot, and what was loaded before against it. Lengths are not looked at, as Notary does not.
    pub(super) fn load_snapshot(&mut self, bytes: &[u8]) -> Result<Loaded<GoListing>, Fault> {
        let role = RoleName::snapshot();
        let root = self.root.as_ref().ok_or_else(|| first("root"))?;
        let file = SignedFile::read(bytes)?;
        verify_base(&file, &role, &root.payload)?;
        let snapshot: GoListing = file.payload(&role)?;
        snapshot.check_snapshot()?;
        snapshot.common.check_version(1)?;
        snapshot.common.check_expiry(&role, self.now)?;
        for (role, bytes) in &self.unlisted {
            check_hashes(bytes, role, snapshot.hashes(role.as_str()))?;
        }
        Ok(file.loaded(snapshot))
    }

    /// A delegation as its parent describes it, with the parent's keys. Each role on the way must have been loaded, and be delegated.
    fn delegation(&self, role: &RoleName) -> Result<(DelegatedRole, Keys), Fault> {
        let unknown = || Fault::new(format!("tuf: invalid role {role}. delegation does not exist"));
        let parent = role.parent().ok_or_else(unknown)?;
        if parent.is_delegation() {
            self.delegation(&parent).map_err(|_| unknown())?;
        }
        let delegations = &self.targets.get(&parent).ok_or_else(unknown)?.payload.delegations;
        let spec = delegations.roles.iter().flatten().find(|delegated| delegated.name == role.as_str()).ok_or_else(unknown)?;
        let keys = delegations.keys.clone().unwrap_or_default();
        for key in spec.keys.keyids.iter().flatten().filter_map(|id| keys.get(id)) {
            // a certificate that has expired since it was added does not count against it
            if let Ok(certificate) = Certificate::first_in_pem(GoKey::public(key)) {
                certificate.check(None).map_err(|error| Fault::new(error.to_string()))?;
            }
        }
        Ok((spec.clone(), keys))
    }
}

fn verify_base(file: &SignedFile, role: &RoleName, root: &GoRoot) -> Result<(), Fault> {
    let spec = root.role(role.as_str()).cloned().unwrap_or_default();
    file.verify(role, &spec, root.keys.as_ref().unwrap_or(&Keys::new()))
}

fn first(role: &str) -> Fault {
    Fault::new(format!("{role} must be loaded first"))
}

/// Notary `data.CheckHashes`
fn check_hashes(bytes: &[u8], role: &RoleName, hashes: Option<&BTreeMap<String, GoBytes>>) -> Result<(), Fault> {
    let mut known = 0;
    for (algorithm, expected) in hashes.into_iter().flatten() {
        let found = match algorithm.as_str() {
            "sha256" => Sha256::digest(bytes).to_vec(),
            "sha512" => Sha512::digest(bytes).to_vec(),
            _ => continue,
        };
        known += 1;
        if found != expected.as_slice() {
            let expected = base16ct::lower::encode_string(expected.as_slice());
            return Err(Fault::new(format!("{algorithm} checksum for {role} did not match: expected {expected}")));
        }
    }
    if known == 0 {
        return Err(Fault::new(format!("no checksums for supported algorithms were provided for {role}")));
    }
    Ok(())
}
