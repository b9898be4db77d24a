//! The files of an update, signed.

use std::collections::BTreeMap;

use crate::ports::Bytes;
use trust::{
    model::{digest::Sha256, payload::Payload, role::RoleName, version::Version},
    verify::threshold::Verified,
};

/// Files by role.
pub(crate) type Files = BTreeMap<RoleName, SignedFile>;

/// A file that is sent.
#[derive(Clone, Debug)]
pub(crate) struct SignedFile {
    /// Its version.
    pub(crate) version: Version,
    /// Its hash.
    pub(crate) sha256: Sha256,
    /// The file.
    pub(crate) bytes: Bytes,
}

impl SignedFile {
    /// A file as its signers have signed it, sent once more.
    pub(crate) fn as_it_is(version: Version, bytes: Bytes) -> Self {
        Self { version, sha256: Sha256::of(&bytes), bytes }
    }
}

impl<T: Payload> From<&Verified<T>> for SignedFile {
    fn from(file: &Verified<T>) -> Self {
        Self { version: file.version(), sha256: file.sha256(), bytes: Bytes::clone(file.bytes()) }
    }
}

/// The version of each.
pub(super) fn versions(files: &Files) -> BTreeMap<RoleName, Version> {
    files.iter().map(|(role, file)| (role.clone(), file.version)).collect()
}

/// Those that a snapshot lists.
pub(super) fn listed(files: &Files) -> impl Iterator<Item = (&RoleName, &SignedFile)> {
    files.iter().filter(|(role, _)| **role != RoleName::snapshot())
}
