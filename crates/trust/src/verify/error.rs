//! Why an update of the local trust data was refused.

use super::{envelope::EnvelopeError, pinning::PinError, threshold::VerifyError};
use crate::model::{expiry::Expires, gun::Gun, hashes::HashMismatch, role::RoleName, version::Version};

/// A file that the server sent, or that is stored here, does not fit what is trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// A file is not the one that its parent lists.
    #[error("{role}: {mismatch}")]
    Checksum {
        /// The role.
        role: RoleName,
        /// In what it differs.
        mismatch: HashMismatch,
    },
    /// A version that was verified before has another content now.
    #[error("{role} version {version} differs from the version {version} that was verified before")]
    Equivocation {
        /// The role.
        role: RoleName,
        /// The version.
        version: Version,
    },
    /// A file has expired.
    #[error("{role} expired at {at}")]
    Expired {
        /// The role.
        role: RoleName,
        /// When.
        at: Expires,
    },
    /// The version is so far above that few would be left: whoever signed it would have spent the role's versions.
    #[error("{role} version {found}, which its keys have signed, is too far above {}", floor.map_or("a first version".to_owned(), |floor| format!("version {floor}")))]
    Leap {
        /// The role.
        role: RoleName,
        /// The version that came.
        found: Version,
        /// The version that was verified before, where there is one.
        floor: Option<Version>,
    },
    /// A file is no metadata file.
    #[error("{role}: {error}")]
    Malformed {
        /// The role.
        role: RoleName,
        /// What is wrong.
        error: EnvelopeError,
    },
    /// The root does not satisfy the pins, or not the rules for the first one.
    #[error("the root is not trusted: {0}")]
    Pin(#[from] PinError),
    /// A role has not lost its signers, and what stands in the place of its file none of them has signed.
    #[error(
        "{role}: in place of version {version}, which its keys have signed, the snapshot lists {} that cannot be verified: {reason}",
        claimed.map_or("a file".to_owned(), |claimed| format!("a version {claimed}"))
    )]
    Replaced {
        /// The role.
        role: RoleName,
        /// The version that was verified before, and that its keys sign for still.
        version: Version,
        /// The version that the other file claims.
        claimed: Option<Version>,
        /// What is wrong with that.
        reason: String,
    },
    /// A delegation that was verified before is still delegated, and the snapshot hides it (TUF 5.5.5).
    #[error("{role} was removed from the snapshot although its parent still delegates to it")]
    RoleRemoved {
        /// The role.
        role: RoleName,
    },
    /// The file is older than one that was verified before.
    #[error("{role} version {found} is below version {floor}, which was verified before")]
    Rollback {
        /// The role.
        role: RoleName,
        /// The version that came.
        found: Version,
        /// The version that was verified before.
        floor: Version,
    },
    /// There is no root beside other trust data of the repository: not first use.
    #[error("the trusted root of {gun} is missing from the local trust data, and other trust data of it is there")]
    RootMissing {
        /// The repository.
        gun: Gun,
    },
    /// The way to the newest root has a gap: nothing proves it (TUF 5.3.5).
    #[error("the server lacks root version {0}, which stands between the trusted one and its newest")]
    RootGap(Version),
    /// The snapshot names another root than the trusted one.
    #[error("the snapshot names another root than the trusted version {version}")]
    RootMoved {
        /// The trusted root's version.
        version: Version,
    },
    /// A new root is not signed by the keys of the one before it.
    #[error("the new root is not signed by the keys of the one before it: {0}")]
    RootRotation(VerifyError),
    /// A root does not follow on the one before it (TUF 5.3.5).
    #[error("root version {found} does not follow on version {trusted}")]
    RootSequence {
        /// The version that came.
        found: u64,
        /// The trusted version.
        trusted: Version,
    },
    /// More delegations than any repository has use for.
    #[error("more than {0} delegations")]
    TooManyDelegations(usize),
    /// More roots to walk than a run may take, or than it has time for.
    #[error(
        "the server has more new roots than one run follows; root version {0} was reached, and the next run goes on from there"
    )]
    ManyRoots(Version),
    /// Signatures, or what they sign.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

impl UpdateError {
    /// Whether a newer root may explain it: other keys for the roles, or another root in the snapshot.
    #[must_use]
    pub fn may_be_cured_by_a_new_root(&self) -> bool {
        match self {
            Self::RootMoved { .. } | Self::Rollback { .. } => true,
            Self::Expired { role, .. } => *role == RoleName::root(),
            Self::Verify(error) => !matches!(error, VerifyError::Format(_)),
            _ => false,
        }
    }
}
