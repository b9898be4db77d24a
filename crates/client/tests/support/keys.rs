//! A key store in memory, whose keys are sealed as those on a disk are, in one round in place of 600,000.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Mutex, MutexGuard},
};

use client::ports::{GunHeader, KeyFiles, KeyInfo, KeyStoreError, Keys};
use trust::{
    crypto::{key_format::KeyFormatError, pem::PemBlock, private_key::PrivateKey, secret::Passphrase, signing_key::SigningKey},
    model::{gun::Gun, key::Key, key_id::CanonicalKeyId, key_name::KeyName},
};

/// Keys by ID, with what is known of each.
#[derive(Default)]
pub struct MemoryKeys(Mutex<BTreeMap<CanonicalKeyId, (KeyInfo, PemBlock)>>);

impl MemoryKeys {
    fn keys(&self) -> MutexGuard<'_, BTreeMap<CanonicalKeyId, (KeyInfo, PemBlock)>> {
        self.0.lock().unwrap()
    }
}

impl Keys for MemoryKeys {
    fn list(&self) -> Result<Vec<KeyInfo>, KeyStoreError> {
        Ok(self.keys().values().map(|(info, _)| info.clone()).collect())
    }

    fn find(&self, id: CanonicalKeyId) -> Result<Option<KeyInfo>, KeyStoreError> {
        Ok(self.keys().get(&id).map(|(info, _)| info.clone()))
    }

    fn open(&self, id: CanonicalKeyId, passphrase: &Passphrase) -> Result<Box<dyn SigningKey>, KeyStoreError> {
        Ok(Box::new(self.unlock(id, passphrase)?))
    }
}

impl KeyFiles for MemoryKeys {
    fn unlock(&self, id: CanonicalKeyId, passphrase: &Passphrase) -> Result<PrivateKey, KeyStoreError> {
        PrivateKey::from_pem_block(&self.stored(id)?, Some(passphrase)).map_err(|error| match error {
            KeyFormatError::WrongPassphrase => KeyStoreError::WrongPassphrase(id),
            other => panic!("{other}"),
        })
    }

    fn add(&self, key: &PrivateKey, name: &KeyName, gun: Option<&Gun>, passphrase: &Passphrase) -> Result<KeyInfo, KeyStoreError> {
        let block = PemBlock::encrypt(key, passphrase, 1).unwrap();
        self.add_sealed(Key::canonical_id_of(key), &block, name, gun)
    }

    fn add_sealed(
        &self,
        id: CanonicalKeyId,
        block: &PemBlock,
        name: &KeyName,
        gun: Option<&Gun>,
    ) -> Result<KeyInfo, KeyStoreError> {
        let gun = gun.cloned().map(GunHeader::Gun);
        let info = KeyInfo { id, name: name.clone(), gun, encrypted: true, path: PathBuf::from(format!("{id}.key")) };
        self.keys().insert(id, (info.clone(), block.clone()));
        Ok(info)
    }

    fn stored(&self, id: CanonicalKeyId) -> Result<PemBlock, KeyStoreError> {
        self.keys().get(&id).map(|(_, block)| block.clone()).ok_or(KeyStoreError::NoSuchKey(id))
    }

    fn files(&self, id: CanonicalKeyId) -> Result<Vec<PathBuf>, KeyStoreError> {
        Ok(self.keys().get(&id).map(|(info, _)| info.path.clone()).into_iter().collect())
    }

    fn remove(&self, id: CanonicalKeyId) -> Result<(), KeyStoreError> {
        self.keys().remove(&id).map(|_| ()).ok_or(KeyStoreError::NoSuchKey(id))
    }

    fn replace(&self, info: &KeyInfo, key: &PrivateKey, passphrase: &Passphrase) -> Result<KeyInfo, KeyStoreError> {
        let gun = info.gun.as_ref().map(|gun| Gun::parse(&gun.to_string()).unwrap());
        self.add(key, &info.name, gun.as_ref(), passphrase)
    }
}
