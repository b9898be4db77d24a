//! The encrypted private keys on this machine.

use std::path::PathBuf;

use trust::{
    crypto::{pem::PemBlock, private_key::PrivateKey, secret::Passphrase},
    model::{gun::Gun, key_id::CanonicalKeyId},
};

/// The encrypted private keys on this machine.
pub trait KeyStore: Sync {
    /// All keys, sorted by ID. A file that is no key is told of as an `Event` by the end's `warnings`, and passed over.
    fn list(&self) -> Result<Vec<KeyInfo>, KeyStoreError>;

    /// What is known of one key; none where the store lacks it.
    fn find(&self, id: CanonicalKeyId) -> Result<Option<KeyInfo>, KeyStoreError>;

    /// Decrypts a key. The content is checked to be the key that the name says. `passphrase` is not used for a key that is not encrypted.
    fn unlock(&self, id: CanonicalKeyId, passphrase: &Passphrase) -> Result<PrivateKey, KeyStoreError>;

    /// Encrypts and stores a key, then reads it back and compares. A stored key of the same ID is replaced only once the new file is proved.
    fn add(&self, key: &PrivateKey, role: &str, gun: Option<&Gun>, passphrase: &Passphrase) -> Result<KeyInfo, KeyStoreError>;

    /// Stores a key that another store has encrypted, without opening it: only `unlock` tells whether it is the one that it is said to be.
    fn add_sealed(&self, id: CanonicalKeyId, block: &PemBlock, role: &str, gun: Option<&Gun>) -> Result<KeyInfo, KeyStoreError>;

    /// A key as it is stored, with the headers of its file; nothing is decrypted.
    fn stored(&self, id: CanonicalKeyId) -> Result<PemBlock, KeyStoreError>;

    /// The files of a key that `remove` takes away, the one that counts first.
    fn files(&self, id: CanonicalKeyId) -> Result<Vec<PathBuf>, KeyStoreError>;

    /// Removes every file of a key that a program stored. `Ok` means that they are gone from the disk. Copies that a person has put into other folders
    /// of the store stay, and are told of by the end's `warnings`; a key that has nothing else is `Copy`.
    fn remove(&self, id: CanonicalKeyId) -> Result<(), KeyStoreError>;

    /// Stores a key under another passphrase, as `add` does, and then removes what is left of it under the old one, as `remove` does.
    fn replace(&self, info: &KeyInfo, key: &PrivateKey, passphrase: &Passphrase) -> Result<KeyInfo, KeyStoreError>;
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
