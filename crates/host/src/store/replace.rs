//! Replaces a repository's files as one: stage, decide, put in place.
//!
//! A crash or a full disk before the journal stands leaves the old set and some litter; after it the new set is completed by the next open. Never is a file
//! removed to be written anew.

use std::{collections::BTreeMap, path::Path};

use super::{
    files::{self, make_dir, write_new},
    floor,
    journal::{self, Journal},
    layout::{Repository, is_of_another_repository},
    view,
};
use client::ports::{Bytes, StoreError};
use trust::{model::role::RoleName, verify::floor::Floor};

/// Makes `files` the live set, and `floor` the floor where one is given. Under the exclusive lock, with nothing unsettled.
/// On an error the old set is in place, or the new one is completed by the next open.
pub(super) fn replace(repo: &Repository, files: &BTreeMap<RoleName, Bytes>, floor: Option<&Floor>) -> Result<(), StoreError> {
    let live = view::live(repo)?;
    let remove = live.keys().filter(|role| !files.contains_key(role)).cloned().collect();
    let mut journal = Journal { put: Vec::new(), remove };
    let mut contents = Vec::new();
    for (role, bytes) in files {
        // such a role is not kept: it is fetched anew each time
        if !is_of_another_repository(repo, role) && !is_same(&repo.live(role), bytes)? {
            journal.put.push(role.clone());
            contents.push(&**bytes);
        }
    }
    let floor = floor.map(floor::encode);
    let floor = match floor {
        Some(bytes) if !is_same(&repo.floor(), &bytes)? => Some(bytes),
        _ => None,
    };
    if journal == Journal::default() && floor.is_none() {
        return Ok(());
    }
    if let Err(e) = stage(repo, &journal, &contents, floor.as_deref()) {
        // nothing is decided; what cannot be removed now is removed by the next open
        let _ = files::remove_files_in(&repo.staged());
        return Err(e);
    }
    journal::complete(repo, &journal)
}

fn stage(repo: &Repository, journal: &Journal, contents: &[&[u8]], floor: Option<&[u8]>) -> Result<(), StoreError> {
    make_dir(&repo.staged())?;
    for (index, (role, bytes)) in journal.put.iter().zip(contents).enumerate() {
        // made now, when a full disk still leaves everything as it was
        repo.live(role).parent().map_or(Ok(()), make_dir)?;
        write_new(&repo.staged_file(index), bytes)?;
    }
    if let Some(bytes) = floor {
        write_new(&repo.staged_floor(), bytes)?;
    }
    journal::decide(repo, journal)
}

/// Whether the live file has these bytes already. A link is never the same: it is replaced by a file.
fn is_same(path: &Path, bytes: &[u8]) -> Result<bool, StoreError> {
    Ok(!path.is_symlink() && files::read(path)?.as_deref() == Some(bytes))
}
