//! What a repository holds, as one set: the live files, or what a decided change is about to put in their place.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    files::{self, FileKind},
    floor,
    journal::{self, Journal},
    layout::{Repository, is_inside_a_repository},
    published, sent,
};
use client::ports::{StoreError, Stored};
use trust::model::role::RoleName;

/// Reads the set. A journal that could not be completed, as in a read-only folder, is looked through.
pub(super) fn read(repo: &Repository) -> Result<Stored, StoreError> {
    let journal = journal::read(repo)?;
    let (paths, floor) = paths(repo, journal.as_ref())?;
    let mut stored = Stored {
        floor: floor::read(&floor)?,
        published: published::read(repo)?,
        sent: sent::read(&repo.sent())?,
        ..Stored::default()
    };
    for (role, path) in paths {
        if let Some(bytes) = files::read(&path)? {
            stored.files.insert(role, bytes);
        }
    }
    Ok(stored)
}

/// The live files by role. A name that is no role's is another program's.
pub(super) fn live(repo: &Repository) -> Result<BTreeMap<RoleName, PathBuf>, StoreError> {
    let base = [RoleName::root(), RoleName::targets(), RoleName::snapshot(), RoleName::timestamp()];
    let mut found: BTreeMap<_, _> =
        base.into_iter().map(|role| (repo.live(&role), role)).filter(|(path, _)| path.exists()).map(|(p, r)| (r, p)).collect();
    for path in delegation_files(&repo.metadata().join("targets"))? {
        if let Some(role) = role_of(&repo.metadata(), &path) {
            found.insert(role, path);
        }
    }
    Ok(found)
}

/// All files at and below a folder of delegations, but for those of a repository that is stored in the midst of them.
pub(super) fn delegation_files(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    for (path, kind) in files::entries(dir)? {
        match kind {
            FileKind::Folder if is_inside_a_repository(&path) => {}
            FileKind::Folder => found.extend(delegation_files(&path)?),
            FileKind::File | FileKind::Other => found.push(path),
        }
    }
    Ok(found)
}

fn role_of(metadata: &Path, path: &Path) -> Option<RoleName> {
    let name = path.strip_prefix(metadata).ok()?.to_str()?.strip_suffix(".json")?;
    RoleName::parse(name).ok()
}

fn paths(repo: &Repository, journal: Option<&Journal>) -> Result<(BTreeMap<RoleName, PathBuf>, PathBuf), StoreError> {
    let mut paths = live(repo)?;
    let Some(journal) = journal else { return Ok((paths, repo.floor())) };
    for role in &journal.remove {
        paths.remove(role);
    }
    for (index, role) in journal.put.iter().enumerate() {
        let staged = repo.staged_file(index);
        if staged.exists() {
            paths.insert(role.clone(), staged);
        }
    }
    let floor = if repo.staged_floor().exists() { repo.staged_floor() } else { repo.floor() };
    Ok((paths, floor))
}
