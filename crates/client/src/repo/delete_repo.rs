//! Deletes the trust data of a repository.

use serde::Serialize;

use crate::{error::OpsError, outcome::Outcome, session::Session};
use trust::model::gun::Gun;

/// How far a deletion reaches. Private keys are never deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The data on this machine: the next use trusts anew.
    Local,
    /// The server's data first, then that on this machine. Where the server refuses, nothing is deleted.
    LocalAndRemote,
}

/// What was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeletedRepo {
    /// The repository.
    pub repository: Gun,
    /// Whether the server has deleted it, too.
    pub remote: bool,
}

/// Deletes trust data.
pub fn delete(session: &Session<'_>, gun: &Gun, reach: Reach) -> Result<Outcome<DeletedRepo>, OpsError> {
    Outcome::of(session, |session| {
        let _writer = session.store.writer(gun)?;
        let remote = reach == Reach::LocalAndRemote;
        if remote {
            session.remote.delete(gun)?;
        }
        session.store.forget(gun)?;
        Ok(DeletedRepo { repository: gun.clone(), remote })
    })
}
