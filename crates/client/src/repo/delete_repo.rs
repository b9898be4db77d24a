//! Deletes the trust data of a repository.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    error::OpsError,
    outcome::Outcome,
    ports::{FileRef, RemoteError},
    session::Session,
    state::{
        error::StateError,
        refresh::{WritableRepo, for_writing},
    },
};
use trust::model::{gun::Gun, role::RoleName};

/// How far a deletion reaches. Private keys are never deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The data on this machine: the next use trusts anew.
    Local,
    /// The server's data first, then that on this machine. Where the server refuses, nothing is deleted.
    LocalAndRemote,
}

/// What everybody loses where the server deletes a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtStake {
    /// The server has no such repository.
    Nothing,
    /// What its roles sign, and who may sign.
    Known {
        /// The names that any role signs, sorted.
        tags: BTreeSet<String>,
        /// The signers.
        signers: BTreeSet<String>,
    },
    /// The server has one that does not verify here, for this reason: it cannot be told what it holds.
    Unverified(String),
}

/// What was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeletedRepo {
    /// The repository.
    pub repository: Gun,
    /// Whether the server has deleted it, too.
    pub remote: bool,
    /// Whether there was any trust data of it, as far as the deletion reached.
    pub found: bool,
}

/// Looks at what a deletion on the server takes from everybody. An error where the server cannot be asked.
pub fn at_stake(session: &Session<'_>, gun: &Gun) -> Result<Outcome<AtStake>, OpsError> {
    Outcome::of(session, |session| match for_writing(session, gun) {
        Ok(Some(WritableRepo::Published(repo))) => Ok(AtStake::Known {
            tags: repo.entries(None).iter().map(|entry| entry.name.to_owned()).collect(),
            signers: repo
                .delegations()
                .map(|(_, delegation)| &delegation.name)
                .filter(|role| **role != RoleName::releases())
                .filter_map(|role| role.signer_name().map(str::to_owned))
                .collect(),
        }),
        Ok(Some(WritableRepo::Unpublished(_)) | None) | Err(OpsError::State(StateError::Gone { .. })) => Ok(AtStake::Nothing),
        Err(error @ (OpsError::Remote(_) | OpsError::Store(_))) => Err(error),
        Err(error) => Ok(AtStake::Unverified(error.to_string())),
    })
}

/// Deletes trust data.
pub fn delete(session: &Session<'_>, gun: &Gun, reach: Reach) -> Result<Outcome<DeletedRepo>, OpsError> {
    Outcome::of(session, |session| {
        let _writer = session.store.writer(gun)?;
        let remote = reach == Reach::LocalAndRemote;
        let found = is_here(session, gun) || remote && is_there(session, gun);
        if remote {
            session.remote.delete(gun)?;
        }
        session.store.forget(gun)?;
        Ok(DeletedRepo { repository: gun.clone(), remote, found })
    })
}

/// What cannot be read is there, and goes all the same.
fn is_here(session: &Session<'_>, gun: &Gun) -> bool {
    session.store.load(gun).map_or(true, |stored| !stored.files.is_empty() || !stored.floor.is_empty())
}

/// Whether the server has anything to delete, in its own words: it says yes to the deletion of nothing, too.
fn is_there(session: &Session<'_>, gun: &Gun) -> bool {
    let answer = session.remote.fetch_all(gun, &[FileRef::Timestamp]).pop();
    !matches!(answer, Some(Err(RemoteError::NotFound { .. })))
}
