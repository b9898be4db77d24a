//! The trust data of repositories on this machine.

use std::{collections::BTreeMap, path::PathBuf};

use crate::ports::{bytes::Bytes, sent::Sent};
use trust::{
    model::{digest::Sha256, gun::Gun, role::RoleName},
    verify::floor::Floor,
};

/// The trust data of repositories on this machine.
pub trait TrustStore: Sync {
    /// The repositories that have a root here.
    fn repositories(&self) -> Repositories;

    /// Everything that is stored of a repository, as one consistent set: a commit that was cut off is completed first.
    fn load(&self, gun: &Gun) -> Result<Stored, StoreError>;

    /// Replaces the set of a repository in one step that a crash cannot divide; on an error the old set is intact, or the new one decided, and completed
    /// by the next open. `Ok` means durable, but for [`Commit::Overtaken`].
    fn commit(&self, gun: &Gun, set: &TrustSet) -> Result<Commit, StoreError>;

    /// Keeps files that a publish sends, so that a later read finds them by their hash, and replaces the record of what was sent.
    fn keep_sent(&self, gun: &Gun, files: &[Bytes], sent: &Sent) -> Result<(), StoreError>;

    /// Replaces the record of what was sent by what a look has made of `judged`; not where another process has written it since, which sends.
    fn replace_sent(&self, gun: &Gun, judged: &Sent, sent: &Sent) -> Result<(), StoreError>;

    /// The record of what was sent; empty where all of it was seen.
    fn sent(&self, gun: &Gun) -> Result<Sent, StoreError>;

    /// Stores a repository that was initialised here and is not published yet, as the peers do: root and targets without a timestamp.
    fn save_unpublished(&self, gun: &Gun, files: &BTreeMap<RoleName, Bytes>) -> Result<(), StoreError>;

    /// Removes all trust data of the repository: metadata, floor and staged changes, never a private key.
    fn forget(&self, gun: &Gun) -> Result<(), StoreError>;

    /// Waits, within a bound, to be the one writer of a repository; the role ends when the guard is dropped.
    fn writer(&self, gun: &Gun) -> Result<Box<dyn WriterGuard>, StoreError>;

    /// The same for the one that makes keys for a new repository, whichever it is.
    fn maker(&self, gun: &Gun) -> Result<Box<dyn WriterGuard>, StoreError>;
}

/// What became of a set that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// It is stored.
    Stored,
    /// Another process has stored a later state since this one was loaded. Nothing was written.
    Overtaken,
}

/// The repositories that have trust data on this machine, as far as they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repositories {
    /// Those that were found, sorted.
    pub guns: Vec<Gun>,
    /// Why there may be more: the folders that were passed over. Empty where these are all.
    pub passed_over: Vec<PassedOver>,
}

/// A folder of the store in which repositories may be that were not found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{folder}: {reason}")]
pub struct PassedOver {
    /// The folder.
    pub folder: PathBuf,
    /// Why it was passed over.
    pub reason: String,
}

/// While it lives no other process of ours does the same from this machine.
pub trait WriterGuard {}

/// What the store has of a repository.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// The live files by role.
    pub files: BTreeMap<RoleName, Bytes>,
    /// The floor; empty where nothing was ever verified.
    pub floor: Floor,
    /// Files kept from a publish, by their hash.
    pub published: BTreeMap<Sha256, Bytes>,
    /// What was sent from here and was not seen in the server's state since.
    pub sent: Sent,
}

/// A verified update, to be stored as one.
#[derive(Clone, Debug)]
pub struct TrustSet {
    /// All live files by role; stored files of other roles go.
    pub files: BTreeMap<RoleName, Bytes>,
    /// The floor after the update.
    pub floor: Floor,
}

/// A failure of the local store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process kept the repository for longer than the wait allows.
    #[error("another process is writing the trust data of {gun}; it held {path} for {seconds} s")]
    Busy {
        /// The repository.
        gun: Gun,
        /// The lock file.
        path: PathBuf,
        /// How long we waited, in seconds.
        seconds: u64,
    },
    /// A file of ours does not read as what it must be.
    #[error("{path}: {reason}")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The operating system refused.
    #[error("{action} {path}: {source}")]
    Io {
        /// What was tried, such as `read`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Its answer.
        source: std::io::Error,
    },
}
