//! Publishes what is staged.

use serde::Serialize;

use super::{
    init::{InitOptions, Snapshots, begin},
    stage::staged,
};
use crate::{
    error::OpsError,
    keys::{keyring::Keyring, making_lock::Alone},
    outcome::{Outcome, PublishedVersions},
    ports::{ChangeFile, Changelist, Warning},
    repo::error::RepoError,
    session::Session,
    state::{
        publish::{Changes, publish},
        refresh::{WritableRepo, for_writing},
    },
};
use trust::{edit::change::Change, model::gun::Gun};

/// What was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublishedChanges {
    /// The repository.
    pub repository: Gun,
    /// How many staged changes.
    pub changes: usize,
    /// The versions of the files that were signed here; empty where all of it was so already.
    pub versions: PublishedVersions,
}

/// Applies all staged changes to what the server has now, as one update. Only then are their files removed, and none that was staged
/// meanwhile; where it fails, all stay. A repository that was initialised here is published with it, and one that is nowhere is initialised
/// first, as `notary publish` does.
pub fn publish_staged(
    session: &Session<'_>,
    changelist: &dyn Changelist,
    gun: &Gun,
) -> Result<Outcome<PublishedChanges>, OpsError> {
    Outcome::of(session, |session| publish_all(session, changelist, gun))
}

fn publish_all(session: &Session<'_>, changelist: &dyn Changelist, gun: &Gun) -> Result<PublishedChanges, OpsError> {
    let _writer = session.store.writer(gun)?;
    let (files, changes) = wanted(changelist, gun)?;
    let keyring = Keyring::new(session);
    let target = keyring.beside(|info| info.is_targets_key_of(gun), || for_writing(session, gun))??;
    let target = if let Some(target) = target {
        target
    } else {
        let _alone = Alone::wait(session, gun)?;
        let beginning = InitOptions { snapshots: Snapshots::Publisher, ..InitOptions::default() };
        WritableRepo::Unpublished(Box::new(begin(session, &keyring, gun, &beginning)?))
    };
    let outcome = publish(session, gun, &mut Changes::new(session, &keyring, gun, &changes), target)?;
    let versions = outcome.versions();
    if changes.is_empty() {
        outcome.or_warn(session, gun);
    } else {
        outcome.shown(gun)?;
    }
    if let Err(error) = changelist.remove(gun, &files) {
        // it is published: to apply it once more changes nothing but versions
        session.warn(Warning::ChangesNotCleared { reason: error.to_string() });
    }
    Ok(PublishedChanges { repository: gun.clone(), changes: files.len(), versions })
}

fn wanted(changelist: &dyn Changelist, gun: &Gun) -> Result<(Vec<ChangeFile>, Vec<Change>), OpsError> {
    let (mut files, mut changes) = (Vec::new(), Vec::new());
    for (number, staged) in staged(changelist, gun)?.into_iter().enumerate() {
        let (gun, file) = (|| gun.clone(), || staged.file.name.clone());
        let change = staged
            .change
            .as_ref()
            .map_err(|reason| OpsError::Repo(RepoError::NotAChange { gun: gun(), number, file: file(), reason: reason.clone() }))?;
        changes.extend(
            change.changes().map_err(|error| OpsError::Repo(RepoError::Staged { gun: gun(), number, file: file(), error }))?,
        );
        files.push(staged.file);
    }
    Ok((files, changes))
}
