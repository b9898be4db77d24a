//! A delegation that is set aside: what is known of it, and why it is not used.

use crate::model::version::Version;

/// A delegation that is not used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// What kind of reason it is.
    pub cause: Cause,
    /// The reason.
    pub reason: String,
    /// The version that the unusable file claims: a new file of the role must go above it. Nothing else may be made of it.
    pub claimed_version: Option<Version>,
}

/// Why a delegation is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Its file is signed, and has expired.
    Expired,
    /// Its file is the one that was verified before, and its keys are others now: those who signed it were removed.
    LostSigners,
    /// No snapshot names a file of it. The server has one of an earlier life of the name.
    LeftOver,
    /// Its file cannot be verified, or not at a bounded cost; what is in it is not known here.
    Unusable,
}
