//! The key store: `<trust folder>/private/<key ID>.key`, as `docker trust` and `notary` have it, at the same time as they.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

pub use super::scan::KeyFileWarning;
use super::{
    durable::{self, Pending, WriteFailure},
    scan::{self, Scan},
};
use client::ports::{GunHeader, KeyFiles, KeyInfo, KeyStoreError, Keys};
use trust::{
    crypto::{
        key_format::KeyFormatError,
        pem::{self, PemBlock},
        pkcs8,
        private_key::PrivateKey,
        secret::Passphrase,
        signing_key::SigningKey,
    },
    model::{gun::Gun, key::Key, key_id::CanonicalKeyId, key_name::KeyName},
};

/// The key files of one trust folder.
pub struct KeyFolder {
    private: PathBuf,
    warnings: Mutex<BTreeSet<KeyFileWarning>>,
}

impl KeyFolder {
    /// The store below a trust folder, such as `~/.docker/trust`. Nothing is read or made yet.
    #[must_use]
    pub fn new(trust_dir: &Path) -> Self {
        Self { private: trust_dir.join("private"), warnings: Mutex::default() }
    }

    /// What was noticed about the files that were looked at so far, sorted by path and each once: files that are no keys, and modes that
    /// let other users in.
    #[must_use]
    pub fn warnings(&self) -> Vec<KeyFileWarning> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Where a key is in the flat layout.
    fn flat(&self, id: CanonicalKeyId) -> PathBuf {
        self.private.join(format!("{id}.key"))
    }

    fn scan(&self) -> Result<Scan, KeyStoreError> {
        let failed = |source| KeyStoreError::Io { action: "read", path: self.private.clone(), source };
        Ok(self.noted(Scan::of(&self.private).map_err(failed)?))
    }

    fn noted(&self, mut scan: Scan) -> Scan {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).extend(scan.warnings.drain(..));
        scan
    }

    /// Every file of a key: those that a program stored, one in a legacy layout perhaps behind the flat one, and a person's copies.
    fn files_and_copies(&self, id: CanonicalKeyId) -> Result<(Vec<PathBuf>, Vec<PathBuf>), KeyStoreError> {
        let files = self.scan()?.files.into_iter().filter(|(found, _)| *found == id).map(|(_, path)| path);
        Ok(files.partition(|path| scan::is_of_a_layout(&self.private, path)))
    }

    /// Removes what a program stored of a key, but for one file, and tells of the copies that stay.
    fn remove_but(&self, id: CanonicalKeyId, kept: Option<&Path>) -> Result<(), KeyStoreError> {
        let (files, copies) = self.files_and_copies(id)?;
        if let ([], Some(copy)) = (files.as_slice(), copies.first()) {
            return Err(KeyStoreError::Copy(copy.clone()));
        }
        for path in files.iter().filter(|path| Some(path.as_path()) != kept) {
            durable::remove(path)?;
        }
        let left = |path| KeyFileWarning { path, reason: "a copy of the key stays here, as it was".to_owned() };
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).extend(copies.into_iter().map(left));
        Ok(())
    }

    /// Reads a file that was just written, and compares.
    fn prove(written: &Path, key: &PrivateKey, headers: &PemBlock, passphrase: &Passphrase) -> Result<(), KeyFormatError> {
        let block = scan::read_key_file(written).map_err(|_| KeyFormatError::Malformed("the file that was written"))?;
        let again = PrivateKey::from_pem_block(&block, Some(passphrase))?;
        if block.headers == headers.headers && *pkcs8::write_plain(&again)? == *pkcs8::write_plain(key)? {
            Ok(())
        } else {
            Err(KeyFormatError::Malformed("the key that was written"))
        }
    }
}

impl Keys for KeyFolder {
    fn list(&self) -> Result<Vec<KeyInfo>, KeyStoreError> {
        Ok(self.scan()?.keys.into_values().collect())
    }

    fn find(&self, id: CanonicalKeyId) -> Result<Option<KeyInfo>, KeyStoreError> {
        let mut one = self.noted(Scan::of_one(&self.flat(id)));
        match one.keys.remove(&id) {
            Some(info) => Ok(Some(info)),
            None => Ok(self.scan()?.keys.remove(&id)),
        }
    }

