//! Changes the passphrase of a key that is stored.

use super::keyring::until_right;
use crate::{
    error::OpsError,
    outcome::Outcome,
    ports::{KeyInfo, KeyStoreError, PassphrasePurpose, PassphraseRequest},
    session::Session,
};
use trust::crypto::secret::Passphrase;

/// Asks for the passphrase that a key has, then for another one, and stores the key under that. The old file stays until the new one was read back.
pub fn change_passphrase(session: &Session<'_>, info: &KeyInfo) -> Result<Outcome<KeyInfo>, OpsError> {
    Outcome::of(session, |session| replace(session, info))
}

fn replace(session: &Session<'_>, info: &KeyInfo) -> Result<KeyInfo, OpsError> {
    let key = if info.encrypted {
        until_right(session, &info.name, Some(info.id), |passphrase| match session.key_files.unlock(info.id, passphrase) {
            Err(KeyStoreError::WrongPassphrase(_)) => Ok(None),
            result => Ok(Some(result?)),
        })?
        .0
    } else {
        session.key_files.unlock(info.id, &Passphrase::new(String::new()))?
    };
    let request = PassphraseRequest { name: info.name.clone(), key: Some(info.id), purpose: PassphrasePurpose::Replace };
    let passphrase = session.decisions.passphrase(&request)?;
    Ok(session.key_files.replace(info, &key, &passphrase)?)
}
