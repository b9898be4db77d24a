//! Initialises a repository.

use std::rc::Rc;

use serde::Serialize;

use crate::{
    error::OpsError,
    keys::{
        keyring::{Keyring, stored_for, until_right},
        making_lock::Alone,
    },
    outcome::Outcome,
    ports::{Asked, Bytes, FileRef, KeyInfo, RemoteError, Service, events::Event},
    repo::error::RepoError,
    session::Session,
    state::error::{Origin, StateError},
};
use trust::{
    crypto::{key_format::KeyFormatError, pem::PemBlock, private_key::PrivateKey, signing_key::SigningKey},
    edit::local::{LocalRepo, NewKeys, SnapshotKey, check_certificate},
    json::value::Json,
    model::{
        gun::Gun,
        key::Key,
        key_id::{CanonicalKeyId, TufKeyId},
        key_name::KeyName,
        role::RoleName,
    },
};

/// How a repository begins.
#[derive(Default)]
pub struct InitOptions<'a> {
    /// Who signs its snapshots.
    pub snapshots: Snapshots,
    /// A root key to be stored here and used; encrypted under a passphrase, which it keeps.
    pub root_key: Option<&'a PemBlock>,
    /// The certificate of the root key, in PEM. Where no key is given, its private key is looked for in the store.
    pub root_certificate: Option<&'a [u8]>,
}

/// Who signs the snapshots of a repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Snapshots {
    /// The server, as for repositories of Docker.
    #[default]
    Server,
    /// Whoever publishes, with a key that is made here, as for repositories of Notary.
    Publisher,
}

/// A repository that was begun, and is not published yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BegunRepo {
    /// The repository.
    pub repository: Gun,
    /// The root keys, by the ID of their certificate.
    pub root_keys: Vec<TufKeyId>,
    /// The repository's own keys.
    pub targets_keys: Vec<TufKeyId>,
}

/// Initialises a repository that is nowhere yet: not on this machine, and not on the server (which `notary init` does not ask). Nothing is
/// published.
pub fn init(session: &Session<'_>, gun: &Gun, beginning: &InitOptions<'_>) -> Result<Outcome<BegunRepo>, OpsError> {
    Outcome::of(session, |session| begin_nowhere_yet(session, gun, beginning))
}

fn begin_nowhere_yet(session: &Session<'_>, gun: &Gun, beginning: &InitOptions<'_>) -> Result<BegunRepo, OpsError> {
    let stored = session.store.load(gun)?;
    if !stored.files.is_empty() || !stored.floor.is_empty() {
        return Err(OpsError::Repo(RepoError::AlreadyHere { gun: gun.clone() }));
    }
    let there = session.remote.fetch_all(gun, &[FileRef::Timestamp]).pop();
    match there.unwrap_or_else(|| Err(RemoteError::Unusable("no answer".to_owned()))) {
        Err(RemoteError::NotFound { .. }) => {}
        Ok(_) => return Err(OpsError::Repo(RepoError::AlreadyPublished { gun: gun.clone(), server: session.remote.address(gun) })),
        Err(error) => return Err(error.into()),
    }
    if beginning.root_key.is_none()
        && beginning.root_certificate.is_none()
        && let Some(id) = first_root_key(session, gun)?
    {
        session.events.tell(Event::RootKeyFound { id });
    }
    let _writer = session.store.writer(gun)?;
    let _alone = Alone::wait(session, gun)?;
    let local = begin(session, &Keyring::new(session), gun, beginning)?;
    let keys = |role: &RoleName| local.root().role_keys(role).iter().map(|(_, key)| key.id()).collect();
    Ok(BegunRepo { repository: gun.clone(), root_keys: keys(&RoleName::root()), targets_keys: keys(&RoleName::targets()) })
}

/// Makes root and targets of a new repository, in Docker's form: with a snapshot that the server manages.
pub fn initialize(session: &Session<'_>, keyring: &Keyring<'_>, gun: &Gun) -> Result<LocalRepo, OpsError> {
    begin(session, keyring, gun, &InitOptions::default())
}

