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
    model::{gun::Gun, key::Key, role::RoleName},
};

/// A key file cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A block holds no key that we can use. Nothing was stored.
    #[error("{0}")]
    Format(#[from] KeyFormatError),
    /// A key of this role belongs to one repository, and the file does not say which.
    #[error("a {0} key belongs to one repository, and the file does not say which")]
    NoGun(String),
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
    role: String,
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
    let passphrase = wanted_passphrase(session, &key, name)?;
    let public = public_key_file::write(&key.verifying_key(), name).map_err(OpsError::from)?;
    let public = write_public(&public)?;
    let key = session.key_files.add(&key, name, None, &passphrase).map_err(OpsError::from)?;
    Ok(GeneratedKey { key, public })
}

/// Decrypts every key in a file, asks for a new passphrase for each, and stores them; gives what they are stored as. A file makes no root key of one
/// that was not called so; whatever ID it claims, a key is stored under its own. One that is stored already keeps its name and its repository: it gets
/// the new passphrase, or is refused. All keys are read before the first is stored.
pub fn load(session: &Session<'_>, blocks: &[PemBlock], name: LoadAs<'_>) -> Result<Outcome<Vec<KeyInfo>>, LoadError> {
    Outcome::of(session, |session| load_all(session, blocks, name))
}

fn load_all(session: &Session<'_>, blocks: &[PemBlock], name: LoadAs<'_>) -> Result<Vec<KeyInfo>, LoadError> {
    let keys = blocks.iter().map(|block| read(session, block, name)).collect::<Result<Vec<_>, _>>()?;
    keys.iter().map(|loaded| Ok(store(session, &loaded.key, &loaded.role, loaded.gun.as_ref())?)).collect()
}

fn read(session: &Session<'_>, block: &PemBlock, name: LoadAs<'_>) -> Result<Loaded, LoadError> {
    let role = role_of(session, block, name)?;
    let gun = block.header("gun").filter(|_| is_of_one_repository(&role)).map(Gun::parse).transpose()?;
    if is_of_one_repository(&role) && gun.is_none() {
        return Err(LoadError::NoGun(role));
    }
    let key = open(session, block, "encrypted")?;
    let loaded = Loaded { key, role, gun };
    if let Some((stored, wanted)) = renames(session, &loaded.key, &loaded.role, loaded.gun.as_ref())? {
        return Err(LoadError::Stored { stored: Box::new(stored), wanted });
    }
    Ok(loaded)
}

/// The name of a loaded key. Where it is another than the file has, the person is told.
fn role_of(session: &Session<'_>, block: &PemBlock, name: LoadAs<'_>) -> Result<String, LoadError> {
    let says = block.header("role").filter(|role| !role.is_empty());
    let is_root = says == Some(RoleName::root().as_str());
    let wanted = match (name, says) {
        // a root key in the store becomes that of repositories that are initialised later
        (LoadAs::FileOr(_), _) if is_root => return Err(LoadError::RootKey),
        (LoadAs::FileOr(name), says) => return Ok(says.unwrap_or(name).to_owned()),
        (LoadAs::Typed(wanted), _) => wanted.to_owned(),
    };
    match says.filter(|says| *says != wanted) {
        None => {}
        Some(_) if is_root => return Err(LoadError::RootKey),
        Some(says) if is_of_one_repository(says) => {
            return Err(LoadError::RepositoryKey { says: named(says, block.header("gun")), wanted });
        }
        Some(says) => {
            session.warn(Warning::KeyRenamed { says: says.to_owned(), wanted: wanted.clone() });
        }
    }
    Ok(wanted)
}

/// Whether a key of this name belongs to one repository.
pub(crate) fn is_of_one_repository(role: &str) -> bool {
    [RoleName::targets(), RoleName::snapshot(), RoleName::timestamp()].iter().any(|base| base.as_str() == role)
}

/// A key that is stored under another name, and what it would be stored as: given that, it would be lost to what takes it by the old one. A stored
/// one without a name can get one.
pub(crate) fn renames(
    session: &Session<'_>,
    key: &PrivateKey,
    role: &str,
    gun: Option<&Gun>,
) -> Result<Option<(KeyInfo, String)>, OpsError> {
    let id = Key::canonical_id_of(key);
    let gun = gun.map(Gun::as_str);
    let is_same = |stored: &KeyInfo| stored.role == role && (gun.is_none() || stored.gun.as_deref() == gun);
    let stored = session.key_files.find(id)?.filter(|stored| !is_same(stored) && !stored.role.is_empty());
    Ok(stored.map(|stored| (stored, named(role, gun))))
}

/// What a stored key is, in words.
pub(crate) fn kept_as(info: &KeyInfo) -> String {
    named(&info.role, info.gun.as_deref())
}

fn named(role: &str, gun: Option<&str>) -> String {
    gun.map_or_else(|| role.to_owned(), |gun| format!("{role} of {gun}"))
}

/// Opens a key in a file; nothing is stored. `role` chooses the words of the prompt, and the variable that may answer.
pub fn open(session: &Session<'_>, block: &PemBlock, role: &str) -> Result<PrivateKey, LoadError> {
    if block.is_encrypted() { decrypt(session, block, role) } else { Ok(PrivateKey::from_pem_block(block, None)?) }
}

fn decrypt(session: &Session<'_>, block: &PemBlock, role: &str) -> Result<PrivateKey, LoadError> {
    let mut problem = None;
    let opened = until_right(session, role, "", |passphrase| match PrivateKey::from_pem_block(block, Some(passphrase)) {
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
