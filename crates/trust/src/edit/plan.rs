//! What changes come to: which roles are signed anew, and which keys could sign each.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU64,
};

use jiff::Timestamp;

use super::local::LocalRepo;
use crate::{
    model::{
        expiry::{Expires, TARGETS_DAYS},
        hashes::FileMeta,
        payload::Header,
        role::RoleName,
        role_keys::RoleKeys,
        root::Root,
        snapshot::Snapshot,
        targets::{Target, Targets},
        version::Version,
    },
    verify::{
        ends::{ExpiryCheck, Overlooked},
        skipped::Skipped,
        threshold::{Unvouched, Verified},
        trusted::TrustedRepo,
        trusted_root::TrustedRoot,
    },
};

/// The state that changes are applied to.
#[derive(Clone, Copy, Debug)]
pub enum Base<'a> {
    /// What the server has.
    Trusted(&'a TrustedRepo),
    /// What the server has, whatever of it has expired: to be signed anew, and nothing is looked up in it.
    Overlooked(&'a TrustedRepo<Overlooked>),
    /// A repository that the server is yet to get.
    Unpublished(&'a LocalRepo),
}

/// What a plan needs to know of a state that the server has, whether or not ends were asked.
trait Published {
    fn root(&self) -> &TrustedRoot;
    fn snapshot(&self) -> &Verified<Snapshot>;
    fn targets(&self, role: &RoleName) -> Option<&Verified<Targets>>;
    fn expired(&self, role: &RoleName) -> Option<&Verified<Targets>>;
    fn unvouched(&self, role: &RoleName) -> Option<&Targets>;
    fn skipped(&self, role: &RoleName) -> Option<&Skipped>;
    /// The highest version of a role that was verified, and the one that the server has and lost.
    fn versions(&self, role: &RoleName) -> [Option<Version>; 2];
    fn role_keys(&self, role: &RoleName) -> RoleKeys;
}

impl<E: ExpiryCheck> Published for TrustedRepo<E> {
    fn root(&self) -> &TrustedRoot {
        self.root()
    }

    fn snapshot(&self) -> &Verified<Snapshot> {
        self.snapshot()
    }

    fn targets(&self, role: &RoleName) -> Option<&Verified<Targets>> {
        self.targets(role)
    }

    fn expired(&self, role: &RoleName) -> Option<&Verified<Targets>> {
        self.expired(role)
    }

    fn unvouched(&self, role: &RoleName) -> Option<&Targets> {
        self.unvouched(role).map(Unvouched::to_vouch_for)
    }

    fn skipped(&self, role: &RoleName) -> Option<&Skipped> {
        self.skipped().get(role)
    }

    fn versions(&self, role: &RoleName) -> [Option<Version>; 2] {
        [self.targets(role).map(Verified::version).max(self.floor().of(role).map(|seen| seen.version)), self.lost(role)]
    }

    fn role_keys(&self, role: &RoleName) -> RoleKeys {
        self.role_keys(role)
    }
}

/// The files to sign, unsigned.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Targets and delegations, with the keys that each has after the changes.
    pub files: Vec<(Targets, RoleKeys)>,
    /// What a person should know of it.
    pub notices: Vec<Notice>,
}

/// What is not as one might think of changes that can be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A delegation has fewer keys than its threshold now.
    OutOfReach {
        /// The role.
        role: RoleName,
        /// How many of its keys must sign.
        threshold: NonZeroU64,
    },
    /// A key of a signer who goes keeps its right to release: it is another signer's too.
    SharedKey {
        /// The key's canonical ID.
        key: String,
        /// The names of the signers who have it.
        others: Vec<String>,
    },
    /// Keys to be purged stay in a role's file, which nobody here can sign.
    Unpurged(RoleName),
    /// A witness signs content that the role's keys have not signed.
    Vouched {
        /// The role.
        role: RoleName,
        /// How many entries it has.
        entries: usize,
    },
}

