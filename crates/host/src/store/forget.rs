//! Forgets a repository: the peers' files and ours, and never those of a repository that is stored below it (`host/x/y` of `host/x`).

use std::path::Path;

use super::{files, layout::Repository, view};
use client::ports::StoreError;

/// Removes the trust data. Under the exclusive lock. The floor goes last: where this is cut off, what is left is not a first use.
pub(super) fn forget(repo: &Repository) -> Result<(), StoreError> {
    files::remove(&repo.journal())?;
    files::remove_files_in(&repo.staged())?;
    let delegations = repo.metadata().join("targets");
    for file in view::delegation_files(&delegations)? {
        files::remove(&file)?;
    }
    remove_empty_below(&delegations)?;
    files::remove_files_in(&repo.metadata())?;
    files::remove_files_in(&repo.changelist())?;
    files::remove_files_in(&repo.published())?;
    files::remove(&repo.floor())?;
    files::remove_files_in(&repo.own())?;
    for dir in repo.dir().ancestors().take_while(|dir| *dir != repo.root()) {
        files::remove_if_empty(dir)?;
    }
    Ok(())
}

fn remove_empty_below(dir: &Path) -> Result<(), StoreError> {
    for (path, kind) in files::entries(dir)? {
        if kind == files::FileKind::Folder {
            remove_empty_below(&path)?;
        }
    }
    files::remove_if_empty(dir)
}
