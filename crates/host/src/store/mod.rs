//! The trust data on disk: `tuf/` in the peers' trust folder, with a floor, a journal and locks of ours beside it.
//!
//! The peers (docker, notary) read and write the metadata at any time, a file after the other and without our locks; what they left is
//! returned as it is, and judged by `trust`. Ours change a repository's set as one (see `replace`).

#[cfg(test)]
mod arbitrary;
mod changelist;
mod files;
mod floor;
mod forget;
mod journal;
pub mod known;
mod layout;
mod listing;
mod lock;
mod published;
mod replace;
mod sent;
mod view;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use self::{layout::Repository, lock::Lock};
use client::ports::{Bytes, Commit, Repositories, Sent, StoreError, Stored, TrustSet, TrustStore, WriterGuard};
use trust::model::{gun::Gun, role::RoleName};

/// The trust data below a folder such as `~/.docker/trust`.
#[derive(Clone, Debug)]
pub struct TrustFolder {
    trust_dir: PathBuf,
    waits: Waits,
}

/// How long to wait for other processes of ours.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    /// For one that loads or commits: a matter of milliseconds.
    pub access: Duration,
    /// For one that publishes, its trips to the server included.
    pub writer: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self { access: Duration::from_secs(10), writer: Duration::from_secs(60) }
    }
}

impl TrustFolder {
    /// The trust data in `trust_dir`, which need not exist yet.
    #[must_use]
    pub fn new(trust_dir: PathBuf) -> Self {
        Self { trust_dir, waits: Waits::default() }
    }

    /// The same with other waits.
    #[must_use]
    pub fn with_waits(self, waits: Waits) -> Self {
        Self { waits, ..self }
    }

    fn repository(&self, gun: &Gun) -> Repository {
        Repository::new(&self.trust_dir, gun)
    }

    /// The one that may change the repository's files, with what a crash left behind settled.
    fn open_for_change(&self, repo: &Repository) -> Result<Lock, StoreError> {
        let lock = lock::exclusive(&repo.lock(), repo.gun(), self.waits.access)?;
        journal::settle(repo)?;
        Ok(lock)
    }

    /// What keeps the set still while it is read; none where the folder allows no lock: what can only be read is read.
    fn open_for_reading(&self, repo: &Repository) -> Result<Option<Lock>, StoreError> {
        if journal::is_unsettled(repo)
            && let Some(lock) = unless_refused(lock::exclusive(&repo.lock(), repo.gun(), self.waits.access))?
        {
            unless_refused(journal::settle(repo))?;
            return Ok(Some(lock));
        }
        unless_refused(lock::shared(&repo.lock(), repo.gun(), self.waits.access))
    }
}

/// None where the operating system refused, as it does in a folder that is read-only or full.
fn unless_refused<T>(result: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match result {
        Err(StoreError::Io { .. }) => Ok(None),
        other => other.map(Some),
    }
}

impl TrustStore for TrustFolder {
    fn repositories(&self) -> Repositories {
        self.known_repositories()
    }

    fn load(&self, gun: &Gun) -> Result<Stored, StoreError> {
        let repo = self.repository(gun);
        let own = repo.own().is_dir();
        let lock = if own { self.open_for_reading(&repo)? } else { None };
        let stored = view::read(&repo)?;
        drop(lock);
        // Where nothing of ours stands there is no lock to wait for; the first commit ever may have begun meanwhile.
        if !own && repo.own().is_dir() { self.load(gun) } else { Ok(stored) }
    }

    fn commit(&self, gun: &Gun, set: &TrustSet) -> Result<Commit, StoreError> {
        let repo = self.repository(gun);
        let _lock = self.open_for_change(&repo)?;
        let stored = floor::read(&repo.floor())?;
        if floor::is_newer(&stored, &set.floor) {
            return Ok(Commit::Overtaken);
        }
        let mut floor = set.floor.clone();
        floor.keep_delegations_of(&stored);
        replace::replace(&repo, &set.files, Some(&floor))?;
        // the set is stored; what stays behind costs no more than space, until the next commit
        let _ = published::prune(&repo, &set.files);
        Ok(Commit::Stored)
    }

    fn keep_sent(&self, gun: &Gun, files: &[Bytes], sent: &Sent) -> Result<(), StoreError> {
        let repo = self.repository(gun);
        let _lock = self.open_for_change(&repo)?;
        if !files.is_empty() {
            published::keep(&repo, files)?;
        }
        sent::write(&repo, sent)
    }

    fn replace_sent(&self, gun: &Gun, judged: &Sent, sent: &Sent) -> Result<(), StoreError> {
        let repo = self.repository(gun);
        let _lock = self.open_for_change(&repo)?;
        if sent::read(&repo.sent())? == *judged { sent::write(&repo, sent) } else { Ok(()) }
    }

    fn sent(&self, gun: &Gun) -> Result<Sent, StoreError> {
        sent::read(&self.repository(gun).sent())
    }

    fn save_unpublished(&self, gun: &Gun, files: &BTreeMap<RoleName, Bytes>) -> Result<(), StoreError> {
        let repo = self.repository(gun);
        let _lock = self.open_for_change(&repo)?;
        replace::replace(&repo, files, None)
    }

    fn forget(&self, gun: &Gun) -> Result<(), StoreError> {
        let repo = self.repository(gun);
        if !repo.dir().is_dir() {
            return Ok(());
        }
        let _lock = lock::exclusive(&repo.lock(), repo.gun(), self.waits.access)?;
        forget::forget(&repo)
    }

    fn writer(&self, gun: &Gun) -> Result<Box<dyn WriterGuard>, StoreError> {
        let repo = self.repository(gun);
        Ok(Box::new(lock::exclusive(&repo.writer_lock(), gun, self.waits.writer)?))
    }

    fn maker(&self, gun: &Gun) -> Result<Box<dyn WriterGuard>, StoreError> {
        Ok(Box::new(lock::exclusive(&self.repository(gun).maker_lock(), gun, self.waits.writer)?))
    }
}

#[cfg(test)]
mod tests;