/// Makes the first files of a repository, and stores them until they are published.
///
/// The server is asked for its keys first, so that nothing is made here for a server that cannot be used. Where none is given, the root key
/// is the first of the store by ID, as Docker picks it, or a new one.
pub(crate) fn begin(
    session: &Session<'_>,
    keyring: &Keyring<'_>,
    gun: &Gun,
    beginning: &InitOptions<'_>,
) -> Result<LocalRepo, OpsError> {
    session.events.tell(Event::Initializing { gun });
    let roles = match beginning.snapshots {
        Snapshots::Server => vec![RoleName::timestamp(), RoleName::snapshot()],
        Snapshots::Publisher => vec![RoleName::timestamp()],
    };
    let mut keys = Vec::new();
    for (role, answer) in roles.iter().zip(session.remote.server_keys(gun, &roles)) {
        keys.push(server_key(session, gun, role, &answer?)?);
    }
    let mut keys = keys.into_iter();
    let timestamp = keys.next().ok_or_else(|| bad_key(session, gun, &RoleName::timestamp(), "no answer"))?;
    let root = root_key(session, keyring, gun, beginning)?;
    let targets = keyring.create(&RoleName::targets().into(), Some(gun))?;
    let own = match beginning.snapshots {
        Snapshots::Server => None,
        Snapshots::Publisher => Some(keyring.create(&RoleName::snapshot().into(), Some(gun))?),
    };
    let snapshot = match &own {
        Some(own) => SnapshotKey::Own(&**own),
        None => SnapshotKey::Server(keys.next().ok_or_else(|| bad_key(session, gun, &RoleName::snapshot(), "no answer"))?),
    };
    let root_certificate = beginning.root_certificate;
    let local = LocalRepo::initialize(
        gun,
        NewKeys { root: &*root, root_certificate, targets: &*targets, timestamp, snapshot },
        session.now,
    )?;
    local
        .check(session.pins, session.now)
        .map_err(|error| OpsError::State(StateError::Untrusted { origin: Origin::Store, error }))?;
    session.store.save_unpublished(gun, &local.stored_files())?;
    Ok(local)
}

/// The root key, before any other is made: a certificate that cannot be used ends it here.
fn root_key(
    session: &Session<'_>,
    keyring: &Keyring<'_>,
    gun: &Gun,
    beginning: &InitOptions<'_>,
) -> Result<Rc<dyn SigningKey>, OpsError> {
    if let Some(block) = beginning.root_key {
        return import(session, gun, block, beginning.root_certificate);
    }
    if let Some(certificate) = beginning.root_certificate {
        let id = Key::from_certificates(certificate)
            .and_then(|key| key.canonical_id())
            .map_err(|_| OpsError::Repo(RepoError::NoKeyOfCertificate))?;
        let key = keyring.get(id)?.ok_or(OpsError::Repo(RepoError::NoKeyOfCertificate))?;
        check_certificate(gun, certificate, &*key, session.now)?;
        session.events.tell(Event::RootKeyFound { id });
        return Ok(key);
    }
    let known = first_root_key(session, gun)?.map_or(Ok(None), |id| keyring.get(id))?;
    known.map_or_else(|| keyring.create(&RoleName::root().into(), None), Ok)
}

/// The first root key here, of those that are pinned where a pin is for the repository: with another, nobody who has that pin could read it.
fn first_root_key(session: &Session<'_>, gun: &Gun) -> Result<Option<CanonicalKeyId>, OpsError> {
    let pin = session.pins.pin_of(gun);
    let is_pinned = |info: &KeyInfo| pin.as_ref().is_none_or(|pin| pin.keys.contains(&info.id));
    let first = session.keys.list()?.into_iter().find(|info| info.name.is_root() && is_pinned(info));
    match first {
        None if pin.is_some() => Err(OpsError::Repo(RepoError::NoPinnedKey { gun: gun.clone() })),
        first => Ok(first.map(|info| info.id)),
    }
}

/// Stores an encrypted root key under the passphrase that it has, unless its certificate cannot be used. One that is stored already stays as it is.
fn import(session: &Session<'_>, gun: &Gun, block: &PemBlock, certificate: Option<&[u8]>) -> Result<Rc<dyn SigningKey>, OpsError> {
    let name = KeyName::from(RoleName::root());
    // which key it is cannot be known before it is open
    let (key, passphrase) =
        until_right(session, &name, None, |passphrase| match PrivateKey::from_pem_block(block, Some(passphrase)) {
            Err(KeyFormatError::WrongPassphrase) => Ok(None),
            opened => Ok(Some(opened?)),
        })?;
    if let Some(certificate) = certificate {
        check_certificate(gun, certificate, &key, session.now)?;
    }
    let stored = match stored_for(session, &key, &name, None)? {
        Some(stored) => stored,
        None => session.key_files.add(&key, &name, None, &passphrase)?,
    };
    session.events.tell(Event::RootKeyFound { id: stored.id });
    Ok(Rc::new(key))
}

pub(crate) fn server_key(session: &Session<'_>, gun: &Gun, role: &RoleName, answer: &Bytes) -> Result<Key, OpsError> {
    let json = Json::parse(answer).map_err(|error| bad_key(session, gun, role, &error.to_string()))?;
    Key::read(&json, "the key").map_err(|error| bad_key(session, gun, role, &error.to_string()))
}

fn bad_key(session: &Session<'_>, gun: &Gun, role: &RoleName, reason: &str) -> OpsError {
    let reason = format!("the answer is no public key for {role}: {reason}");
    RemoteError::BadAnswer { asked: Asked::server(Service::Notary, session.remote.address(gun)), reason }.into()
}