    fn open(&self, id: CanonicalKeyId, passphrase: &Passphrase) -> Result<Box<dyn SigningKey>, KeyStoreError> {
        Ok(Box::new(self.unlock(id, passphrase)?))
    }
}

impl KeyFiles for KeyFolder {
    fn unlock(&self, id: CanonicalKeyId, passphrase: &Passphrase) -> Result<PrivateKey, KeyStoreError> {
        let found = self.find(id)?.map(|info| info.path);
        // a file that has the key's name but was passed over says itself what is wrong with it
        let path = found.or_else(|| Some(self.flat(id)).filter(|path| path.exists())).ok_or(KeyStoreError::NoSuchKey(id))?;
        let bad = |reason: String| KeyStoreError::BadKeyFile { path: path.clone(), reason };
        let block = scan::read_key_file(&path).map_err(bad)?;
        let key = PrivateKey::from_pem_block(&block, Some(passphrase)).map_err(|e| match e {
            KeyFormatError::WrongPassphrase => KeyStoreError::WrongPassphrase(id),
            other => bad(other.to_string()),
        })?;
        let found = Key::canonical_id_of(&key);
        if found == id { Ok(key) } else { Err(KeyStoreError::WrongKey { path, found }) }
    }

    fn add(&self, key: &PrivateKey, name: &KeyName, gun: Option<&Gun>, passphrase: &Passphrase) -> Result<KeyInfo, KeyStoreError> {
        let id = Key::canonical_id_of(key);
        let path = self.flat(id);
        let bad = |reason: String| KeyStoreError::BadKeyFile { path: path.clone(), reason };
        let mut block = PemBlock::encrypt(key, passphrase, pkcs8::ITERATIONS).map_err(|e| bad(e.to_string()))?;
        block.headers.insert("role".to_owned(), name.to_string());
        let gun = gun.filter(|_| name.is_of_one_repository()).cloned();
        block.headers.extend(gun.iter().map(|gun| ("gun".to_owned(), gun.to_string())));
        let text = pem::encode(&block).map_err(|e| bad(e.to_string()))?;
        let pending = Pending::write(&path, text.as_bytes())?;
        Self::prove(pending.path(), key, &block, passphrase).map_err(|e| bad(format!("the key was not stored: {e}")))?;
        pending.commit()?;
        Ok(KeyInfo { id, name: name.clone(), gun: gun.map(GunHeader::Gun), encrypted: true, path })
    }

    fn add_sealed(
        &self,
        id: CanonicalKeyId,
        block: &PemBlock,
        name: &KeyName,
        gun: Option<&Gun>,
    ) -> Result<KeyInfo, KeyStoreError> {
        let path = self.flat(id);
        let gun = gun.filter(|_| name.is_of_one_repository()).cloned();
        let mut sealed = PemBlock::new(&block.label, block.content.to_vec());
        let of_encryption = |name: &str| matches!(name, "Proc-Type" | "DEK-Info");
        sealed.headers.extend(block.headers.iter().filter(|(name, _)| of_encryption(name)).map(|(n, v)| (n.clone(), v.clone())));
        sealed.headers.insert("role".to_owned(), name.to_string());
        sealed.headers.extend(gun.iter().map(|gun| ("gun".to_owned(), gun.to_string())));
        let bad = |reason: String| KeyStoreError::BadKeyFile { path: path.clone(), reason };
        let text = pem::encode(&sealed).map_err(|e| bad(e.to_string()))?;
        Pending::write(&path, text.as_bytes())?.commit_new()?;
        Ok(KeyInfo { id, name: name.clone(), gun: gun.map(GunHeader::Gun), encrypted: true, path })
    }

    fn stored(&self, id: CanonicalKeyId) -> Result<PemBlock, KeyStoreError> {
        let path = self.find(id)?.ok_or(KeyStoreError::NoSuchKey(id))?.path;
        scan::read_key_file(&path).map_err(|reason| KeyStoreError::BadKeyFile { path, reason })
    }

    fn files(&self, id: CanonicalKeyId) -> Result<Vec<PathBuf>, KeyStoreError> {
        Ok(self.files_and_copies(id)?.0)
    }

    fn remove(&self, id: CanonicalKeyId) -> Result<(), KeyStoreError> {
        self.find(id)?.ok_or(KeyStoreError::NoSuchKey(id))?;
        self.remove_but(id, None)
    }

