//! What leaves the key store: a private key as it is stored, and the public half of one.

use zeroize::Zeroizing;

use super::{keyring::Keyring, known_keys::KnownKeys};
use crate::{
    error::OpsError,
    ports::{KeyInfo, KeyStoreError},
    session::Session,
};
use trust::{
    crypto::{
        key_format::KeyFormatError,
        pem::{self, InvalidHeader},
        public_key_file::{self, PublicKeyOutError},
        secret::Passphrase,
        verifying_key::VerifyingKey,
    },
    model::key::KeyError,
};

/// A key does not leave the store.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It is stored without a passphrase.
    #[error("key {0} is stored without a passphrase, and would leave this machine open to everyone")]
    NotEncrypted(trust::model::key_id::CanonicalKeyId),
    /// It cannot be encrypted.
    #[error(transparent)]
    Format(KeyFormatError),
    /// Its file has a header that no reader would find again.
    #[error(transparent)]
    Header(#[from] InvalidHeader),
    /// Its public half cannot be written.
    #[error(transparent)]
    Public(#[from] PublicKeyOutError),
    /// Its public half cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Anything else.
    #[error(transparent)]
    Ops(#[from] OpsError),
}

/// A key as it is stored, under its passphrase, with its name, its repository and its ID in headers (`notary key export`). Nothing is decrypted.
pub fn private(session: &Session<'_>, info: &KeyInfo) -> Result<Zeroizing<String>, ExportError> {
    let mut block = session.key_files.stored(info.id).map_err(OpsError::from)?;
    if !block.is_encrypted() {
        return Err(ExportError::NotEncrypted(info.id));
    }
    let gun = info.gun_text().unwrap_or_default();
    let headers = [("role", info.name.as_str()), ("gun", gun), ("path", &info.id.to_string())]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    block.headers.extend(headers.into_iter().filter(|(_, value)| !value.is_empty()));
    Ok(pem::encode(&block)?)
}

/// The public half of a key, as Docker's `NAME.pub` has it. The key is decrypted only where no repository on this machine names it.
pub fn public(session: &Session<'_>, info: &KeyInfo, known: &KnownKeys) -> Result<String, ExportError> {
    let key = match known.get(info.id) {
        Some(known) => known.public.verifying_key()?,
        None => unlocked(session, info)?,
    };
    Ok(public_key_file::write(&key, info.name.as_str())?)
}

/// The public half of a key where it is known without asking anyone: of a repository, of a key that is stored open, or by a passphrase at hand.
#[must_use]
pub fn public_half(session: &Session<'_>, info: &KeyInfo, known: &KnownKeys) -> Option<VerifyingKey> {
    if let Some(known) = known.get(info.id) {
        return known.public.verifying_key().ok();
    }
    let passphrase =
        if info.encrypted { session.decisions.known_passphrase(&info.name, info.id)? } else { Passphrase::new(String::new()) };
    session.keys.open(info.id, &passphrase).ok().map(|key| key.verifying_key())
}

fn unlocked(session: &Session<'_>, info: &KeyInfo) -> Result<VerifyingKey, ExportError> {
    let keyring = Keyring::new(session);
    let key = keyring.get(info.id)?.ok_or(OpsError::KeyStore(KeyStoreError::NoSuchKey(info.id)))?;
    Ok(key.verifying_key())
}
