//! The key store and the real `notary`: each uses what the other wrote.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr, reason = "helpers of tests")]

use std::{
    path::Path,
    process::{Command, Output},
};

use client::ports::KeyStore;
use host::keyfiles::key_files::KeyFiles;
use trust::{
    crypto::{pem, private_key::PrivateKey, secret::Passphrase},
    model::gun::Gun,
};

const PASSPHRASE: &str = "testdata-passphrase";

/// Says aloud that a peer is absent; where `CI` is set that is a failure.
fn is_installed(program: &str) -> bool {
    let installed = Command::new(program).arg("version").output().is_ok();
    assert!(installed || std::env::var_os("CI").is_none(), "{program} is not installed");
    if !installed {
        eprintln!("SKIPPED: {program} is not installed");
    }
    installed
}

fn notary(trust: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("notary");
    command.env("HOME", trust).arg("-d").arg(trust).args(arguments);
    for role in ["ROOT", "TARGETS", "SNAPSHOT", "DELEGATION"] {
        command.env(format!("NOTARY_{role}_PASSPHRASE"), PASSPHRASE);
    }
    command.output().unwrap()
}

fn passphrase() -> Passphrase {
    Passphrase::new(PASSPHRASE.to_owned())
}

fn key(name: &str) -> PrivateKey {
    let text = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/keys").join(name)).unwrap();
    PrivateKey::from_pem_block(&pem::first_block(&text).unwrap(), None).unwrap()
}

#[test]
fn notary_lists_and_opens_what_we_store_and_we_open_what_it_stores_again() {
    if !is_installed("notary") {
        return;
    }
    let trust = tempfile::tempdir().unwrap();
    let store = KeyFiles::new(trust.path());
    let gun = Gun::parse("dtr.example.com/prod/nginx").unwrap();
    let keys = [
        ("root", PrivateKey::generate_p256().unwrap()),
        ("targets", key("openssl/p384-sec1.pem")),
        ("snapshot", key("openssl/p521-sec1.pem")),
        ("jeff", key("openssl/rsa2048-pkcs1.pem")),
    ];
    for (role, key) in keys {
        let info = store.add(&key, role, Some(&gun), &passphrase()).unwrap();
        let list = String::from_utf8(notary(trust.path(), &["key", "list"]).stdout).unwrap();
        let line = list.lines().find(|line| line.contains(&info.id.to_string())).unwrap_or_else(|| panic!("{role}: {list}"));
        assert!(line.starts_with(role), "{line}");
        assert_eq!(line.contains("prod/nginx"), matches!(role, "targets" | "snapshot"), "{line}");

        let before = std::fs::read(&info.path).unwrap();
        let changed = notary(trust.path(), &["key", "passwd", &info.id.to_string()]);
        assert!(changed.status.success(), "{role}: {changed:?}");
        assert_ne!(std::fs::read(&info.path).unwrap(), before);
        assert_eq!(store.find(info.id).unwrap(), Some(info.clone()));
        assert_eq!(store.unlock(info.id, &passphrase()).unwrap().public_bytes(), key.public_bytes());
    }
    assert_eq!(store.warnings(), []);
}

#[test]
fn ed25519_keys_go_both_ways_too() {
    if !is_installed("notary") {
        return;
    }
    let trust = tempfile::tempdir().unwrap();
    let store = KeyFiles::new(trust.path());
    let info = store.add(&key("openssl/ed25519-pkcs8.pem"), "jeff", None, &passphrase()).unwrap();
    let changed = notary(trust.path(), &["key", "passwd", &info.id.to_string()]);
    assert!(changed.status.success(), "{changed:?}");
    store.unlock(info.id, &passphrase()).unwrap();
}

#[test]
fn keys_that_notary_makes_and_imports_are_ours_too() {
    if !is_installed("notary") {
        return;
    }
    let trust = tempfile::tempdir().unwrap();
    assert!(notary(trust.path(), &["key", "generate", "ecdsa"]).status.success());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/keys/openssl/rsa2048-pkcs8.pem");
    assert!(notary(trust.path(), &["key", "import", "-r", "jeff", file.to_str().unwrap()]).status.success());
    let store = KeyFiles::new(trust.path());
    let mut roles: Vec<String> = store.list().unwrap().into_iter().map(|info| info.role).collect();
    roles.sort();
    assert_eq!(roles, ["jeff", "root"]);
    for info in store.list().unwrap() {
        let key = store.unlock(info.id, &passphrase()).unwrap();
        key.verifying_key().verify(key.scheme(), b"m", &key.sign(b"m").unwrap()).unwrap();
    }
}

