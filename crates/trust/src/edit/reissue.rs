//! Metadata that is signed anew without another content: what a new root entails, and what is renewed before or after its end.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;

use super::{
    apply::unusable_entry,
    plan::{self, Base, PlanError},
    root_edit::{KeySwap, RootEditError, next_root},
};
use crate::{
    model::{
        expiry::{Expires, TARGETS_DAYS},
        hashes::FileMeta,
        payload::{Header, Payload as _},
        role::RoleName,
        role_keys::RoleKeys,
        root::Root,
        snapshot::Snapshot,
        targets::Targets,
        version::Version,
    },
    verify::threshold::Verified,
};

/// What is to be signed anew.
#[derive(Clone, Debug, Default)]
pub struct ReissueRequest {
    /// The root is, with these keys in place of others. The targets file follows where its keys do.
    pub root: Option<Vec<KeySwap>>,
    /// The root's version, where it is not the next.
    pub root_version: Option<Version>,
    /// These are: `targets` and delegations.
    pub files: BTreeSet<RoleName>,
    /// The snapshot names these no more.
    pub unlisted: BTreeSet<RoleName>,
    /// The snapshot names these files, as they were signed before.
    pub listed: BTreeMap<RoleName, Arc<[u8]>>,
}

/// Files to sign, unsigned, with the keys that each has then.
#[derive(Clone, Debug)]
pub struct Reissue {
    previous: Verified<Root>,
    root: Option<Root>,
    files: Vec<(Targets, RoleKeys)>,
    snapshot: Snapshot,
}

/// A file cannot be signed anew.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReissueError {
    /// The root.
    #[error(transparent)]
    Root(#[from] RootEditError),
    /// Targets, a delegation or the snapshot.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

impl Reissue {
    /// The next version of what is wanted, for as long as a new file counts.
    pub fn of(base: Base<'_>, wanted: &ReissueRequest, now: Timestamp) -> Result<Self, ReissueError> {
        let mut root = wanted.root.as_ref().map(|swaps| next_root(base.root(), swaps, now)).transpose()?;
        if let (Some(root), Some(version)) = (&mut root, wanted.root_version) {
            root.header.version = version;
        }
        let mut roles = wanted.files.clone();
        let follows = wanted.root.iter().flatten().any(|swap| swap.role == RoleName::targets());
        // the first update of a repository has a targets file
        if follows || matches!(base, Base::Unpublished(_)) {
            roles.insert(RoleName::targets());
        }
        let files = roles.iter().map(|role| file(base, role, root.as_ref(), now)).collect::<Result<_, _>>()?;
        let mut snapshot = plan::snapshot(base, &[], now)?;
        snapshot.meta.retain(|role, _| !wanted.unlisted.contains(role));
        snapshot.meta.extend(wanted.listed.iter().map(|(role, bytes)| (role.clone(), FileMeta::of(bytes))));
        Ok(Self { previous: base.root().clone(), root, files, snapshot })
    }

    /// The root that holds until now: its keys must sign the next one too.
    #[must_use]
    pub fn previous_root(&self) -> &Verified<Root> {
        &self.previous
    }

    /// The next root, where it is signed anew.
    #[must_use]
    pub fn root(&self) -> Option<&Root> {
        self.root.as_ref()
    }

    /// Targets and delegations.
    #[must_use]
    pub fn files(&self) -> &[(Targets, RoleKeys)] {
        &self.files
    }

    /// Who signs the snapshot from now on.
    #[must_use]
    pub fn snapshot_keys(&self) -> RoleKeys {
        self.root.as_ref().unwrap_or(&self.previous).role_keys(&RoleName::snapshot())
    }

    /// The snapshot over the files as they were signed, for a repository whose snapshot key is a client's.
    #[must_use]
    pub fn snapshot(&self, signed: &BTreeMap<RoleName, Arc<[u8]>>) -> Snapshot {
        let mut snapshot = self.snapshot.clone();
        snapshot.meta.extend(signed.iter().map(|(role, bytes)| (role.clone(), FileMeta::of(bytes))));
        snapshot
    }
}

/// The file of a role with its next version and expiry, and nothing else changed.
fn file(base: Base<'_>, role: &RoleName, root: Option<&Root>, now: Timestamp) -> Result<(Targets, RoleKeys), PlanError> {
    let Some(current) = base.to_sign_anew(role) else { return Err(PlanError::NoSuchRole(role.clone())) };
    let mut file = Targets::clone(current);
    let version = base.version_above(role)?;
    *file.header_mut() = Header { version, expires: Expires::after_days(now, TARGETS_DAYS) };
    unusable_entry(role, &file)?;
    let keys = if role.is_delegation() { base.role_keys(role) } else { root.unwrap_or(base.root()).role_keys(role) };
    Ok((file, keys))
}
