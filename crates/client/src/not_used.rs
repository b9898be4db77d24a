//! Why a delegation's file is not used, as a person needs to know it.

use serde::{Serialize, Serializer};

use trust::{
    model::role::RoleName,
    verify::{
        skipped::{Cause, Skipped},
        trusted::TrustedRepo,
    },
};

/// Why what a delegation signs counts for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotUsed {
    /// Its file has expired.
    Expired,
    /// It has no key any more: its last signer was removed.
    NoSigner,
    /// Its file was verified here before, and its keys are others now: those who signed it were removed.
    OtherSigners,
    /// Its file is not what it must be, or not to be had.
    Unusable,
}

impl NotUsed {
    /// Of a role that was set aside.
    pub(crate) fn of(repo: &TrustedRepo, role: &RoleName, skipped: &Skipped) -> Self {
        match skipped.cause {
            Cause::Expired => Self::Expired,
            _ if repo.role_keys(role).iter().next().is_none() => Self::NoSigner,
            Cause::LostSigners => Self::OtherSigners,
            Cause::LeftOver | Cause::Unusable => Self::Unusable,
        }
    }

    /// The stable name of the kind, for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::NoSigner => "no-signer",
            Self::OtherSigners => "other-signers",
            Self::Unusable => "unusable",
        }
    }

    /// The reason in words: a count of signatures says nothing of a role that nobody can sign.
    pub(crate) fn words(self, skipped: &Skipped) -> String {
        if self == Self::NoSigner { "no signer is left".to_owned() } else { skipped.reason.clone() }
    }
}

impl Serialize for NotUsed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