    fn replace(&self, info: &KeyInfo, key: &PrivateKey, passphrase: &Passphrase) -> Result<KeyInfo, KeyStoreError> {
        let bad = |reason: String| KeyStoreError::BadKeyFile { path: info.path.clone(), reason };
        let gun = match info.gun.as_ref().filter(|_| info.name.is_of_one_repository()) {
            Some(GunHeader::Unusable(invalid)) => return Err(bad(invalid.to_string())),
            Some(GunHeader::Gun(gun)) => Some(gun),
            None => None,
        };
        let stored = self.add(key, &info.name, gun, passphrase)?;
        self.remove_but(stored.id, Some(&stored.path))?;
        Ok(stored)
    }
}

impl From<WriteFailure> for KeyStoreError {
    fn from(WriteFailure { action, path, source }: WriteFailure) -> Self {
        Self::Io { action, path, source }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::{PermissionsExt as _, symlink},
    };

    use tempfile::TempDir;

    use super::*;
    use trust::crypto::signing_key::sign;

    fn testdata(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/keys").join(name)
    }

    fn passphrase() -> Passphrase {
        Passphrase::new("testdata-passphrase".to_owned())
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn openssl_key(name: &str) -> PrivateKey {
        let text = fs::read(testdata("openssl").join(name)).unwrap();
        PrivateKey::from_pem_block(&pem::first_block(&text).unwrap(), None).unwrap()
    }

    /// A trust folder with a copy of a `private` folder of the test data, with the modes that its owner gave it.
    fn copy_of(name: &str) -> (TempDir, KeyFolder) {
        fn copy(from: &Path, to: &Path) {
            fs::create_dir(to).unwrap();
            fs::set_permissions(to, fs::Permissions::from_mode(0o700)).unwrap();
            for entry in fs::read_dir(from).unwrap() {
                let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
                if from.is_dir() {
                    copy(&from, &to);
                } else {
                    fs::copy(&from, &to).unwrap();
                    fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).unwrap();
                }
            }
        }
        let trust = tempfile::tempdir().unwrap();
        copy(&testdata(name).join("private"), &trust.path().join("private"));
        let store = KeyFolder::new(trust.path());
        (trust, store)
    }

    fn roles(store: &KeyFolder) -> Vec<(String, Option<String>)> {
        let mut roles: Vec<_> =
            store.list().unwrap().into_iter().map(|info| (info.name.to_string(), info.gun.map(|gun| gun.to_string()))).collect();
        roles.sort();
        roles
    }

    fn named(role: &str, gun: Option<&str>) -> (String, Option<String>) {
        (role.to_owned(), gun.map(str::to_owned))
    }

    const GUN: &str = "dtr.example.com/prod/nginx";

    #[test]
    fn keys_that_the_peers_wrote_are_listed_and_opened() {
        let expected = [
            ("peers/docker", vec![named("ian", None), named("jeff", None), named("jeff", None)]),
            ("peers/notary", vec![named("root", None), named("targets", Some(GUN)), named("user", None), named("user", None)]),
            ("legacy", vec![named("root", None), named("snapshot", Some(GUN)), named("targets", Some(GUN))]),
        ];
        for (name, expected) in expected {
            let (_trust, store) = copy_of(name);
            assert_eq!(roles(&store), expected, "{name}");
            for info in store.list().unwrap() {
                assert!(info.encrypted);
                assert_eq!(store.find(info.id).unwrap(), Some(info.clone()));
                let key = store.unlock(info.id, &passphrase()).unwrap();
                sign(&key, key.verifying_key().kind().scheme(), b"m").unwrap();
                let wrong = store.unlock(info.id, &Passphrase::new("wrong".to_owned())).err().unwrap();
                assert!(matches!(wrong, KeyStoreError::WrongPassphrase(id) if id == info.id), "{wrong}");
            }
            assert_eq!(store.warnings(), []);
        }
    }

    #[test]
    fn keys_in_a_legacy_layout_stay_where_they_are() {
        let (_trust, store) = copy_of("legacy");
        let before = store.list().unwrap();
        assert!(
            before
                .iter()
                .all(|info| info.path.is_file() && info.path.components().count() > store.private.components().count() + 1)
        );
        // the same key in the flat layout wins, and the legacy file is kept
        let key = store.unlock(before[0].id, &passphrase()).unwrap();
        let added = store.add(&key, &KeyName::of("jeff"), None, &passphrase()).unwrap();
        assert_eq!(store.list().unwrap().len(), before.len());
        assert_eq!(store.find(before[0].id).unwrap(), Some(added));
        assert!(before[0].path.is_file());
    }

