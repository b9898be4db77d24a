//! Publishing: the one way of metadata to the server. An update is signed, sent, and looked for in what the server shows then; what others did meanwhile
//! is met by applying the same update to it.

mod anew;
mod changes;
mod confirm;
mod files;
mod in_the_way;
mod outcome;
mod patience;
mod record;
mod state;
mod update;

pub(crate) use self::{
    anew::{Anew, Renews, signed_files},
    changes::{Changes, unlock},
    confirm::is_overtaken,
    files::{Files, SignedFile},
    outcome::PublishOutcome,
    state::ServerState,
    update::Update,
};
use std::time::Instant;

use self::{
    confirm::{Found, confirm, is_seen_after_failure},
    patience::Patience,
    record::Record,
};
use crate::{
    error::OpsError,
    ports::{Bytes, RemoteError, Warning},
    session::Session,
    state::error::StateError,
};
use trust::model::{gun::Gun, role::RoleName};

/// Publishes an update of a state. Where another publisher was faster, or the server lost the update, it is applied to what is there then, as long as the
/// patience lasts.
///
/// `StateError::Unconfirmed` where the server said that it took the update and does not show it in time. Whatever of this is cut off, the record of what was
/// sent tells the next run.
pub(crate) fn publish<U: Update>(
    session: &Session<'_>,
    gun: &Gun,
    update: &mut U,
    mut state: U::State,
) -> Result<PublishOutcome<U::State>, OpsError> {
    let mut patience = Patience::begin();
    let mut record = Record::open(session, gun)?;
    let overtaken = update.overtaken_in(&state, record.earlier());
    if !overtaken.is_empty() {
        record.forget(&overtaken);
        return Err(OpsError::State(StateError::Overtaken(overtaken)));
    }
    loop {
        let Some(files) = update.sign(&state)? else { return Ok(PublishOutcome::SoAlready) };
        record.sending(&files, update.decides(&state, &files));
        let upload: Vec<(RoleName, Bytes)> = files.iter().map(|(role, file)| (role.clone(), Bytes::clone(&file.bytes))).collect();
        let sent = Instant::now();
        let found = match session.remote.publish(gun, &upload) {
            Ok(()) => confirm(session, gun, update, &state, &files, sent.elapsed())?,
            Err(error) if error.leaves_open() => {
                if !is_seen_after_failure(update, &state, &files) {
                    record.person_knows();
                    return Err(error.into());
                }
                confirm(session, gun, update, &state, &files, sent.elapsed())?
            }
            Err(conflict @ RemoteError::Conflict { .. }) => {
                record.refused();
                let conflict = patience.lost_against(gun, conflict)?;
                let roles: Vec<_> = files.keys().cloned().collect();
                Found::Elsewhere(in_the_way::pass_over(session, gun, update, &state, &roles, patience.attempts(), conflict)?)
            }
            Err(error) => {
                record.refused();
                if patience.is_over() {
                    return Err(error.into());
                }
                patience.again();
                Found::Elsewhere(update.after_refusal(&state, error)?)
            }
        };
        let newer = match found {
            Found::Confirmed(now) => {
                let known = state.files();
                let new: Vec<Bytes> = now.files().into_iter().filter(|file| !known.contains(file)).collect();
                record.confirmed(&files, &new);
                return Ok(PublishOutcome::Published { state: now, versions: files::versions(&files) });
            }
            Found::Unseen => return Ok(PublishOutcome::NotShown { versions: files::versions(&files) }),
            Found::Elsewhere(now) => now,
            Found::Lost(now) => {
                record.refused();
                update.check_not_taken_back(&now, &files)?;
                patience.lost_by_server(gun)?;
                note_losses(session, update, now, &files)
            }
        };
        update.check_may_follow(&state, &newer)?;
        state = newer;
    }
}

/// The server keeps the files that it has lost from its snapshot: new ones must go above them.
fn note_losses<U: Update>(session: &Session<'_>, update: &mut U, mut now: U::State, files: &Files) -> U::State {
    for (role, file) in files::listed(files).filter(|(role, file)| now.listed(role) != Some(file.sha256)).collect::<Vec<_>>() {
        now.note_lost(role, &file.bytes);
        update.note_loss(role, file.version);
        session.warn(Warning::LostAndSentAgain { role: role.clone(), version: file.version });
    }
    now
}
