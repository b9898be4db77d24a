//! The root that everything else is verified by.

use std::{ops::Deref, sync::Arc};

use jiff::Timestamp;

use super::{
    counted_keys::{CountedKeys, Grounds, certified_until},
    ends::ExpiryCheck,
    envelope::Unverified,
    error::UpdateError,
    pinning::PinError,
    threshold::{Current, Verified, VerifyError, meet_threshold},
};
use crate::model::{gun::Gun, role::RoleName, root::Root};

/// A root at which a walk may end: as many as its threshold wants of those keys have signed it that count, and it has not expired. Made here alone.
#[derive(Clone, Debug)]
pub struct TrustedRoot {
    root: Current<Root>,
    grounds: Grounds,
}

impl TrustedRoot {
    /// Verifies a root by the keys that count, and judges its end.
    pub(crate) fn verify(root: Verified<Root>, counted: &CountedKeys, ends: impl ExpiryCheck) -> Result<Self, UpdateError> {
        let role = RoleName::root();
        let file = Unverified::<Root>::parse(&role, Arc::clone(root.bytes()));
        let file = file.map_err(|error| UpdateError::Malformed { role: role.clone(), error })?;
        meet_threshold(&role, &file.signed, &file.signatures, counted.keys()).map_err(|error| match error {
            VerifyError::Threshold { found, needed, .. } => PinError::NotSigned { found, needed, counted: counted.named() }.into(),
            error => UpdateError::Verify(error),
        })?;
        let at = root.expires();
        let root = ends.judge(root).map_err(|_| UpdateError::Expired { role, at })?;
        Ok(Self { root, grounds: counted.grounds() })
    }

    /// Until when enough of its keys stand in valid certificates: then it counts no more, whatever its own end.
    #[must_use]
    pub fn certified_until(&self, gun: &Gun) -> Option<Timestamp> {
        certified_until(gun, &self.root)
    }

    /// Why its word is taken.
    #[must_use]
    pub fn grounds(&self) -> Grounds {
        self.grounds
    }
}

impl Deref for TrustedRoot {
    type Target = Verified<Root>;

    fn deref(&self) -> &Verified<Root> {
        &self.root
    }
}
