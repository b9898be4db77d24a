//! Imports keys as `notary key import` does: those of its exports as they are, and others under a new passphrase.

use super::{error::OpsError, events::Event, keyring::wanted_passphrase, ports::KeyInfo, session::Session};
use crate::{
    crypto::{key_format::KeyFormatError, pem::PemBlock, private_key::PrivateKey, secret::Passphrase},
    tuf::{
        gun::{Gun, InvalidGun},
        key::Key,
        key_id::CanonicalKeyId,
        role::RoleName,
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

/// A file cannot be imported. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// It holds no private key.
    #[error("invalid key pem block")]
    NoKey,
    /// An encrypted key does not say which it is: only an export does.
    #[error("Invalid key generated, key may be encrypted and does not contain path header")]
    Sealed,
    /// A key of a base role belongs to one repository, and nothing says which.
    #[error("Cannot have canonical role key without a gun, don't know what gun it belongs to")]
    NoGun,
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
struct Wanted<'a> {
    id: CanonicalKeyId,
    role: String,
    gun: Option<Gun>,
    content: Content<'a>,
}

enum Content<'a> {
    /// As an export has it: nothing is decrypted, and the ID is the one that it claims.
    Sealed(&'a PemBlock),
    Open(Box<PrivateKey>, Passphrase),
}

/// Imports every key of a file, or none. What is no private key is passed over, and told of. A key that is stored already is left as it is, unless this one
/// was read: an export may claim any ID.
pub fn import(session: &Session<'_>, blocks: &[PemBlock], fallback: &Fallback) -> Result<Vec<KeyInfo>, ImportError> {
    let (keys, others): (Vec<_>, Vec<_>) = blocks.iter().partition(|block| block.is_private_key());
    if keys.is_empty() {
        return Err(ImportError::NoKey);
    }
    for block in others {
        session.events.tell(Event::Warning(format!("a PEM block of type {:?} is no private key; passed over", block.label)));
    }
    let wanted = keys.into_iter().map(|block| read(session, block, fallback)).collect::<Result<Vec<_>, _>>()?;
    let mut stored = Vec::new();
    for key in wanted {
        let found = session.keys.find(key.id).map_err(OpsError::from)?;
        stored.push(match (key.content, found) {
            (Content::Sealed(_), Some(info)) => {
                session.events.tell(Event::Warning(format!("key {} is on this machine already, and stays as it is", info.id)));
                info
            }
            (Content::Sealed(block), None) => {
                session.keys.add_sealed(key.id, block, &key.role, key.gun.as_ref()).map_err(OpsError::from)?
            }
            (Content::Open(private, passphrase), _) => {
                session.keys.add(&private, &key.role, key.gun.as_ref(), &passphrase).map_err(OpsError::from)?
            }
        });
    }
    Ok(stored)
}

fn read<'a>(session: &Session<'_>, block: &'a PemBlock, fallback: &Fallback) -> Result<Wanted<'a>, ImportError> {
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
    let role = block
        .header("role")
        .or(old_role)
        .or(fallback.role.as_deref())
        .filter(|role| !role.is_empty())
        .unwrap_or(NAMELESS)
        .to_owned();
    let of_repository = [RoleName::targets(), RoleName::snapshot(), RoleName::timestamp()].iter().any(|base| base.as_str() == role);
    let gun = match block.header("gun").or(old_gun).filter(|_| of_repository) {
        Some(gun) => Some(Gun::parse(gun)?),
        None => fallback.gun.clone().filter(|_| of_repository),
    };
    if of_repository && gun.is_none() {
        return Err(ImportError::NoGun);
    }
    if block.is_encrypted() {
        let id = name.and_then(CanonicalKeyId::from_hex).ok_or(ImportError::Sealed)?;
        return Ok(Wanted { id, role, gun, content: Content::Sealed(block) });
    }
    let key = PrivateKey::from_pem_block(block, None)?;
    let id = Key::of(&key).canonical_id().map_err(|error| OpsError::NoAccount(error.to_string()))?;
    let passphrase = wanted_passphrase(session, &key, &role)?;
    Ok(Wanted { id, role, gun, content: Content::Open(Box::new(key), passphrase) })
}
