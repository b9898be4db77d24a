//! Makes private keys, and loads them, into the key store.

use super::keyring::{store, until_right, wanted_passphrase};
use crate::{
    error::OpsError,
    outcome::Outcome,
    ports::{KeyInfo, Warning},
    session::Session,
};
use trust::{
    crypto::{key_format::KeyFormatError, pem::PemBlock, private_key::PrivateKey, public_key_file, signing_key::SigningKey as _},
    model::{gun::Gun, key::Key, key_name::KeyName},
};

/// A key file cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A block holds no key that we can use. Nothing was stored.
    #[error("{0}")]
    Format(#[from] KeyFormatError),
    /// A key of this role belongs to one repository, and the file does not say which.
    #[error("a {0} key belongs to one repository, and the file does not say which")]
    NoGun(KeyName),
    /// The file says that its key is a root key, and the person has not said so.
    #[error("the file says that its key is a root key")]
    RootKey,
    /// The file says that its key is a repository's own, and the person has named it otherwise.
    #[error("the file says that its key is {says}, and not {wanted}")]
    RepositoryKey {
        /// What the file says.
        says: String,
        /// The name that was typed.
        wanted: String,
    },
    /// The key is stored under another name, or for another repository. Nothing was stored.
    #[error("key {id} is on this machine already, as {kept}, and is not stored as {wanted}", id = stored.id, kept = kept_as(stored))]
    Stored {
        /// The key that is there.
        stored: Box<KeyInfo>,
        /// What it was to be stored as.
        wanted: String,
    },
    /// Anything else.
    #[error(transparent)]
    Ops(#[from] OpsError),
    /// The repository that the file names cannot be one.
    #[error(transparent)]
    Gun(#[from] trust::model::gun::InvalidGun),
}

/// The name that a loaded key gets.
#[derive(Clone, Copy, Debug)]
pub enum LoadAs<'a> {
    /// The one that the person has typed, whatever the file says. A base role's key is not made another's so.
    Typed(&'a str),
    /// The one that a `role` header in the file has; this one where there is none, or an empty one (Notary `trustmanager.ImportKeys`).
    FileOr(&'a str),
}

/// A key that was read, and what it is stored as.
struct Loaded {
    key: PrivateKey,
    name: KeyName,
    gun: Option<Gun>,
}

/// A key that was made and stored.
pub struct GeneratedKey<P> {
    /// The key as it is stored.
    pub key: KeyInfo,
    /// What the writer of its public half gave.
    pub public: P,
}

/// Makes a P-256 key under a name, and stores it. `write_public` gets its public half, as PEM with the name in a `role` header, and writes it where
/// it is to be before the key is stored: where it fails, no key stays behind. What it returns is dropped, and with it what it wrote, where the
/// key cannot be stored.
pub fn generate<P, E: From<OpsError>>(
    session: &Session<'_>,
    name: &str,
    write_public: impl FnOnce(&str) -> Result<P, E>,
) -> Result<Outcome<GeneratedKey<P>>, E> {
    Outcome::of(session, |session| make_and_store(session, name, write_public))
}

fn make_and_store<P, E: From<OpsError>>(
    session: &Session<'_>,
    name: &str,
    write_public: impl FnOnce(&str) -> Result<P, E>,
) -> Result<GeneratedKey<P>, E> {
    let key = PrivateKey::generate_p256().map_err(OpsError::from)?;
    let kept_as = KeyName::of(name);
    let passphrase = wanted_passphrase(session, &key, &kept_as)?;
    let public = public_key_file::write(&key.verifying_key(), name).map_err(OpsError::from)?;
    let public = write_public(&public)?;
    let key = session.key_files.add(&key, &kept_as, None, &passphrase).map_err(OpsError::from)?;
    Ok(GeneratedKey { key, public })
}

/// Decrypts every private key in a file, and passes over what else is in it with a warning; asks for a new passphrase for each key, and stores them; gives what they are stored as. A file makes no root key of one
/// that was not called so; whatever ID it claims, a key is stored under its own. One that is stored already keeps its name and its repository: it gets
/// the new passphrase, or is refused. All keys are read before the first is stored.
pub fn load(session: &Session<'_>, blocks: &[PemBlock], name: LoadAs<'_>) -> Result<Outcome<Vec<KeyInfo>>, LoadError> {
    Outcome::of(session, |session| load_all(session, blocks, name))
}

fn load_all(session: &Session<'_>, blocks: &[PemBlock], name: LoadAs<'_>) -> Result<Vec<KeyInfo>, LoadError> {
    let (private, others): (Vec<_>, Vec<_>) = blocks.iter().partition(|block| block.is_private_key());
    for other in others {
        session.warn(Warning::NotAPrivateKey { label: other.label.clone() });
    }
    let keys = private.into_iter().map(|block| read(session, block, name)).collect::<Result<Vec<_>, _>>()?;
    keys.iter().map(|loaded| Ok(store(session, &loaded.key, &loaded.name, loaded.gun.as_ref())?)).collect()
}

fn read(session: &Session<'_>, block: &PemBlock, name: LoadAs<'_>) -> Result<Loaded, LoadError> {
    let name = name_of(session, block, name)?;
    let gun = block.header("gun").filter(|_| name.is_of_one_repository()).map(Gun::parse).transpose()?;
    if name.is_of_one_repository() && gun.is_none() {
        return Err(LoadError::NoGun(name));
    }
    let key = open(session, block, &KeyName::of("encrypted"))?;
    let loaded = Loaded { key, name, gun };
    if let Some((stored, wanted)) = renames(session, &loaded.key, &loaded.name, loaded.gun.as_ref())? {
        return Err(LoadError::Stored { stored: Box::new(stored), wanted });
    }
    Ok(loaded)
}

/// The name of a loaded key. Where it is another than the file has, the person is told.
fn name_of(session: &Session<'_>, block: &PemBlock, name: LoadAs<'_>) -> Result<KeyName, LoadError> {
    let says = block.header("role").filter(|role| !role.is_empty()).map(KeyName::of);
    let is_root = says.as_ref().is_some_and(KeyName::is_root);
    let wanted = match (name, says.clone()) {
        // a root key in the store becomes that of repositories that are initialised later
        (LoadAs::FileOr(_), _) if is_root => return Err(LoadError::RootKey),
        (LoadAs::FileOr(name), says) => return Ok(says.unwrap_or_else(|| KeyName::of(name))),
        (LoadAs::Typed(wanted), _) => KeyName::of(wanted),
    };
    match says.filter(|says| *says != wanted) {
        None => {}
        Some(_) if is_root => return Err(LoadError::RootKey),
        Some(says) if says.is_of_one_repository() => {
            return Err(LoadError::RepositoryKey { says: named(&says, block.header("gun")), wanted: wanted.to_string() });
        }
        Some(says) => {
            session.warn(Warning::KeyRenamed { says: says.to_string(), wanted: wanted.to_string() });
        }
    }
    Ok(wanted)
}

/// A key that is stored under another name, and what it would be stored as: given that, it would be lost to what takes it by the old one. A stored
/// one without a name can get one.
pub(crate) fn renames(
    session: &Session<'_>,
    key: &PrivateKey,
    name: &KeyName,
    gun: Option<&Gun>,
) -> Result<Option<(KeyInfo, String)>, OpsError> {
    let id = Key::canonical_id_of(key);
    let is_same = |stored: &KeyInfo| stored.name == *name && gun.is_none_or(|gun| stored.is_of(gun));
    let stored = session.key_files.find(id)?.filter(|stored| !is_same(stored) && stored.name != KeyName::Nameless);
    Ok(stored.map(|stored| (stored, named(name, gun.map(Gun::as_str)))))
}

/// What a stored key is, in words.
pub(crate) fn kept_as(info: &KeyInfo) -> String {
    named(&info.name, info.gun_text())
}

fn named(name: &KeyName, gun: Option<&str>) -> String {
    gun.map_or_else(|| name.to_string(), |gun| format!("{name} of {gun}"))
}

/// Opens a key in a file; nothing is stored. `name` chooses the words of the prompt, and the variable that may answer.
pub fn open(session: &Session<'_>, block: &PemBlock, name: &KeyName) -> Result<PrivateKey, LoadError> {
    if block.is_encrypted() { decrypt(session, block, name) } else { Ok(PrivateKey::from_pem_block(block, None)?) }
}

fn decrypt(session: &Session<'_>, block: &PemBlock, name: &KeyName) -> Result<PrivateKey, LoadError> {
    let mut problem = None;
    let opened = until_right(session, name, None, |passphrase| match PrivateKey::from_pem_block(block, Some(passphrase)) {
        Ok(key) => Ok(Some(Some(key))),
        Err(KeyFormatError::WrongPassphrase) => Ok(None),
        Err(error) => {
            problem = Some(error);
            Ok(Some(None))
        }
    });
    match (opened?, problem) {
        ((Some(key), _), _) => Ok(key),
        ((None, _), Some(error)) => Err(error.into()),
        ((None, _), None) => Err(KeyFormatError::WrongPassphrase.into()),
    }
}