    #[test]
    fn nothing_of_a_removed_key_is_left_in_any_layout() {
        let (_trust, store) = copy_of("legacy");
        let info = store.list().unwrap().remove(0);
        let key = store.unlock(info.id, &passphrase()).unwrap();
        store.add(&key, &KeyName::of("jeff"), None, &passphrase()).unwrap();
        store.remove(info.id).unwrap();
        assert_eq!(store.find(info.id).unwrap(), None);
        assert!(!info.path.exists());
        assert!(matches!(store.remove(info.id), Err(KeyStoreError::NoSuchKey(id)) if id == info.id));
        assert!(matches!(store.stored(info.id), Err(KeyStoreError::NoSuchKey(_))));
        assert_eq!(store.list().unwrap().len(), 2);
    }

    #[test]
    fn copies_in_other_folders_stay_and_are_told_of() {
        let (trust, store) = copy_of("peers/docker");
        let info = store.list().unwrap().remove(0);
        let copy = trust.path().join("private/backup").join(info.path.file_name().unwrap());
        fs::create_dir(copy.parent().unwrap()).unwrap();
        fs::set_permissions(copy.parent().unwrap(), fs::Permissions::from_mode(0o700)).unwrap();
        fs::copy(&info.path, &copy).unwrap();
        assert_eq!(store.files(info.id).unwrap(), std::slice::from_ref(&info.path));
        let key = store.unlock(info.id, &passphrase()).unwrap();
        store.replace(&info, &key, &Passphrase::new("another".to_owned())).unwrap();
        let told = [KeyFileWarning { path: copy.clone(), reason: "a copy of the key stays here, as it was".to_owned() }];
        assert_eq!(store.warnings(), told);
        let store = KeyFolder::new(trust.path());
        store.remove(info.id).unwrap();
        assert_eq!(store.warnings(), told);
        assert!(!info.path.exists() && copy.exists());
        // what is left is a copy alone
        assert_eq!(store.files(info.id).unwrap(), [] as [PathBuf; 0]);
        assert!(matches!(store.remove(info.id), Err(KeyStoreError::Copy(path)) if path == copy));
        assert!(copy.exists());
    }

    #[test]
    fn a_key_under_another_passphrase_keeps_its_name_and_nothing_opens_with_the_old_one() {
        let (_trust, store) = copy_of("legacy");
        for info in store.list().unwrap() {
            let key = store.unlock(info.id, &passphrase()).unwrap();
            let replaced = store.replace(&info, &key, &Passphrase::new("another".to_owned())).unwrap();
            assert_eq!((&replaced.name, &replaced.gun), (&info.name, &info.gun));
            assert_eq!(store.find(info.id).unwrap(), Some(replaced));
            assert!(!info.path.exists());
            assert!(matches!(store.unlock(info.id, &passphrase()), Err(KeyStoreError::WrongPassphrase(_))));
        }
        assert_eq!(store.list().unwrap().len(), 3);
    }

    #[test]
    fn a_key_is_stored_for_its_owner_alone_and_found_again() {
        let trust = tempfile::tempdir().unwrap();
        let store = KeyFolder::new(&trust.path().join("deep/trust"));
        assert_eq!(store.list().unwrap(), []);
        let key = PrivateKey::generate_p256().unwrap();
        let gun = Gun::parse(GUN).unwrap();
        let info = store.add(&key, &KeyName::of("targets"), Some(&gun), &passphrase()).unwrap();
        assert_eq!(store.list().unwrap(), std::slice::from_ref(&info));
        assert_eq!((info.name, info.gun.as_ref().map(GunHeader::as_str)), (KeyName::of("targets"), Some(GUN)));
        assert_eq!(mode(&info.path), 0o600);
        assert_eq!((mode(&store.private), mode(store.private.parent().unwrap())), (0o700, 0o700));
        assert_eq!(
            store.unlock(info.id, &passphrase()).unwrap().verifying_key().public_bytes(),
            key.verifying_key().public_bytes()
        );
        // a second time it replaces the first, and only keys of a repository name one
        let info = store.add(&key, &KeyName::of("jeff"), Some(&gun), &Passphrase::new("another".to_owned())).unwrap();
        assert_eq!((&info.name, &info.gun), (&KeyName::of("jeff"), &None));
        assert_eq!(store.list().unwrap(), std::slice::from_ref(&info));
        assert!(matches!(store.unlock(info.id, &passphrase()), Err(KeyStoreError::WrongPassphrase(_))));
        store.unlock(info.id, &Passphrase::new("another".to_owned())).unwrap();
        assert_eq!(fs::read_dir(&store.private).unwrap().count(), 1);
        assert_eq!(store.warnings(), []);
    }

