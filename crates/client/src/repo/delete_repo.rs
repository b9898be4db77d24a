//! Deletes the trust data of a repository.

use crate::{error::OpsError, session::Session};
use trust::model::gun::Gun;

/// How far a deletion reaches. Private keys are never deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The data on this machine: the next use trusts anew.
    Local,
    /// The server's data first, then that on this machine. Where the server refuses, nothing is deleted.
    LocalAndRemote,
}

/// Deletes trust data.
pub fn delete(session: &Session<'_>, gun: &Gun, reach: Reach) -> Result<(), OpsError> {
    let _writer = session.store.writer(gun)?;
    if reach == Reach::LocalAndRemote {
        session.remote.delete(gun)?;
    }
    Ok(session.store.forget(gun)?)
}
