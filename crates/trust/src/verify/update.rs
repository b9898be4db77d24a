//! The update of a repository as a chain of types: each stage consumes the last, so the wrong order does not compile.
//!
//! No stage fetches anything: it says which files it needs, and the caller hands them in.

use std::sync::Arc;

use super::{
    ends::ExpiryCheck,
    envelope::Unverified,
    error::UpdateError,
    floor::Floor,
    threshold::{Current, Verified, verify},
    trusted_root::TrustedRoot,
};
use crate::model::{
    file_ref::FileRef, gun::Gun, hashes::FileMeta, payload::Payload, role::RoleName, role_keys::RoleKeys, snapshot::Snapshot,
    timestamp::Timestamp,
};

/// Most delegations' files that are asked for before it is known which of them are in use.
const MAX_SPECULATIVE_FILES: usize = 256;

/// Most bytes of such files.
const MAX_SPECULATIVE_BYTES: u64 = 32 << 20;

/// Where the timestamp came from, and so how fresh the whole state is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// The server sent it in this command.
    Fetched,
    /// The server cannot be reached; this is the last state that was verified.
    Cached,
}

/// First stage: the newest root, unexpired, and signed by keys that count.
#[derive(Clone, Debug)]
pub struct RootChain<E> {
    pub(crate) gun: Gun,
    pub(crate) ends: E,
    pub(crate) root: TrustedRoot,
    pub(crate) floor: Floor,
}

/// Second stage: the timestamp names the snapshot.
#[derive(Clone, Debug)]
pub struct WithTimestamp<E> {
    pub(crate) chain: RootChain<E>,
    pub(crate) timestamp: Current<Timestamp>,
    pub(crate) freshness: Freshness,
}

/// Third stage: the snapshot names all other files.
#[derive(Clone, Debug)]
pub struct WithSnapshot<E> {
    pub(crate) before: WithTimestamp<E>,
    pub(crate) snapshot: Current<Snapshot>,
}

impl<E: ExpiryCheck> RootChain<E> {
    pub(crate) fn new(gun: Gun, root: TrustedRoot, floor: Floor, ends: E) -> Self {
        Self { gun, ends, root, floor }
    }

    /// Takes the timestamp: signed by its keys in the root, at or above the floor, unexpired (TUF 5.4).
    pub fn timestamp(self, bytes: Arc<[u8]>, freshness: Freshness) -> Result<WithTimestamp<E>, UpdateError> {
        let timestamp = self.current(bytes, &self.root.role_keys(&RoleName::timestamp()))?;
        Ok(WithTimestamp { chain: self, timestamp, freshness })
    }

    pub(crate) fn current<T: Payload>(&self, bytes: Arc<[u8]>, keys: &RoleKeys) -> Result<Current<T>, UpdateError> {
        let file = self.verified::<T>(bytes, keys)?;
        let (role, at) = (file.role().clone(), file.expires());
        self.ends.judge(file).map_err(|_| UpdateError::Expired { role, at })
    }

    pub(crate) fn verified<T: Payload>(&self, bytes: Arc<[u8]>, keys: &RoleKeys) -> Result<Verified<T>, UpdateError> {
        let role = keys.role();
        let file = Unverified::parse(role, bytes).map_err(|error| UpdateError::Malformed { role: role.clone(), error })?;
        let file = verify(file, keys)?;
        self.floor.admit(&file, keys)?;
        Ok(file)
    }
}

impl<E: ExpiryCheck> WithTimestamp<E> {
    /// The snapshot's file.
    #[must_use]
    pub fn needs(&self) -> FileRef {
        file_ref(&RoleName::snapshot(), &self.timestamp.snapshot)
    }

    /// Takes the snapshot: the file that the timestamp lists, signed, at or above the floor, unexpired (TUF 5.5), and naming the
    /// root that is trusted.
    pub fn snapshot(self, bytes: Arc<[u8]>) -> Result<WithSnapshot<E>, UpdateError> {
        check_file(&RoleName::snapshot(), &self.timestamp.snapshot, &bytes)?;
        let chain = &self.chain;
        let snapshot: Current<Snapshot> = chain.current(bytes, &chain.root.role_keys(&RoleName::snapshot()))?;
        let names_root = snapshot.meta.get(&RoleName::root()).is_some_and(|meta| meta.check(chain.root.bytes()).is_ok());
        if !names_root {
            return Err(UpdateError::RootMoved { version: chain.root.version() });
        }
        Ok(WithSnapshot { before: self, snapshot })
    }
}

impl<E: ExpiryCheck> WithSnapshot<E> {
    /// The targets file, and every delegation that the snapshot names: they travel together, although only targets tells which of
    /// them are in use. Where they are very many or very large, only those in use are asked for, by `TrustedRepo::needs`.
    #[must_use]
    pub fn needs(&self) -> Vec<FileRef> {
        let delegations = || self.snapshot.meta.iter().filter(|(role, _)| role.is_delegation());
        let bytes = delegations().fold(0_u64, |sum, (_, meta)| sum.saturating_add(meta.length));
        let speculative = delegations().count() <= MAX_SPECULATIVE_FILES && bytes <= MAX_SPECULATIVE_BYTES;
        let targets = self.snapshot.meta.get_key_value(&RoleName::targets());
        let files = targets.into_iter().chain(speculative.then(delegations).into_iter().flatten());
        files.map(|(role, meta)| file_ref(role, meta)).collect()
    }
}

pub(crate) fn file_ref(role: &RoleName, meta: &FileMeta) -> FileRef {
    FileRef::Hashed { role: role.clone(), sha256: meta.sha256, length: meta.length }
}

pub(crate) fn check_file(role: &RoleName, meta: &FileMeta, bytes: &[u8]) -> Result<(), UpdateError> {
    meta.check(bytes).map_err(|mismatch| UpdateError::Checksum { role: role.clone(), mismatch })
}
