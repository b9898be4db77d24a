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
        bootstrap::RootWalk, error::UpdateError, gun::Gun, recovery::Recoverable, timestamp::Timestamp, trusted::TrustedRepo,
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

/// The state after `before`, verified as ever and stored, so that the next read finds it here; none while the server shows no later one. Without `before`
/// the server had no such repository.
fn after(
    session: &Session<'_>,
    gun: &Gun,
    before: Option<&Verified<Timestamp>>,
    look: Look,
) -> Result<Option<TrustedRepo>, OpsError> {
    let refresh = Refresh::open(session, gun)?;
    let walk = refresh.known_root()?;
    let Some((refresh, repo)) = refresh.shown_after(walk, before, look)? else { return Ok(None) };
    match refresh.commit(&repo) {
        Ok(_) => {}
        // it was seen, whatever this machine can keep of it
        Err(OpsError::Store(error @ StoreError::Io { .. })) => {
            session.events.tell(Event::Warning(format!("published, but not kept on this machine: {error}")));
        }
        Err(error) => return Err(error),
    }
    Ok(Some(repo))
}

/// The same for what is published next.
pub fn target_after(session: &Session<'_>, gun: &Gun, before: &Target, look: Look) -> Result<Option<Target>, OpsError> {
    let before = match before {
        Target::Published(repo) => Some(repo.timestamp()),
        Target::Unpublished(_) => None,
    };
    Ok(after(session, gun, before, look)?.map(|repo| Target::Published(Box::new(repo))))
}

/// The same of a state of which something may have expired. Nothing is stored.
pub fn recoverable_after(
    session: &Session<'_>,
    gun: &Gun,
    before: &Recoverable,
    look: Look,
) -> Result<Option<Recoverable>, OpsError> {
    let refresh = Refresh { ends: Ends::Overlooked, ..Refresh::open(session, gun)? };
    let walk = refresh.known_root()?;
    Ok(refresh.shown_after(walk, Some(before.timestamp()), look)?.map(|(_, repo)| Recoverable::new(repo)))
}

/// The same of a repository that was deleted and published again, with this root, which was made here.
pub fn recreated(session: &Session<'_>, gun: &Gun, root: Bytes, look: Look) -> Result<Option<Recoverable>, OpsError> {
    let refresh = Refresh { ends: Ends::Overlooked, ..Refresh::open(session, gun)? };
    let walk = RootWalk::first_use(gun, root).map_err(on_server)?;
    Ok(refresh.shown_after(walk, None, look)?.map(|(_, repo)| Recoverable::new(repo)))
}

impl Refresh<'_> {
    fn known_root(&self) -> Result<RootWalk, OpsError> {
        self.resume()?.ok_or_else(|| in_store(UpdateError::RootMissing { gun: self.gun.clone() }))
    }

    fn shown_after(
        mut self,
        walk: RootWalk,
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