/// Changes that cannot be applied to this state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The role is not delegated.
    #[error("{0} is not delegated")]
    NoSuchRole(RoleName),
    /// A delegation without keys would be one that nobody can sign.
    #[error("{0} would have no key")]
    NoKeys(RoleName),
    /// A delegation's paths must lie within its parent's.
    #[error("the paths of {0} do not lie within its parent's")]
    PathsOutsideParent(RoleName),
    /// The role's paths do not admit the name.
    #[error("the paths of {role} do not admit {name:?}")]
    NameOutsidePaths {
        /// The role.
        role: RoleName,
        /// The name.
        name: String,
    },
    /// The role holds an entry that cannot be written again without changing it.
    #[error("{role} holds an unusable entry, {name:?}, and cannot be signed again before that is removed")]
    UnusableEntry {
        /// The role.
        role: RoleName,
        /// The entry.
        name: String,
    },
    /// No change can be made to this role.
    #[error("no change can be made to {0:?}")]
    Scope(String),
    /// A role to be witnessed lacks the keys for its threshold.
    #[error("{0} has fewer keys than must sign it")]
    TooFewKeys(RoleName),
    /// A role to be witnessed has no file.
    #[error("{0} has no file that could be witnessed")]
    UnknownRole(RoleName),
    /// The root is not witnessed.
    #[error("the root is not witnessed")]
    WitnessOfRoot,
    /// The version cannot grow.
    #[error("{0} is at the highest version that there is")]
    LastVersion(RoleName),
    /// The server has a file so far above what is known that none may be signed above it.
    #[error("{role}: the server has a file of version {version}, which is too far above {} for one to be signed above it", known.map_or("a first version".to_owned(), |known| format!("version {known}")))]
    OutOfReach {
        /// The role.
        role: RoleName,
        /// The version that the server's file claims.
        version: Version,
        /// The version that was verified last, where there is one.
        known: Option<Version>,
    },
    /// What a role signs is not known, since its file was set aside: to change it would be to drop the rest.
    #[error("{role} cannot be changed, since what it signs is not known: {reason}")]
    SetAside {
        /// The role.
        role: RoleName,
        /// Why its file cannot be used.
        reason: String,
    },
}

impl Plan {
    /// Whether a state says all of it already, but for versions and ends.
    #[must_use]
    pub fn is_so_in(&self, base: Base<'_>) -> bool {
        self.differing_from(base).next().is_none()
    }

    /// The roles of which a state says something else.
    pub fn differing_from<'a>(&'a self, base: Base<'a>) -> impl Iterator<Item = &'a RoleName> {
        let is_so = move |file, role| base.targets(role).is_some_and(|there| there.says_the_same_as(file));
        self.files.iter().filter(move |(file, keys)| !is_so(file, keys.role())).map(|(_, keys)| keys.role())
    }
}

/// The snapshot over changed files, for a repository whose snapshot key is a client's: the next version, with the other files as they
/// were.
pub fn snapshot(base: Base<'_>, changed: &[&Verified<Targets>], now: Timestamp) -> Result<Snapshot, PlanError> {
    let (version, mut meta) = match base.published() {
        Ok(repo) => {
            let version = repo.snapshot().version().next().ok_or(PlanError::LastVersion(RoleName::snapshot()))?;
            (version, repo.snapshot().meta.clone())
        }
        Err(local) => (Version::FIRST, BTreeMap::from([(RoleName::targets(), FileMeta::of(local.targets().bytes()))])),
    };
    meta.insert(RoleName::root(), FileMeta::of(base.root().bytes()));
    meta.extend(changed.iter().map(|file| (file.role().clone(), FileMeta::of(file.bytes()))));
    let file_of = |role: &RoleName| {
        let changed = changed.iter().find(|file| file.role() == role).map(|file| &***file);
        changed.or_else(|| base.targets(role).map(|file| &**file))
    };
    meta.retain(|role, _| is_delegated(role, file_of));
    let header = Header { version, expires: Expires::after_days(now, TARGETS_DAYS) };
    Ok(Snapshot { header, meta, unusable: BTreeSet::new() })
}

/// Whether a role is still delegated, as far as the files above it tell.
fn is_delegated<'a>(role: &RoleName, file_of: impl Fn(&RoleName) -> Option<&'a Targets> + Copy) -> bool {
    let Some(parent) = role.parent() else { return true };
    let names = |file: &Targets| file.roles.iter().any(|delegation| delegation.name == *role);
    is_delegated(&parent, file_of) && file_of(&parent).is_none_or(names)
}

