//! Files that a server has and no snapshot of it names, of an earlier life of a role's name or of an update that it lost. It takes no file below them.

use super::{confirm::is_newest, state::ServerState, update::Update};
use crate::{
    error::OpsError,
    ports::{Bytes, FileRef, RemoteError},
    session::Session,
};
use trust::{
    edit::plan::Base,
    model::{gun::Gun, role::RoleName},
};

/// From which conflict on a file is looked for that no snapshot names: a publisher who was faster is in the next state.
const CONFLICTS_OF_A_NEW_ROLE: u32 = 3;

/// The same of a role that has a file: what is passed over there was somebody's word.
const CONFLICTS_OF_A_ROLE: u32 = 10;

/// The state after a conflict over these roles, with what is in the way of the next attempt noted on it.
pub(super) fn pass_over<U: Update>(
    session: &Session<'_>,
    gun: &Gun,
    update: &mut U,
    before: &U::State,
    roles: &[RoleName],
    attempts: u32,
    conflict: RemoteError,
) -> Result<U::State, OpsError> {
    let left = left_over(session, gun, in_the_way(roles, before.base(), attempts));
    let mut now = update.read()?;
    if now.timestamp().is_none() {
        // what was initialised here may be published by now, by another process; else the server speaks of what it does not show
        return Err(conflict.into());
    }
    for (role, bytes) in &left {
        now.note_left_over(role, bytes);
    }
    if !left.is_empty() && is_newest(session, gun, &now) {
        for (role, bytes) in &left {
            now.note_lost(role, bytes);
        }
    }
    Ok(now)
}

/// The files of which the server may have one that no snapshot names, after so many conflicts over an update of these roles: of a role that
/// begins, the newest; of another, the one of the version that was just refused.
fn in_the_way(roles: &[RoleName], base: Base<'_>, attempts: u32) -> Vec<(RoleName, FileRef)> {
    let file = |role: &RoleName| {
        let file = if base.begins_with(role) && role.is_delegation() {
            (attempts >= CONFLICTS_OF_A_NEW_ROLE).then(|| FileRef::CurrentDelegation(role.clone()))
        } else if attempts >= CONFLICTS_OF_A_ROLE {
            base.next_version(role).map(|refused| FileRef::TargetsVersion(role.clone(), refused))
        } else {
            None
        };
        Some((role.clone(), file?))
    };
    roles.iter().filter(|role| role.is_delegation() || **role == RoleName::targets()).filter_map(file).collect()
}

/// Those of the files that the server has. They are asked for before the state is: what is still not in it then is no publisher's who was faster.
fn left_over(session: &Session<'_>, gun: &Gun, files: Vec<(RoleName, FileRef)>) -> Vec<(RoleName, Bytes)> {
    if files.is_empty() {
        return Vec::new();
    }
    let (roles, files): (Vec<_>, Vec<_>) = files.into_iter().unzip();
    let answers = session.remote.fetch_all(gun, &files);
    roles.into_iter().zip(answers).filter_map(|(role, answer)| Some((role, answer.ok()?))).collect()
}
