//! Files kept from a publish, so that the next read finds them by hash and need not fetch them.

use std::{cmp::Reverse, collections::BTreeMap, fs, path::Path, time::SystemTime};

use super::{
    files::{self, FileKind},
    layout::Repository,
};
use client::ports::{Bytes, StoreError};
use trust::model::{digest::Sha256, role::RoleName};

/// How many are kept; the oldest go.
const MAX_KEPT: usize = 32;

/// The kept files. One that is not what its name says is passed over: it can be fetched.
pub(super) fn read(repo: &Repository) -> Result<BTreeMap<Sha256, Bytes>, StoreError> {
    let mut kept = BTreeMap::new();
    for (path, kind) in files::entries(&repo.published())? {
        if kind == FileKind::File
            && let Some(hash) = hash_of(&path)
            && let Some(bytes) = files::read(&path)?
            && Sha256::of(&bytes) == hash
        {
            kept.insert(hash, bytes);
        }
    }
    Ok(kept)
}

/// Keeps files. Under the exclusive lock.
pub(super) fn keep(repo: &Repository, files: &[Bytes]) -> Result<(), StoreError> {
    files::make_dir(&repo.published())?;
    for bytes in files {
        let path = repo.published_file(Sha256::of(bytes));
        if files::read(&path)?.as_ref() != Some(bytes) {
            let new = path.with_extension("new");
            files::remove(&new)?;
            files::write_new(&new, bytes)?;
            files::rename(&new, &path)?;
        }
    }
    prune(repo, &BTreeMap::new())
}

/// Removes what is live now, what does not belong here, and the oldest of what is too many. Under the exclusive lock.
pub(super) fn prune(repo: &Repository, live: &BTreeMap<RoleName, Bytes>) -> Result<(), StoreError> {
    let entries = files::entries(&repo.published())?;
    if entries.is_empty() {
        return Ok(());
    }
    let live: Vec<_> = live.values().map(|bytes| Sha256::of(bytes)).collect();
    let is_needed = |path: &Path| hash_of(path).is_some_and(|hash| !live.contains(&hash));
    let (mut kept, gone): (Vec<_>, Vec<_>) =
        entries.into_iter().filter(|e| e.1 != FileKind::Folder).map(|e| e.0).partition(|path| is_needed(path));
    kept.sort_by_key(|path| Reverse(fs::metadata(path).and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH)));
    gone.iter().chain(kept.iter().skip(MAX_KEPT)).try_for_each(|path| files::remove(path))
}

fn hash_of(path: &Path) -> Option<Sha256> {
    Sha256::from_hex(path.file_name()?.to_str()?.strip_suffix(".json")?)
}
