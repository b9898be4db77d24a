//! Files of this machine that a peer, a crash or another program may have left in any state.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use client::ports::{Commit, KeyFiles as _, Keys as _, TrustSet, TrustStore as _};
use host::{
    docker::{credentials::DockerCredentials, engine_address::EngineNames},
    http::{
        credential::{Credential, Credentials as _},
        pem_files,
    },
    keyfiles::key_folder::KeyFolder,
    passphrases,
    store::TrustFolder,
};
use tempfile::TempDir;
use trust::{
    crypto::{pem, secret::Passphrase},
    model::{gun::Gun, role::RoleName},
    verify::{bootstrap::RootWalk, pinning::TrustPinning},
};

use crate::{forge::forge, keys::is_cheap};

/// A trust folder, with the files of one repository in it.
struct Home {
    folder: TempDir,
    store: TrustFolder,
    gun: Gun,
}

impl Home {
    fn with(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (gun, store) = (forge().gun.clone(), TrustFolder::new(folder.path().join("trust")));
        let home = Self { folder, store, gun };
        for (name, bytes) in files {
            write(&home.repository().join(name), bytes);
        }
        write(&home.folder.path().join("trust/tuf/other"), b"untouched");
        home
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("trust/tuf").join(self.gun.as_str())
    }

    /// That nothing beside the repository was touched.
    fn check(&self) {
        let names = |folder: PathBuf| {
            let names =
                fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
            let mut names: Vec<String> = names.collect();
            names.sort();
            names
        };
        assert_eq!(names(self.folder.path().to_owned()), ["trust"]);
        assert_eq!(names(self.folder.path().join("trust/tuf")), ["dtr.example.com", "other"]);
        assert_eq!(fs::read(self.folder.path().join("trust/tuf/other")).expect("a file"), b"untouched");
    }
}

fn write(file: &Path, bytes: &[u8]) {
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    fs::write(file, bytes).expect("a file");
}

/// A floor is never lower when it was written anew, and no state comes of a root below it.
pub(crate) fn floor(bytes: &[u8]) {
    let home = Home::with(&[(".dct/floor.json", bytes)]);
    let Ok(stored) = home.store.load(&home.gun) else { return };
    if let Ok(walk) = RootWalk::resume(&home.gun, Arc::clone(&forge().root), stored.floor.clone()) {
        assert!(stored.floor.of(&RoleName::root()).is_none_or(|seen| seen.version <= walk.version()));
        let pins = TrustPinning::default();
        if let Ok(chain) = walk.settle(&pins, forge().now) {
            let _ = forge().repo(chain, &forge().delegating(), None);
        }
    }
    let set = TrustSet { files: stored.files.clone(), floor: stored.floor.clone() };
    assert_eq!(home.store.commit(&home.gun, &set).expect("a commit"), Commit::Stored);
    let again = home.store.load(&home.gun).expect("what was written is read").floor;
    assert_eq!((again.gone(), again.aside(), again.root()), (stored.floor.gone(), stored.floor.aside(), stored.floor.root()));
    for (role, seen) in stored.floor.iter() {
        let highest = |seen: &[trust::verify::floor::Seen]| seen.iter().map(|seen| seen.version).max();
        let now = again.iter().find(|(name, _)| *name == role).and_then(|(_, seen)| highest(seen));
        assert!(now >= highest(seen), "the floor of {role} went down");
    }
    home.check();
}

/// A commit that was cut off is completed in its own folder, or refused.
pub(crate) fn journal(bytes: &[u8]) {
    let targets = forge().delegating();
    let home = Home::with(&[
        (".dct/journal", bytes),
        (".dct/staged/0", &targets),
        (".dct/staged/1", &forge().root),
        ("metadata/targets.json", b"{}"),
    ]);
    let first = home.store.load(&home.gun);
    if let Ok(first) = first {
        let again = home.store.load(&home.gun).expect("it was settled");
        assert_eq!(again.files, first.files, "a commit is completed once");
        assert!(!home.repository().join(".dct/journal").exists());
    }
    home.check();
}

/// The record is the same when it is written anew.
pub(crate) fn sent(bytes: &[u8]) {
    let home = Home::with(&[(".dct/sent.json", bytes)]);
    let Ok(sent) = home.store.sent(&home.gun) else { return };
    home.store.keep_sent(&home.gun, &[], &sent).expect("a record is written");
    assert_eq!(home.store.sent(&home.gun).expect("what was written is read"), sent);
    let repo = forge().repo(forge().chain.clone(), &forge().delegating(), None).expect("a repository");
    let missing = sent.missing_in(&repo);
    assert_eq!(missing.missing_in(&repo), missing);
    home.check();
}