impl<'a> Base<'a> {
    fn published(self) -> Result<&'a dyn Published, &'a LocalRepo> {
        match self {
            Base::Trusted(repo) => Ok(repo),
            Base::Overlooked(repo) => Ok(repo),
            Base::Unpublished(local) => Err(local),
        }
    }

    /// The root that holds.
    #[must_use]
    pub fn root(self) -> &'a Verified<Root> {
        match self.published() {
            Ok(repo) => repo.root(),
            Err(local) => local.root(),
        }
    }

    /// The keys of a base role or of a delegation.
    pub(crate) fn role_keys(self, role: &RoleName) -> RoleKeys {
        match self.published() {
            Ok(repo) => repo.role_keys(role),
            Err(local) => local.root().role_keys(role),
        }
    }

    /// Whether nothing is known of a role's file: a new one begins with version 1.
    #[must_use]
    pub fn begins_with(self, role: &RoleName) -> bool {
        self.next_version(role) == Some(Version::FIRST)
    }

    /// What a role signs under a name; nothing where ends were overlooked.
    #[must_use]
    pub fn signed_by(self, role: &RoleName, name: &str) -> Option<&'a Target> {
        if matches!(self, Base::Overlooked(_)) { None } else { self.targets(role)?.targets.get(name) }
    }

    /// The end of the verified file of targets or of a delegation.
    #[must_use]
    pub fn expires(self, role: &RoleName) -> Option<Expires> {
        self.targets(role).map(Verified::expires)
    }

    /// The version of the verified file of targets or of a delegation.
    #[must_use]
    pub fn version(self, role: &RoleName) -> Option<Version> {
        self.targets(role).map(Verified::version)
    }

    pub(crate) fn targets(self, role: &RoleName) -> Option<&'a Verified<Targets>> {
        match self.published() {
            Ok(repo) => repo.targets(role),
            Err(local) => (*role == RoleName::targets()).then(|| local.targets()),
        }
    }

    /// The file that an edit of a role begins with. An expired one is still its signers' word: signing it anew must not drop its other entries.
    pub(crate) fn to_sign_anew(self, role: &RoleName) -> Option<&'a Verified<Targets>> {
        self.targets(role).or_else(|| self.published().ok()?.expired(role))
    }

    /// The content of a delegation that lacks signatures alone: for a witness.
    pub(crate) fn unvouched(self, role: &RoleName) -> Option<&'a Targets> {
        self.published().ok()?.unvouched(role)
    }

    /// The version that a new file of a role gets: above every one that may have been published before, even where that file could
    /// not be verified (the server takes no lower one). None where there is none above.
    #[must_use]
    pub fn next_version(self, role: &RoleName) -> Option<Version> {
        self.version_above(role).ok()
    }

    /// The same with the reason. A version that is claimed and not verified is believed as far as a small step goes: by more whoever wrote it, without
    /// any key, would have the role's versions spent by its own signers.
    pub(crate) fn version_above(self, role: &RoleName) -> Result<Version, PlanError> {
        let (known, claimed) = match self.published() {
            Err(local) => ((*role == RoleName::targets()).then(|| local.targets().version()), None),
            Ok(repo) => {
                let ([verified, lost], claimed) =
                    (repo.versions(role), self.skipped(role).and_then(|skipped| skipped.claimed_version));
                (verified, claimed.max(lost))
            }
        };
        if let Some(version) = claimed.filter(|claimed| !claimed.is_a_step_from(known)) {
            return Err(PlanError::OutOfReach { role: role.clone(), version, known });
        }
        let next = known.max(claimed).map_or(Some(Version::FIRST), Version::next);
        next.ok_or_else(|| PlanError::LastVersion(role.clone()))
    }

    /// Why a role's file is not used, where it is not.
    pub(crate) fn skipped(self, role: &RoleName) -> Option<&'a Skipped> {
        self.published().ok()?.skipped(role)
    }
}
