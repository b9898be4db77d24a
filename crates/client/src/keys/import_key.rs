//! Imports keys as `notary key import` does: those of its exports as they are, and others under a new passphrase.

use super::{
    keyring::wanted_passphrase,
    load_key::{kept_as, renames},
};
use crate::{
    error::OpsError,
    outcome::Outcome,
    ports::{KeyInfo, Warning},
    session::Session,
};
use trust::{
    crypto::{key_format::KeyFormatError, pem::PemBlock, private_key::PrivateKey, secret::Passphrase},
    model::{
        gun::{Gun, InvalidGun},
        key::Key,
        key_id::CanonicalKeyId,
        key_name::KeyName,
    },
};

/// What the file may leave out.
#[derive(Clone, Debug, Default)]
pub struct Fallback {
    /// The role of a key whose block names none; without it, `delegation`.
    pub role: Option<String>,
    /// The repository of a key that belongs to one, and whose block names none.
    pub gun: Option<Gun>,
}

/// A file cannot be imported. Nothing of it was stored, but for the keys before one that the file has twice.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It holds no private key.
    #[error("it holds no private key")]
    NoKey,
    /// An encrypted key does not say which it is: only an export does.
    #[error("its key is encrypted, and nothing says which it is")]
    Sealed,
    /// A key of a base role belongs to one repository, and nothing says which.
    #[error("its key belongs to one repository, and nothing says which")]
    NoGun,
    /// The key is stored under another name, or for another repository.
    #[error("key {id} is on this machine already, as {kept}, and is not stored as {wanted}", id = stored.id, kept = kept_as(stored))]
    Stored {
        /// The key that is there.
        stored: Box<KeyInfo>,
        /// What it was to be stored as.
        wanted: String,
    },
    /// An encrypted key is said to be one that is stored, whose file has another content. Which of them is the key, only their passphrases tell.
    #[error("key {id} is on this machine already, as {kept}, and its file is another; it stays as it is", id = _0.id, kept = kept_as(_0))]
    OtherFile(Box<KeyInfo>),
    /// A key cannot be read.
    #[error(transparent)]
    Format(#[from] KeyFormatError),
    /// The repository that the file names cannot be one.
    #[error(transparent)]
    Gun(#[from] InvalidGun),
    /// Anything else.
    #[error(transparent)]
    Ops(#[from] OpsError),
}

/// The role of a key that nobody names.
const NAMELESS: &str = "delegation";

/// The folder of all but root keys in old exports.
const OLD_FOLDER: &str = "tuf_keys/";

/// A key that was read, and is not stored yet.
struct KeyToImport<'a> {
    id: CanonicalKeyId,
    name: KeyName,
    gun: Option<Gun>,
    content: ImportedKey<'a>,
}

enum ImportedKey<'a> {
    /// As an export has it: nothing is decrypted, and the ID is the one that it claims.
    Sealed(&'a PemBlock),
    Open(Box<PrivateKey>, Passphrase),
}

/// Imports every key of a file, or none. What is no private key is passed over, and told of. A key that is stored already keeps its name and its repository.
/// An export, which may claim any ID, changes nothing of it, and is refused where it is not what is stored; a key that was read gets the new passphrase.
pub fn import(session: &Session<'_>, blocks: &[PemBlock], fallback: &Fallback) -> Result<Outcome<Vec<KeyInfo>>, ImportError> {
    Outcome::of(session, |session| import_all(session, blocks, fallback))
}

fn import_all(session: &Session<'_>, blocks: &[PemBlock], fallback: &Fallback) -> Result<Vec<KeyInfo>, ImportError> {
    let (keys, others): (Vec<_>, Vec<_>) = blocks.iter().partition(|block| block.is_private_key());
    if keys.is_empty() {
        return Err(ImportError::NoKey);
    }
    for block in others {
        session.warn(Warning::NotAPrivateKey { label: block.label.clone() });
    }
    let wanted = keys.into_iter().map(|block| read(session, block, fallback)).collect::<Result<Vec<_>, _>>()?;
    let mut stored = Vec::new();
    for key in wanted {
        let found = session.key_files.find(key.id).map_err(OpsError::from)?;
        stored.push(match (key.content, found) {
            (ImportedKey::Sealed(block), Some(info)) => {
                check_same_file(session, &info, block)?;
                session.warn(Warning::KeyStays { id: info.id });
                info
            }
            (ImportedKey::Sealed(block), None) => {
                session.key_files.add_sealed(key.id, block, &key.name, key.gun.as_ref()).map_err(OpsError::from)?
            }
            (ImportedKey::Open(private, passphrase), _) => {
                check_name(session, &private, &key.name, key.gun.as_ref())?;
                session.key_files.add(&private, &key.name, key.gun.as_ref(), &passphrase).map_err(OpsError::from)?
            }
        });
    }
    Ok(stored)
}

fn read<'a>(session: &Session<'_>, block: &'a PemBlock, fallback: &Fallback) -> Result<KeyToImport<'a>, ImportError> {
    let (folder, name) = match block.header("path").map(|path| path.rsplit_once('/').unwrap_or(("", path))) {
        Some((folder, name)) => (folder, Some(name)),
        None => ("", None),
    };
    let old_gun = folder.strip_prefix(OLD_FOLDER).filter(|gun| !gun.is_empty());
    // an old export has the role in the name: ID_role
    let (name, old_role) = match name.and_then(|name| name.split_once('_')) {
        Some((id, role)) => (Some(id), Some(role)),
        None => (name, None),
    };
    let kept_under =
        block.header("role").or(old_role).or(fallback.role.as_deref()).filter(|role| !role.is_empty()).unwrap_or(NAMELESS);
    let kept_under = KeyName::of(kept_under);
    let of_repository = kept_under.is_of_one_repository();
    let gun = match block.header("gun").or(old_gun).filter(|_| of_repository) {
        Some(gun) => Some(Gun::parse(gun)?),
        None => fallback.gun.clone().filter(|_| of_repository),
    };
    if of_repository && gun.is_none() {
        return Err(ImportError::NoGun);
    }
    if block.is_encrypted() {
        let id = name.and_then(CanonicalKeyId::from_hex).ok_or(ImportError::Sealed)?;
        if let Some(info) = session.key_files.find(id).map_err(OpsError::from)? {
            check_same_file(session, &info, block)?;
        }
        return Ok(KeyToImport { id, name: kept_under, gun, content: ImportedKey::Sealed(block) });
    }
    let key = PrivateKey::from_pem_block(block, None)?;
    check_name(session, &key, &kept_under, gun.as_ref())?;
    let id = Key::canonical_id_of(&key);
    let passphrase = wanted_passphrase(session, &key, &kept_under)?;
    Ok(KeyToImport { id, name: kept_under, gun, content: ImportedKey::Open(Box::new(key), passphrase) })
}

fn check_name(session: &Session<'_>, key: &PrivateKey, name: &KeyName, gun: Option<&Gun>) -> Result<(), ImportError> {
    match renames(session, key, name, gun)? {
        Some((stored, wanted)) => Err(ImportError::Stored { stored: Box::new(stored), wanted }),
        None => Ok(()),
    }
}

/// Its headers may differ: an export has others than a store.
fn check_same_file(session: &Session<'_>, info: &KeyInfo, block: &PemBlock) -> Result<(), ImportError> {
    let stored = session.key_files.stored(info.id).map_err(OpsError::from)?;
    if stored.content == block.content { Ok(()) } else { Err(ImportError::OtherFile(Box::new(info.clone()))) }
}