    #[test]
    fn every_kind_of_key_is_stored() {
        let trust = tempfile::tempdir().unwrap();
        let store = KeyFolder::new(trust.path());
        for name in ["p384-sec1.pem", "p521-pkcs8.pem", "rsa2048-pkcs1.pem", "ed25519-pkcs8.pem"] {
            let key = openssl_key(name);
            let info = store.add(&key, &KeyName::of("jeff"), None, &passphrase()).unwrap();
            assert_eq!(
                store.unlock(info.id, &passphrase()).unwrap().verifying_key().public_bytes(),
                key.verifying_key().public_bytes(),
                "{name}"
            );
        }
    }

    #[test]
    fn files_that_are_no_keys_are_named_and_passed_over() {
        let (trust, store) = copy_of("peers/docker");
        let private = trust.path().join("private");
        let id = "0".repeat(64);
        fs::write(private.join(format!("{id}.key")), "garbage").unwrap();
        fs::write(private.join(format!("{}.key", "1".repeat(64))), "").unwrap();
        fs::copy(testdata("openssl/p256.pub"), private.join(format!("{}.key", "2".repeat(64)))).unwrap();
        fs::copy(testdata("openssl/p256-sec1.pem"), private.join("my.key")).unwrap();
        fs::write(private.join("notes.txt"), "not looked at").unwrap();
        fs::create_dir(private.join(format!("{}.key", "3".repeat(64)))).unwrap();
        symlink(testdata("openssl/p256-sec1.pem"), private.join(format!("{}.key", "4".repeat(64)))).unwrap();
        // a whole key before what is too much
        let key = fs::read_to_string(testdata("openssl/p256-sec1.pem")).unwrap();
        fs::write(private.join(format!("{}.key", "6".repeat(64))), key + &"\n".repeat(1 << 20)).unwrap();
        assert_eq!(store.list().unwrap().len(), 3);
        let warnings: Vec<String> = store.warnings().iter().map(ToString::to_string).collect();
        let expected = [
            "it has no PEM block",
            "it has no PEM block",
            "a PEM block of type \"PUBLIC KEY\" is no private key",
            "it is larger than 1 MiB",
            "its name is not a key ID",
        ];
        assert_eq!(warnings.len(), expected.len(), "{warnings:?}");
        for (warning, expected) in warnings.iter().zip(expected) {
            assert!(warning.ends_with(&format!("not a key; passed over: {expected}")), "{warning}");
        }
        let unreadable = CanonicalKeyId::from_hex(&id).unwrap();
        assert!(matches!(store.unlock(unreadable, &passphrase()), Err(KeyStoreError::BadKeyFile { .. })));
        let absent = CanonicalKeyId::from_hex(&"5".repeat(64)).unwrap();
        assert!(matches!(store.unlock(absent, &passphrase()), Err(KeyStoreError::NoSuchKey(_))));
    }

    #[test]
    fn modes_that_let_others_in_are_told_of() {
        let (trust, store) = copy_of("peers/notary");
        let file = store.list().unwrap().remove(0);
        assert_eq!(store.warnings(), []);
        fs::set_permissions(&file.path, fs::Permissions::from_mode(0o640)).unwrap();
        fs::set_permissions(trust.path().join("private"), fs::Permissions::from_mode(0o755)).unwrap();
        store.find(file.id).unwrap();
        assert_eq!(
            store.warnings().iter().map(|w| w.reason.as_str()).collect::<Vec<_>>(),
            [format!("the key file is open to other users (mode 0640): chmod 600 {}", file.path.display())]
        );
        store.list().unwrap();
        let said = format!("the folder is open to other users (mode 0755): chmod 700 {}", trust.path().join("private").display());
        assert_eq!(store.warnings()[0].reason, said);
    }