/// Completion offers tags and names of signers, and nothing else.
pub(crate) fn stored_targets(bytes: &[u8]) {
    let home = Home::with(&[("metadata/targets.json", bytes), ("metadata/targets/releases.json", bytes)]);
    let names = home.store.known_names(&home.gun);
    assert!(names.tags.iter().all(|tag| trust::model::tag::Tag::parse(tag).is_some()));
    assert!(names.signers.iter().all(|signer| RoleName::signer(signer).is_ok()));
    let _ = home.store.repositories();
    let stored = home.store.load(&home.gun).expect("it is kept as it is");
    assert!(stored.files.get(&RoleName::targets()).is_none_or(|file| **file == *bytes));
}

/// What is listed as a key can be had as it is stored.
pub(crate) fn stored_key(bytes: &[u8]) {
    let name = "7d346dedc7df079f09d5c65e60f403f9b029a34a99228b64ca0bae39d5d5c9ef";
    for place in
        [format!("{name}.key"), format!("root_keys/{name}_root.key"), format!("tuf_keys/dtr.example.com/a/{name}_targets.key")]
    {
        let folder = tempfile::tempdir().expect("a folder");
        write(&folder.path().join("private").join(place), bytes);
        let store = KeyFolder::new(folder.path());
        let keys = store.list().expect("a list");
        assert!(!keys.is_empty() || !store.warnings().is_empty(), "a file is a key, or there is a warning");
        for key in keys {
            assert!(store.find(key.id).is_ok_and(|found| found.is_some()));
            let _ = store.stored(key.id);
            if pem::blocks(bytes).iter().all(is_cheap) {
                let _ = store.unlock(key.id, &Passphrase::new("testdata-passphrase".to_owned()));
            }
        }
    }
}

/// No credential holds what would end a header's line.
pub(crate) fn docker_config(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join("config.json"), bytes);
    // no helper is found there, so none is run
    let nowhere = folder.path().join("nowhere").into_os_string();
    let credentials = DockerCredentials::new(folder.path().to_owned()).with_helpers(Duration::from_secs(5), Some(nowhere));
    for registry in ["docker.io", "dtr.example.com", "localhost:5000"] {
        let Ok(Some(found)) = credentials.for_registry(registry) else { continue };
        let ends = |text: &str| text.contains(['\r', '\n', '\0']);
        match &found.credential {
            Credential::Basic { user, password } => assert!(!ends(user) && !user.contains(':') && !ends(password.expose())),
            Credential::IdentityToken { token, .. } | Credential::RegistryToken(token) => assert!(!ends(token.expose())),
        }
        let _ = found.describe();
    }
}

/// The same bytes as a context's file, as Docker's settings that choose one, and as an address.
pub(crate) fn docker_context(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let id = trust::model::digest::Sha256::of(b"x").to_hex();
    write(&folder.path().join("contexts/meta").join(id).join("meta.json"), bytes);
    write(&folder.path().join("config.json"), bytes);
    let names =
        EngineNames { config_dir: folder.path().to_owned(), socket: folder.path().join("socket"), ..EngineNames::default() };
    let _ = names.find();
    let _ = EngineNames { context: Some("x".to_owned()), ..names.clone() }.find();
    let host = String::from_utf8_lossy(bytes).into_owned();
    for tls in [None, Some("1".to_owned())] {
        let _ = EngineNames { host: Some(host.clone()), tls, ..names.clone() }.find();
    }
}

/// Certificates and pairs are read, or refused in words.
pub(crate) fn tls_files(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file.pem");
    write(&file, bytes);
    if let Err(error) = pem_files::certificates(&file) {
        let _ = error.to_string();
    }
    if let Err(error) = pem_files::client_pair(&file, &file) {
        let _ = error.to_string();
    }
}

/// A passphrase is one line.
pub(crate) fn passphrase_file(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("passphrase");
    write(&file, bytes);
    if let Ok(opened) = passphrases::from_file(&file) {
        assert!(
            !opened.text.is_empty() && !opened.text.iter().any(|byte| b"\r\n".contains(byte)) && bytes.starts_with(&opened.text)
        );
    }
}
