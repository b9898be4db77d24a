//! Initialises a repository.

use super::{error::OpsError, events::Event, keyring::Keyring, ports::Bytes, session::Session};
use crate::tuf::{
    gun::Gun,
    json::Json,
    key::Key,
    local::{LocalRepo, NewKeys},
    role::RoleName,
};

/// Makes root and targets of a new repository, with a snapshot that the server manages, and stores them until they are published.
///
/// The server is asked for its two keys first, so that nothing is made here for a server that cannot be used. The root key is the
/// first of the store by ID, as Docker picks it, or a new one.
pub fn initialize(session: &Session<'_>, keyring: &Keyring<'_>, gun: &Gun) -> Result<LocalRepo, OpsError> {
    session.events.tell(Event::Initializing { gun });
    let roles = [RoleName::timestamp(), RoleName::snapshot()];
    let mut keys = Vec::new();
    for (role, answer) in roles.iter().zip(session.remote.server_keys(gun, &roles)) {
        keys.push(server_key(session, gun, role, &answer?)?);
    }
    let Ok([timestamp, snapshot]) = <[Key; 2]>::try_from(keys) else {
        return Err(bad_key(session, gun, &RoleName::timestamp(), "no answer"));
    };
    let root = match session.keys.list()?.into_iter().find(|info| info.role == RoleName::root().as_str()) {
        Some(info) => keyring.get(info.id)?,
        None => None,
    };
    let root = root.map_or_else(|| keyring.create(RoleName::root().as_str(), None), Ok)?;
    let targets = keyring.create(RoleName::targets().as_str(), Some(gun))?;
    let local = LocalRepo::initialize(gun, NewKeys { root: &root, targets: &targets, timestamp, snapshot }, session.now)?;
    session.store.save_unpublished(gun, &local.files())?;
    Ok(local)
}

pub(super) fn server_key(session: &Session<'_>, gun: &Gun, role: &RoleName, answer: &Bytes) -> Result<Key, OpsError> {
    let json = Json::parse(answer).map_err(|error| bad_key(session, gun, role, &error.to_string()))?;
    Key::read(&json, "the key").map_err(|error| bad_key(session, gun, role, &error.to_string()))
}

fn bad_key(session: &Session<'_>, gun: &Gun, role: &RoleName, reason: &str) -> OpsError {
    let reason = format!("the answer is no public key for {role}: {reason}");
    super::ports::RemoteError::BadAnswer { url: session.remote.address(gun), reason }.into()
}
