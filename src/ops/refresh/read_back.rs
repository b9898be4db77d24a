//! The state that the server shows after an update, while an older one may still be shown.

use super::{Ends, Refresh, Target, in_store, on_server};
use crate::{
    ops::{
        error::OpsError,
        events::Event,
        ports::{Bytes, FileRef, RemoteError, StoreError},
        session::Session,
    },
    tuf::{
        bootstrap::RootWalk, floor::Floor, gun::Gun, recovery::Recoverable, root::Root, timestamp::Timestamp, trusted::TrustedRepo,
        verify::Verified, version::Version,
    },
};

/// Which timestamp is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The one that follows on the state before, by its version: no proxy has an older one by that name.
    Next,
    /// The newest, and that one.
    Any,
}

/// The state after `before`, verified as ever and stored, so that the next read finds it here; none while the server shows no later one.
pub fn after(session: &Session<'_>, gun: &Gun, before: &Target, look: Look) -> Result<Option<Target>, OpsError> {
    let (root, timestamp) = match before {
        Target::Published(repo) => (repo.root(), Some(repo.timestamp())),
        Target::Unpublished(local) => (local.root(), None),
    };
    let refresh = Refresh::open(session, gun)?;
    let walk = refresh.known_root(root)?;
    let Some((refresh, repo)) = refresh.shown_after(&walk, timestamp, look)? else { return Ok(None) };
    match refresh.commit(&repo) {
        Ok(_) => {}
        // it was seen, whatever this machine can keep of it
        Err(OpsError::Store(error @ StoreError::Io { .. })) => {
            session.events.tell(Event::Warning(format!("published, but not kept on this machine: {error}")));
        }
        Err(error) => return Err(error),
    }
    Ok(Some(Target::Published(Box::new(repo))))
}

/// The same of a state of which something may have expired. Nothing is stored.
pub fn recoverable_after(
    session: &Session<'_>,
    gun: &Gun,
    before: &Recoverable,
    look: Look,
) -> Result<Option<Recoverable>, OpsError> {
    let refresh = Refresh { ends: Ends::Overlooked, ..Refresh::open(session, gun)? };
    let walk = refresh.known_root(before.root())?;
    Ok(refresh.shown_after(&walk, Some(before.timestamp()), look)?.map(|(_, repo)| Recoverable::new(repo)))
}

/// The same of a repository that was deleted and published again, with this root, which was made here. Nothing is stored.
pub fn recreated(session: &Session<'_>, gun: &Gun, root: Bytes, look: Look) -> Result<Option<Recoverable>, OpsError> {
    let refresh = Refresh { ends: Ends::Overlooked, ..Refresh::open(session, gun)? };
    let walk = RootWalk::first_use(gun, root).map_err(on_server)?;
    Ok(refresh.shown_after(&walk, None, look)?.map(|(_, repo)| Recoverable::new(repo)))
}

impl Refresh<'_> {
    /// The root that is trusted here; where nothing is stored, as in a recovery on a new machine, the one that was verified before the update.
    fn known_root(&self, before: &Verified<Root>) -> Result<RootWalk, OpsError> {
        match self.resume()? {
            Some(walk) => Ok(walk),
            None => RootWalk::resume(self.gun, Bytes::clone(before.bytes()), Floor::default()).map_err(in_store),
        }
    }

    fn shown_after(
        mut self,
        walk: &RootWalk,
        before: Option<&Verified<Timestamp>>,
        look: Look,
    ) -> Result<Option<(Self, TrustedRepo)>, OpsError> {
        let next = before.map_or(Some(Version::FIRST), |before| before.version().next()).map(FileRef::TimestampVersion);
        let asked: Vec<FileRef> = match look {
            Look::Next => next.into_iter().collect(),
            Look::Any => [Some(FileRef::Timestamp), next].into_iter().flatten().collect(),
        };
        let mut refused = None;
        for answer in self.session.remote.fetch_all(self.gun, &asked) {
            let shown = match answer {
                Ok(timestamp) if before.is_some_and(|before| **before.bytes() == *timestamp) => continue,
                Ok(timestamp) => self.fetched(walk.clone(), None, timestamp),
                // no later one yet
                Err(RemoteError::NotFound { .. }) => continue,
                Err(error) => Err(error.into()),
            };
            match shown {
                Ok(repo) => return Ok(Some((self, repo))),
                Err(error) => refused = Some(error),
            }
        }
        refused.map_or(Ok(None), Err)
    }
}
