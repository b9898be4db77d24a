//! The key files on this machine: what is moved about.

use std::path::PathBuf;

use super::keys::{KeyInfo, KeyStoreError, Keys};
use trust::{
    crypto::{pem::PemBlock, private_key::PrivateKey, secret::Passphrase},
    model::{gun::Gun, key_id::CanonicalKeyId, key_name::KeyName},
};

/// The encrypted private keys in files on this machine: of what can sign here, that which is made, moved and removed.
pub trait KeyFiles: Keys {
    /// Decrypts a key. The content is checked to be the key that the name says. `passphrase` is not used for a key that is not encrypted.
    fn unlock(&self, id: CanonicalKeyId, passphrase: &Passphrase) -> Result<PrivateKey, KeyStoreError>;

    /// Encrypts and stores a key, then reads it back and compares. A stored key of the same ID is replaced only once the new file is proved.
    fn add(&self, key: &PrivateKey, name: &KeyName, gun: Option<&Gun>, passphrase: &Passphrase) -> Result<KeyInfo, KeyStoreError>;

    /// Stores a key that another store has encrypted, without opening it: only `unlock` tells whether it is the one that it is said to be.
    fn add_sealed(&self, id: CanonicalKeyId, block: &PemBlock, name: &KeyName, gun: Option<&Gun>)
    -> Result<KeyInfo, KeyStoreError>;

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
