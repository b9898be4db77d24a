//! The changes that are staged for the next publish of a repository.

use jiff::Timestamp;

use super::trust_store::StoreError;
use crate::ports::bytes::Bytes;
use trust::model::gun::Gun;

/// The staged changes of repositories on this machine: the peers' files, which they write at any time. Docker's verbs have no business with
/// them, and are not given this port.
pub trait Changelist: Sync {
    /// The files in the order in which they are published: that of their names. Every file counts, whatever its name.
    fn list(&self, gun: &Gun) -> Result<Vec<ChangeFile>, StoreError>;

    /// Stages changes, at `now` and behind all that are there, in this order. `Ok` means durable.
    fn add(&self, gun: &Gun, now: Timestamp, changes: &[Vec<u8>]) -> Result<(), StoreError>;

    /// Removes these files, and no other that was staged since they were listed; one that is gone is removed.
    fn remove(&self, gun: &Gun, files: &[ChangeFile]) -> Result<(), StoreError>;
}

/// One file of staged changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeFile {
    /// Its name in the folder.
    pub name: String,
    /// What is in it, or why it is not read: a link, or far larger than any change.
    pub content: Result<Bytes, String>,
}
