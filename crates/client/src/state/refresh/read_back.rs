//! The state that the server shows after an update, while an older one may still be shown.

use super::{Refresh, Settles, WritableRepo, in_store, on_server};
use crate::{
    error::OpsError,
    ports::{Bytes, FileRef, RemoteError},
    session::Session,
};
use trust::{
    edit::recovery::Recoverable,
    model::{gun::Gun, timestamp::Timestamp, version::Version},
    verify::{
        bootstrap::RootWalk,
        ends::{Judged, Overlooked},
        floor::Floor,
        threshold::Verified,
        trusted::TrustedRepo,
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

/// The state after `before`, verified as ever; none while the server shows no later one. Nothing is stored: it may be lost yet.
pub fn after(session: &Session<'_>, gun: &Gun, before: &WritableRepo, look: Look) -> Result<Option<WritableRepo>, OpsError> {
    let (root, timestamp) = match before {
        WritableRepo::Published(repo) => (repo.root().bytes(), Some(repo.timestamp())),
        WritableRepo::Unpublished(local) => (local.root().bytes(), None),
    };
    let refresh = Refresh::<Judged>::open(session, gun)?;
    let walk = refresh.known_root(root)?;
    Ok(refresh.shown_after(&walk, timestamp, look)?.map(|repo| WritableRepo::Published(Box::new(repo))))
}

/// The same of a state of which something may have expired.
pub fn recoverable_after(
    session: &Session<'_>,
    gun: &Gun,
    before: &Recoverable,
    look: Look,
) -> Result<Option<Recoverable>, OpsError> {
    let refresh = Refresh::<Overlooked>::open(session, gun)?;
    let walk = refresh.known_root(before.root().bytes())?;
    Ok(refresh.shown_after(&walk, Some(before.timestamp()), look)?.map(Recoverable::new))
}

/// The same of a repository that was deleted and published again, with this root, which was made here.
pub fn recreated(session: &Session<'_>, gun: &Gun, root: Bytes, look: Look) -> Result<Option<Recoverable>, OpsError> {
    let refresh = Refresh::<Overlooked>::open(session, gun)?;
    let walk = RootWalk::resume(gun, root, Floor::default()).map_err(on_server)?;
    Ok(refresh.shown_after(&walk, None, look)?.map(Recoverable::new))
}

impl<E: Settles> Refresh<'_, E> {
    /// The root that is trusted here; where nothing is stored, as in a recovery on a new machine, the one that was verified before the update.
    fn known_root(&self, before: &Bytes) -> Result<RootWalk, OpsError> {
        match self.resume()? {
            Some(walk) => Ok(walk),
            None => RootWalk::resume(self.gun, Bytes::clone(before), Floor::default()).map_err(in_store),
        }
    }

    fn shown_after(
        mut self,
        walk: &RootWalk,
        before: Option<&Verified<Timestamp>>,
        look: Look,
    ) -> Result<Option<TrustedRepo<E>>, OpsError> {
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
                Ok(repo) => return Ok(Some(repo)),
                Err(error) => refused = Some(error),
            }
        }
        refused.map_or(Ok(None), Err)
    }
}
