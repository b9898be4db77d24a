//! Whether an update is there. That a server took it says nothing: of two updates at the same time Notary's server may list one, and say yes to both.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{
    files::{self, Files, SignedFile},
    state::ServerState,
    update::Update,
};
use crate::{
    error::OpsError,
    ports::{Bytes, FileRef, NotaryRemote, RemoteError},
    session::Session,
    state::{error::StateError, refresh::read_back::Look},
};
use trust::model::{gun::Gun, role::RoleName, version::Version};

/// How long an update that was taken is looked for: a proxy may keep an older state for a while.
const CONFIRM_WITHIN: Duration = Duration::from_secs(10);

/// How long a new repository is looked for where the server says that there is none: what stands before it may remember that from before.
const NEW_WITHIN: Duration = Duration::from_secs(2);

/// Another update that displaces this one may be under way twice as long as this one took, where the server is slower with it, and for so long at least.
const LEAST_SETTLING: Duration = Duration::from_millis(100);

/// It is not waited for longer.
const MOST_SETTLING: Duration = Duration::from_secs(2);

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

/// Looks for an update that the server took a moment ago, after `took`, until it shows a state that tells.
///
/// An update that was under way at the same moment can displace it still: Notary's server reads the files that it lists before it writes. Such a one is
/// through soon; what is listed after that is not lost any more, and where it is all the same, the next look says so.
pub(super) fn confirm<U: Update>(
    session: &Session<'_>,
    gun: &Gun,
    update: &U,
    before: &U::State,
    files: &Files,
    took: Duration,
) -> Result<Found<U::State>, OpsError> {
    let settled = Instant::now() + (took * 2).clamp(LEAST_SETTLING, MOST_SETTLING);
    let is_new = before.timestamp().is_none();
    let mut waits = Waits::within(if is_new { NEW_WITHIN } else { CONFIRM_WITHIN });
    let mut asked = Instant::now();
    let (mut shown, is_last) = look_twice(session, gun, update, before, settled);
    if is_last {
        asked = settled;
    }
    let mut latest = None;
    loop {
        let mut reason = None;
        match shown {
            Ok(Some(now)) => {
                let holds = is_there(update, &now, files);
                if holds && asked >= settled {
                    return Ok(Found::Confirmed(now));
                }
                if !holds && is_newest(session, gun, &now) {
                    return Ok(Found::Lost(now));
                }
                latest = Some(now);
            }
            // the one that was seen before is the last
            Ok(None) if asked >= settled => {
                if let Some(now) = latest.take_if(|now| is_there(update, now, files)) {
                    return Ok(Found::Confirmed(now));
                }
            }
            Ok(None) => {}
            Err(error) => reason = Some(Box::new(error)),
        }
        if !waits.wait() {
            return match (reason, &latest) {
                (None, None) if is_new => Ok(Found::Unseen),
                (reason, _) => Err(OpsError::State(StateError::Unconfirmed { gun: gun.clone(), reason })),
            };
        }
        asked = Instant::now();
        shown = update.read_back(latest.as_ref().unwrap_or(before), Look::Any);
    }
}

/// The state that follows on `before`, and whether no other follows on that one, which is asked when all is settled: both together, so that nothing
/// waits for the other.
fn look_twice<U: Update>(
    session: &Session<'_>,
    gun: &Gun,
    update: &U,
    before: &U::State,
    settled: Instant,
) -> (Result<Option<U::State>, OpsError>, bool) {
    let remote = session.remote;
    let next = before.timestamp().map_or(Some(Version::FIRST), |timestamp| timestamp.version().next());
    thread::scope(|scope| {
        let later = next.and_then(Version::next).map(|version| {
            scope.spawn(move || {
                thread::sleep(settled.saturating_duration_since(Instant::now()));
                is_missing(remote, gun, version)
            })
        });
        let shown = update.read_back(before, Look::Next);
        (shown, later.is_none_or(|later| later.join().unwrap_or(false)))
    })
}

/// Whether an update to which no answer came is to be seen. Where it is not, it may come yet.
pub(super) fn is_seen_after_failure<U: Update>(update: &U, before: &U::State, files: &Files) -> bool {
    let mut waits = Waits::within(LOOK_WITHIN);
    loop {
        match update.read_back(before, Look::Any) {
            Ok(Some(now)) if is_there(update, &now, files) => return true,
            Err(OpsError::Remote(error)) if error.is_outage() => return false,
            _ => {}
        }
        if !waits.wait() {
            return false;
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
    following(state).is_none_or(|next| is_missing(session.remote, gun, next))
}

/// Whether the server has a later state than this one.
pub(crate) fn is_overtaken(session: &Session<'_>, gun: &Gun, state: &impl ServerState) -> bool {
    following(state).is_some_and(|next| matches!(timestamp(session.remote, gun, next).as_slice(), [Ok(_)]))
}

/// The version of the timestamp that follows on a state's; none where it is the last that there can be, or the server has no such repository yet.
fn following(state: &impl ServerState) -> Option<Version> {
    state.timestamp().and_then(|timestamp| timestamp.version().next())
}

fn is_missing(remote: &dyn NotaryRemote, gun: &Gun, version: Version) -> bool {
    matches!(timestamp(remote, gun, version).as_slice(), [Err(RemoteError::NotFound { .. })])
}

fn timestamp(remote: &dyn NotaryRemote, gun: &Gun, version: Version) -> Vec<Result<Bytes, RemoteError>> {
    remote.fetch_all(gun, &[FileRef::TimestampVersion(version)])
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
