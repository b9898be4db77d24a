//! Whether an update is there. That a server took it says nothing: of two updates at the same time Notary's server may list one, and say yes to both.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{
    Files, ServerState, Update,
    files::{self, SignedFile},
};
use crate::{
    ops::{
        error::OpsError,
        ports::{FileRef, RemoteError},
        refresh::read_back::Look,
        session::Session,
    },
    tuf::{gun::Gun, role::RoleName},
};

/// How long an update that was taken is looked for: a proxy may keep an older state for a while.
const CONFIRM_WITHIN: Duration = Duration::from_secs(10);

/// How long a new repository is looked for where the server says that there is none: what stands before it may remember that from before.
const NEW_WITHIN: Duration = Duration::from_secs(2);

/// How long an update is looked for whose answer was lost: the server may be at it still.
const LOOK_WITHIN: Duration = Duration::from_secs(3);

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What became of an update.
pub(super) enum Found<S> {
    /// It is there: its files are listed, or a later state holds all of it.
    Confirmed(S),
    /// The server took it, and its newest state does not have all of it.
    Lost(S),
    /// The server took none of it, and has this state.
    Elsewhere(S),
    /// The server took a new repository, and says still that there is none.
    Unseen,
}

/// Looks for an update that the server has taken, until it shows a later state.
pub(super) fn confirm<U: Update>(
    session: &Session<'_>,
    gun: &Gun,
    update: &U,
    before: &U::State,
    files: &Files,
) -> Result<Found<U::State>, OpsError> {
    let is_new = before.timestamp().is_none();
    let mut waits = Waits::within(if is_new { NEW_WITHIN } else { CONFIRM_WITHIN });
    let mut look = Look::Next;
    let mut latest: Option<U::State> = None;
    loop {
        let mut reason = None;
        match update.read_back(latest.as_ref().unwrap_or(before), look) {
            Ok(Some(now)) if is_there(update, &now, files) => return Ok(Found::Confirmed(now)),
            Ok(Some(now)) if is_newest(session, gun, &now) => return Ok(Found::Lost(now)),
            Ok(Some(now)) => latest = Some(now),
            Ok(None) => {}
            Err(error) => reason = Some(Box::new(error)),
        }
        look = Look::Any;
        if !waits.wait() {
            return match (reason, &latest) {
                (None, None) if is_new => Ok(Found::Unseen),
                (reason, _) => Err(OpsError::Unconfirmed { gun: gun.clone(), reason }),
            };
        }
    }
}

/// Looks for an update to which no answer came: the state in which it is. None where it is not to be seen, though it may come yet.
pub(super) fn look_after_failure<U: Update>(update: &U, before: &U::State, files: &Files) -> Option<U::State> {
    let mut waits = Waits::within(LOOK_WITHIN);
    loop {
        match update.read_back(before, Look::Any) {
            Ok(Some(now)) if is_there(update, &now, files) => return Some(now),
            Err(OpsError::Remote(error)) if error.is_outage() => return None,
            _ => {}
        }
        if !waits.wait() {
            return None;
        }
    }
}

/// Whether a state lists each file of an update, or in its place a later one, and holds the update all the same.
fn is_there<U: Update>(update: &U, now: &U::State, files: &Files) -> bool {
    let is_listed = |(role, file): &(&RoleName, &SignedFile)| now.listed(role) == Some(file.sha256);
    let mut others = files::listed(files).filter(|file| !is_listed(file)).peekable();
    others.peek().is_none() || others.all(|(role, file)| now.version(role) > Some(file.version)) && update.holds_in(now)
}

/// Whether the server has no later state than this one. A proxy may keep timestamps for minutes, as the server allows, and a file that this state does not
/// name is then a later one's, and not lost.
pub(super) fn is_newest(session: &Session<'_>, gun: &Gun, state: &impl ServerState) -> bool {
    let Some(next) = state.timestamp().and_then(|timestamp| timestamp.version().next()) else { return true };
    let later = session.remote.fetch_all(gun, &[FileRef::TimestampVersion(next)]);
    matches!(later.as_slice(), [Err(RemoteError::NotFound { .. })])
}

/// Pauses that double, up to a deadline.
struct Waits {
    deadline: Instant,
    pause: Duration,
}

impl Waits {
    fn within(time: Duration) -> Self {
        Self { deadline: Instant::now() + time, pause: FIRST_PAUSE }
    }

    /// Waits; false where the time is over.
    fn wait(&mut self) -> bool {
        if Instant::now() >= self.deadline {
            return false;
        }
        thread::sleep(self.pause);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}
