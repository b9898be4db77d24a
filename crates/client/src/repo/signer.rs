//! Adds signers to repositories, and removes them.

use serde::Serialize;

use super::init::initialize;
use crate::{
    error::OpsError,
    keys::{keyring::Keyring, making_lock::Alone},
    outcome::{Outcome, PublishedVersions},
    ports::{DecisionError, events::Event},
    session::Session,
    state::{
        publish::{Changes, publish},
        refresh::{WritableRepo, for_writing, not_initialized},
    },
};
use trust::{
    edit::change::Change,
    model::{
        gun::Gun,
        key::Key,
        key_id::{CanonicalKeyId, TufKeyId},
        role::RoleName,
    },
    verify::{skipped::Cause, trusted::TrustedRepo},
};

/// A signer that a repository has now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddedSigner {
    /// The repository.
    pub repository: Gun,
    /// The signer's role.
    pub role: RoleName,
    /// The keys that were given, by the ID under which the repository names them.
    pub keys: Vec<TufKeyId>,
    /// Whether the repository was made for this.
    pub initialized: bool,
    /// The versions of the files that were signed here; empty where all of it was so already.
    pub versions: PublishedVersions,
}

/// What became of a signer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Gone.
    Removed(RemovedSigner),
    /// Still there: the person did not want it.
    Declined,
}

/// A signer that a repository has no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RemovedSigner {
    /// The repository.
    pub repository: Gun,
    /// The signer's role.
    pub role: RoleName,
    /// The keys that the signer had.
    pub keys: Vec<CanonicalKeyId>,
    /// The versions of the files that were signed here.
    pub versions: PublishedVersions,
}

/// A signer cannot be removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// Nothing is known of the repository's signers.
    #[error(transparent)]
    Unknown(OpsError),
    /// It has no signer of that name.
    #[error("no such signer")]
    NoSuchSigner,
    /// Anything else.
    #[error(transparent)]
    Ops(#[from] OpsError),
}

/// Delegates to a signer, `targets/<name>`, and to `targets/releases`, with these keys and for all names, as one update. A
/// repository that is not there yet is initialised first. Adding a signer again adds what is new.
pub fn add(session: &Session<'_>, gun: &Gun, signer: &RoleName, keys: &[Key]) -> Result<Outcome<AddedSigner>, OpsError> {
    Outcome::of(session, |session| delegate(session, gun, signer, keys))
}

fn delegate(session: &Session<'_>, gun: &Gun, signer: &RoleName, keys: &[Key]) -> Result<AddedSigner, OpsError> {
    let _writer = session.store.writer(gun)?;
    let keyring = Keyring::new(session);
    let target = if let Some(target) = keyring.beside(|info| info.is_targets_key_of(gun), || for_writing(session, gun))?? {
        target
    } else {
        let alone = Alone::wait(session, gun)?;
        let local = initialize(session, &keyring, gun)?;
        drop(alone);
        session.events.tell(Event::Initialized { gun });
        WritableRepo::Unpublished(Box::new(local))
    };
    let changes = delegation_to(signer, keys);
    let initialized = matches!(target, WritableRepo::Unpublished(_));
    let outcome = publish(session, gun, &mut Changes::new(session, &keyring, gun, &changes), target)?;
    outcome.or_warn(session, gun);
    let keys = keys.iter().map(Key::id).collect();
    Ok(AddedSigner { repository: gun.clone(), role: signer.clone(), keys, initialized, versions: outcome.versions() })
}

/// Takes a signer's keys from `targets/releases`, and its delegation back, as one update (docker `trust signer remove`, as it was meant).
///
/// Where `targets/releases` would not be verified any more without the signer's signature, `may_remove_last` is asked: the released tags
/// are gone until another signer signs again.
pub fn remove(
    session: &Session<'_>,
    gun: &Gun,
    name: &str,
    may_remove_last: impl FnOnce() -> Result<bool, DecisionError>,
) -> Result<Outcome<Removal>, RemoveError> {
    Outcome::of(session, |session| take_back(session, gun, name, may_remove_last))
}

fn take_back(
    session: &Session<'_>,
    gun: &Gun,
    name: &str,
    may_remove_last: impl FnOnce() -> Result<bool, DecisionError>,
) -> Result<Removal, RemoveError> {
    let keyring = Keyring::new(session);
    let target = keyring.beside(|info| info.is_targets_key_of(gun), || for_writing(session, gun))?.map_err(RemoveError::Unknown)?;
    let Some(WritableRepo::Published(repo)) = target else {
        return Err(RemoveError::Unknown(not_initialized(session, gun)));
    };
    let (signer, keys) = signer_of(&repo, name).ok_or(RemoveError::NoSuchSigner)?;
    let releases = RoleName::releases();
    // where no released tag counts now, none is lost; but what is only hidden counts again when it is shown
    let is_hidden = repo.skipped().get(&releases).is_some_and(|skipped| skipped.cause == Cause::Unusable);
    let stands = repo.stands_without(&releases, &keys).unwrap_or(!is_hidden);
    if !stands && !may_remove_last().map_err(OpsError::from)? {
        return Ok(Removal::Declined);
    }
    let _writer = session.store.writer(gun).map_err(OpsError::from)?;
    let changes = [Change::RemoveSigner { role: signer.clone() }];
    let versions = publish(session, gun, &mut Changes::new(session, &keyring, gun, &changes), WritableRepo::Published(repo))?
        .versions_shown(gun)?;
    Ok(Removal::Removed(RemovedSigner { repository: gun.clone(), role: signer, keys, versions }))
}

fn signer_of(repo: &TrustedRepo, name: &str) -> Option<(RoleName, Vec<CanonicalKeyId>)> {
    let role = RoleName::signer(name).ok()?;
    repo.delegations().find(|(_, delegation)| delegation.name == role)?;
    let keys = repo.role_keys(&role).canonical_ids().collect();
    Some((role, keys))
}

/// What makes a signer: Docker gives every signer's keys to `targets/releases` too, the role that it trusts.
pub(crate) fn delegation_to(signer: &RoleName, keys: &[Key]) -> Vec<Change> {
    let delegate = |role: RoleName| Change::Delegate { role, keys: keys.to_vec(), paths: vec![String::new()] };
    vec![delegate(signer.clone()), delegate(RoleName::releases())]
}
