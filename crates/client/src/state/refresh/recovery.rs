//! The server's state for recovery: whatever of it has expired.

use std::time::Instant;

use super::{FirstFetch, MAX_WALK, Refresh, in_store};
use crate::{
    error::OpsError,
    ports::{Bytes, Commit, FileRef, RemoteError},
    session::Session,
    state::error::StateError,
};
use trust::{
    edit::recovery::Recoverable,
    model::{gun::Gun, role::RoleName, version::Version},
    verify::{
        bootstrap::RootWalk, counted_keys::Grounds, ends::Overlooked, error::UpdateError, trusted::TrustedRepo, update::Freshness,
    },
};

/// The state that the server has, whatever of it has expired: to sign it anew and to be told when it ends, and never to read from. It is verified as
/// ever but for the ends; nothing is stored.
pub fn for_recovery(session: &Session<'_>, gun: &Gun) -> Result<Recoverable, OpsError> {
    let refresh = Refresh::<Overlooked>::open(session, gun)?;
    Ok(Recoverable::new(refresh.recover()?.1))
}

/// The same to be signed anew. What has expired is an old state, of which the server may have any: where this machine has never seen a newer one, its
/// signatures are no reason to sign it, unless a person vouches for its root.
pub fn for_renewal(session: &Session<'_>, gun: &Gun) -> Result<Recoverable, OpsError> {
    let refresh = Refresh::<Overlooked>::open(session, gun)?;
    let seen = refresh.has_seen();
    let repo = Recoverable::new(refresh.recover()?.1);
    vouched(session, &repo, seen)?;
    Ok(repo)
}

/// The same to publish all of it anew: it is stored, so that it is whole here whatever becomes of the server's; where that is gone already, this is it.
pub fn for_recreation(session: &Session<'_>, gun: &Gun) -> Result<Recoverable, OpsError> {
    let refresh = || Refresh::<Overlooked>::open(session, gun);
    let (refresh, repo) = match refresh()?.recover() {
        Err(OpsError::State(StateError::Gone { .. }) | OpsError::Remote(RemoteError::NotFound { .. })) => {
            refresh()?.stored_state()?
        }
        result => result?,
    };
    let recoverable = Recoverable::new(repo.clone());
    vouched(session, &recoverable, refresh.has_seen())?;
    if refresh.commit(&repo)? == Commit::Overtaken {
        return Err(OpsError::State(StateError::OvertakenHere { gun: gun.clone() }));
    }
    Ok(recoverable)
}

/// That the repository was seen here before where something of it has expired, or that its root is vouched for.
fn vouched(session: &Session<'_>, repo: &Recoverable, seen: bool) -> Result<(), OpsError> {
    let is_vouched_for = match repo.grounds() {
        Grounds::Vouched => true,
        Grounds::Known => seen,
        Grounds::FirstUse => false,
    };
    match repo.ended(session.now) {
        Some((role, at)) if !is_vouched_for => Err(OpsError::State(StateError::NeverSeen { gun: repo.gun().clone(), role, at })),
        _ => Ok(()),
    }
}

impl Refresh<'_, Overlooked> {
    /// Whether a whole state of the repository was verified here, or made. A root alone says little: the peers store one as soon as they see it, also one
    /// of a state that they refuse.
    fn has_seen(&self) -> bool {
        let targets = RoleName::targets();
        self.stored.files.contains_key(&targets) || self.stored.floor.of(&targets).is_some()
    }

    /// For recovery. A server does not serve its newest timestamp where it cannot sign the next: an expired snapshot whose key is a client's keeps
    /// it from that, and an expired root (Notary `timestamp.GetOrCreateTimestamp`). The last one that it made is there under its version.
    fn recover(mut self) -> Result<(Self, TrustedRepo<Overlooked>), OpsError> {
        let FirstFetch { walk, newest_root, timestamp } = self.begin()?;
        let timestamp = match timestamp {
            Err(error) if error.is_outage() => self.last_timestamp(&walk, error)?,
            answer => answer?,
        };
        let repo = self.fetched(walk, newest_root, timestamp)?;
        self.look_for_sent(&repo);
        Ok((self, repo))
    }

    /// The state that was verified here last.
    fn stored_state(mut self) -> Result<(Self, TrustedRepo<Overlooked>), OpsError> {
        let missing = || in_store(UpdateError::RootMissing { gun: self.gun.clone() });
        let file = |role| self.stored.files.get(&role).cloned().ok_or_else(missing);
        let (root, timestamp) = (file(RoleName::root())?, file(RoleName::timestamp())?);
        let walk = RootWalk::resume(self.gun, root, self.stored.floor.clone()).map_err(in_store)?;
        let repo = self.verify(walk, timestamp, Freshness::Cached)?;
        Ok((self, repo))
    }

    /// Finds the greatest version that there is: in leaps that double from the one that was seen last, and then by halves. Not for longer than a walk over
    /// roots: a server may answer slowly, and have any version.
    fn last_timestamp(&self, walk: &RootWalk, outage: RemoteError) -> Result<Bytes, OpsError> {
        let begun = Instant::now();
        let get = |version: u64| match Version::new(version).map(FileRef::TimestampVersion) {
            Some(file) => match self.fetch(&file) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(RemoteError::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            },
            None => Ok(None),
        };
        let mut there = walk.floor().of(&RoleName::timestamp()).map_or(1, |seen| seen.version.get());
        let Ok(Some(mut last)) = get(there) else { return Err(outage.into()) };
        let mut leap = 1;
        while let Some(bytes) = get(there.saturating_add(leap))? {
            if begun.elapsed() > MAX_WALK {
                return Err(outage.into());
            }
            (there, last, leap) = (there.saturating_add(leap), bytes, leap.saturating_mul(2));
        }
        let mut missing = there.saturating_add(leap);
        while missing - there > 1 {
            if begun.elapsed() > MAX_WALK {
                return Err(outage.into());
            }
            let middle = there + (missing - there) / 2;
            match get(middle)? {
                Some(bytes) => (there, last) = (middle, bytes),
                None => missing = middle,
            }
        }
        Ok(last)
    }
}