/// The program on a Docker folder.
fn dct(docker: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dct"));
    command.env_clear().env("HOME", docker).env("DOCKER_CONFIG", docker).env("DCT_PASSPHRASE", PASSPHRASE).args(arguments);
    command.env("DCT_PASSPHRASE_ROOT", PASSPHRASE).stdin(std::process::Stdio::null()).output().unwrap()
}

#[test]
fn what_we_export_notary_imports_and_lists_and_we_load_again() {
    if !is_installed("notary") {
        return;
    }
    let (docker, elsewhere, third) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = KeyFiles::new(&docker.path().join("trust"));
    let gun = Gun::parse("dtr.example.com/prod/nginx").unwrap();
    for (role, key) in [
        ("root", PrivateKey::generate_p256().unwrap()),
        ("targets", key("openssl/p384-sec1.pem")),
        ("jeff", key("openssl/rsa2048-pkcs1.pem")),
    ] {
        let info = store.add(&key, role, Some(&gun), &passphrase()).unwrap();
        let id = info.id.to_string();
        let file = docker.path().join(format!("{role}.pem"));
        let path = file.to_str().unwrap();
        let exported = dct(docker.path(), &["key", "export", "--output", path, &id]);
        assert!(exported.status.success(), "{exported:?}");

        let imported = notary(elsewhere.path(), &["key", "import", path]);
        assert!(imported.status.success() && imported.stderr.is_empty(), "{role}: {imported:?}");
        let list = String::from_utf8(notary(elsewhere.path(), &["key", "list"]).stdout).unwrap();
        let line = list.lines().find(|line| line.contains(&id)).unwrap_or_else(|| panic!("{role}: {list}"));
        assert!(line.starts_with(role) && line.contains("prod/nginx") == (role == "targets"), "{line}");
        let there = KeyFiles::new(elsewhere.path()).unlock(info.id, &passphrase()).unwrap();
        assert_eq!(there.public_bytes(), key.public_bytes());

        // as notary itself exports it, byte for byte
        let again = elsewhere.path().join(format!("{role}.pem"));
        assert!(notary(elsewhere.path(), &["key", "export", "--key", &id, "-o", again.to_str().unwrap()]).status.success());
        assert_eq!(std::fs::read_to_string(&again).unwrap(), std::fs::read_to_string(&file).unwrap(), "{role}");

        let loaded = dct(third.path(), &["key", "load", "--name", role, path]);
        assert!(loaded.status.success(), "{loaded:?}");
        let found = KeyFiles::new(&third.path().join("trust")).find(info.id).unwrap().unwrap();
        assert_eq!((found.role.as_str(), &found.gun), (role, &info.gun));
    }
}

#[test]
fn the_public_half_is_the_one_that_openssl_derives_and_its_fingerprint_too() {
    let docker = tempfile::tempdir().unwrap();
    let store = KeyFiles::new(&docker.path().join("trust"));
    for (number, name) in ["p256", "p521", "rsa2048", "ed25519"].into_iter().enumerate() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/keys/openssl");
        let private = key(&format!("openssl/{name}-pkcs8.pem"));
        let signer = format!("signer{number}");
        store.add(&private, &signer, None, &passphrase()).unwrap();
        let exported = dct(docker.path(), &["key", "export", "--public", &signer]);
        let public = std::fs::read(data.join(format!("{name}.pub"))).unwrap();
        let (ours, openssl_s) = (pem::first_block(&exported.stdout).unwrap(), pem::first_block(&public).unwrap());
        assert_eq!(ours.header("role"), Some(signer.as_str()));
        assert_eq!(*ours.content, *openssl_s.content, "{name}");
        let shown = String::from_utf8(dct(docker.path(), &["key", "show", &signer]).stdout).unwrap();
        let fingerprint = trust::model::digest::Sha256::of(&openssl_s.content);
        assert!(shown.contains(&format!("Fingerprint:  sha256:{fingerprint}\n")), "{shown}");
    }
}