    #[test]
    fn a_file_with_another_key_than_its_name_says_is_not_used() {
        let (_trust, store) = copy_of("peers/docker");
        let keys = store.list().unwrap();
        fs::copy(&keys[0].path, &keys[1].path).unwrap();
        let error = store.unlock(keys[1].id, &passphrase()).err().unwrap();
        assert!(matches!(&error, KeyStoreError::WrongKey { found, .. } if *found == keys[0].id), "{error}");
    }

    #[test]
    fn a_key_of_what_can_be_no_repository_is_listed_and_opened_as_it_is() {
        let trust = tempfile::tempdir().unwrap();
        let store = KeyFolder::new(trust.path());
        let (key, gun) = (PrivateKey::generate_p256().unwrap(), Gun::parse(GUN).unwrap());
        let info = store.add(&key, &KeyName::of("targets"), Some(&gun), &passphrase()).unwrap();
        let text = fs::read_to_string(&info.path).unwrap().replace(GUN, "../elsewhere");
        fs::write(&info.path, &text).unwrap();
        let listed = store.list().unwrap().remove(0);
        assert_eq!(listed.gun.as_ref().map(GunHeader::as_str), Some("../elsewhere"));
        assert!(!listed.is_of(&gun) && store.warnings().is_empty());
        store.open(info.id, &passphrase()).unwrap();
        // no program would find it again under that name
        let error = store.replace(&listed, &key, &passphrase()).unwrap_err().to_string();
        assert!(error.contains("invalid repository name \"../elsewhere\""), "{error}");
        assert_eq!(fs::read_to_string(&info.path).unwrap(), text);
    }

    #[test]
    fn a_store_that_cannot_be_written_is_a_clean_error() {
        let trust = tempfile::tempdir().unwrap();
        let key = PrivateKey::generate_p256().unwrap();
        fs::write(trust.path().join("private"), "a file").unwrap();
        let fails = |store: &KeyFolder| store.add(&key, &KeyName::of("jeff"), None, &passphrase()).err().unwrap().to_string();
        let store = KeyFolder::new(trust.path());
        assert!(store.list().is_err());
        assert!(fails(&store).starts_with(&format!("create {}", trust.path().join("private").display())));
        let store = KeyFolder::new(&trust.path().join("private"));
        assert!(store.list().is_err());
        fails(&store);
        fails(&KeyFolder::new(Path::new("/proc/self")));
        assert_eq!(fs::read_dir(trust.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_as_a_header_leaves_nothing_behind() {
        let trust = tempfile::tempdir().unwrap();
        let store = KeyFolder::new(trust.path());
        let key = PrivateKey::generate_p256().unwrap();
        assert!(store.add(&key, &KeyName::of("jeff\ngun: x"), None, &passphrase()).is_err());
        assert_eq!(fs::read_dir(trust.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_is_not_written_through_a_symlink() {
        let trust = tempfile::tempdir().unwrap();
        let store = KeyFolder::new(trust.path());
        let key = PrivateKey::generate_p256().unwrap();
        let info = store.add(&key, &KeyName::of("jeff"), None, &passphrase()).unwrap();
        let elsewhere = trust.path().join("elsewhere");
        fs::write(&elsewhere, "untouched").unwrap();
        fs::remove_file(&info.path).unwrap();
        symlink(&elsewhere, &info.path).unwrap();
        store.add(&key, &KeyName::of("jeff"), None, &passphrase()).unwrap();
        assert_eq!(fs::read_to_string(elsewhere).unwrap(), "untouched");
        assert!(fs::symlink_metadata(&info.path).unwrap().is_file());
    }

    #[test]
    fn many_writers_leave_whole_files_and_no_litter() {
        let trust = tempfile::tempdir().unwrap();
        let keys: Vec<_> = (0..4).map(|_| PrivateKey::generate_p256().unwrap()).collect();
        std::thread::scope(|scope| {
            for key in keys.iter().chain(&keys) {
                scope.spawn(|| KeyFolder::new(trust.path()).add(key, &KeyName::of("jeff"), None, &passphrase()).unwrap());
            }
        });
        let store = KeyFolder::new(trust.path());
        let infos = store.list().unwrap();
        assert_eq!((infos.len(), fs::read_dir(trust.path().join("private")).unwrap().count()), (4, 4));
        for info in infos {
            store.unlock(info.id, &passphrase()).unwrap();
        }
    }
}
