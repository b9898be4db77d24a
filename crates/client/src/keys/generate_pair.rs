//! A key pair for somewhere else: it is made, and not stored here.

use zeroize::Zeroizing;

use super::{export_key::ExportError, keyring::wanted_passphrase};
use crate::{error::OpsError, outcome::Outcome, session::Session};
use trust::{
    crypto::{
        pem::{self, PemBlock},
        pkcs8,
        private_key::PrivateKey,
        public_key_file,
        signing_key::SigningKey as _,
    },
    model::key_name::KeyName,
};

/// Both halves of a key, in PEM, with the role in a header.
pub struct KeyPair {
    /// The private half, encrypted.
    pub private: Zeroizing<String>,
    /// The public half.
    pub public: String,
}

/// Makes a P-256 key and asks for a passphrase (Notary `key generate --output`).
pub fn generate(session: &Session<'_>, role: &str) -> Result<Outcome<KeyPair>, ExportError> {
    Outcome::of(session, |session| pair(session, role))
}

fn pair(session: &Session<'_>, role: &str) -> Result<KeyPair, ExportError> {
    let key = PrivateKey::generate_p256().map_err(OpsError::from)?;
    // notary does not say the role here either: its passphrase is that of a delegation's key
    let passphrase = wanted_passphrase(session, &key, &KeyName::Nameless)?;
    let mut block = PemBlock::encrypt(&key, &passphrase, pkcs8::ITERATIONS).map_err(ExportError::Format)?;
    block.headers.insert("role".to_owned(), role.to_owned());
    Ok(KeyPair { private: pem::encode(&block)?, public: public_key_file::write(&key.verifying_key(), role)? })
}
