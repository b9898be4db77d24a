//! The private keys that can sign on this machine: found, and opened.

use std::path::PathBuf;

use trust::{
    crypto::{secret::Passphrase, signing_key::SigningKey},
    model::key_id::CanonicalKeyId,
};

/// The private keys that can sign on this machine. Whoever signs, or looks at keys, needs nothing else of them.
pub trait Keys: Sync {
    /// All keys, sorted by ID. A file that is no key is told of as an `Event` by the end's `warnings`, and passed over.
    fn list(&self) -> Result<Vec<KeyInfo>, KeyStoreError>;

    /// What is known of one key; none where it is not here.
    fn find(&self, id: CanonicalKeyId) -> Result<Option<KeyInfo>, KeyStoreError>;

    /// Opens a key to sign with it. It is checked to be the key of this ID. `passphrase` is not used for a key that is not encrypted.
    fn open(&self, id: CanonicalKeyId, passphrase: &Passphrase) -> Result<Box<dyn SigningKey>, KeyStoreError>;
}

/// What a key file says of its key without being decrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// The key's ID, from the file's name.
    pub id: CanonicalKeyId,
    /// The `role` header: a base role, a signer's name, or whatever an import said.
    pub role: String,
    /// The `gun` header, of targets and snapshot keys alone.
    pub gun: Option<String>,
    /// Whether a passphrase is needed.
    pub encrypted: bool,
    /// Where it is.
    pub path: PathBuf,
}

/// A failure of the key store.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// A key file does not hold a key that can be read.
    #[error("{path}: {reason}")]
    BadKeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file holds another key than its name says.
    #[error("{path}: the file holds key {found}, not the key that its name says")]
    WrongKey {
        /// The file.
        path: PathBuf,
        /// The ID of the key in it.
        found: CanonicalKeyId,
    },
    /// The key is in a folder of the store that no program made.
    #[error("{0}: a copy of the key, in a folder that is no program's; it is not touched")]
    Copy(PathBuf),
    /// The passphrase does not open the key.
    #[error("wrong passphrase for key {0}")]
    WrongPassphrase(CanonicalKeyId),
    /// The store has no such key.
    #[error("no key with ID {0} in the key store")]
    NoSuchKey(CanonicalKeyId),
    /// The operating system refused.
    #[error("{action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Its answer.
        source: std::io::Error,
    },
}
