//! Initialises a repository.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{
    error::OpsError,
    events::Event,
    keyring::Keyring,
    ports::{Bytes, StoreError, WriterGuard},
    session::Session,
};
use crate::tuf::{
    gun::Gun,
    json::Json,
    key::Key,
    local::{LocalRepo, NewKeys},
    role::RoleName,
};

/// While it lives nobody else on this machine makes keys for a new repository: two at the same time would make a root key and a signer's key each.
pub struct Alone {
    _among_processes: Box<dyn WriterGuard>,
    _in_this_one: MutexGuard<'static, ()>,
}

impl Alone {
    /// Waits for the others: within a bound for another process, and for those of this one as long as their passphrases are asked for.
    pub fn wait(session: &Session<'_>, gun: &Gun) -> Result<Self, StoreError> {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let in_this_one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Self { _among_processes: session.store.maker(gun)?, _in_this_one: in_this_one })
    }
}

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

fn server_key(session: &Session<'_>, gun: &Gun, role: &RoleName, answer: &Bytes) -> Result<Key, OpsError> {
    let json = Json::parse(answer).map_err(|error| bad_key(session, gun, role, &error.to_string()))?;
    Key::read(&json, "the key").map_err(|error| bad_key(session, gun, role, &error.to_string()))
}

fn bad_key(session: &Session<'_>, gun: &Gun, role: &RoleName, reason: &str) -> OpsError {
    let reason = format!("the answer is no public key for {role}: {reason}");
    super::ports::RemoteError::BadAnswer { url: session.remote.address(gun), reason }.into()
}
