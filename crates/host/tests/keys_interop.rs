//! The key store and the real `notary`: each uses what the other wrote.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr, reason = "helpers of tests")]

use std::path::Path;

use client::ports::{KeyFiles as _, Keys as _};
use host::keyfiles::key_folder::KeyFolder;
use trust::{
    crypto::{
        private_key::PrivateKey,
        signing_key::{SigningKey as _, sign},
    },
    model::{gun::Gun, key_name::KeyName},
};

#[path = "support/notary.rs"]
#[allow(dead_code, unreachable_pub, reason = "the binary's tests use the rest")]
mod notary;

use notary::{is_installed, key, notary, passphrase};

/// The top of the repository.
const TOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

#[test]
fn notary_lists_and_opens_what_we_store_and_we_open_what_it_stores_again() {
    if !is_installed("notary") {
        return;
    }
    let trust = tempfile::tempdir().unwrap();
    let store = KeyFolder::new(trust.path());
    let gun = Gun::parse("dtr.example.com/prod/nginx").unwrap();
    let keys = [
        ("root", PrivateKey::generate_p256().unwrap()),
        ("targets", key(TOP, "openssl/p384-sec1.pem")),
        ("snapshot", key(TOP, "openssl/p521-sec1.pem")),
        ("jeff", key(TOP, "openssl/rsa2048-pkcs1.pem")),
    ];
    for (role, key) in keys {
        let info = store.add(&key, &KeyName::of(role), Some(&gun), &passphrase()).unwrap();
        let list = String::from_utf8(notary(trust.path(), &["key", "list"]).stdout).unwrap();
        let line = list.lines().find(|line| line.contains(&info.id.to_string())).unwrap_or_else(|| panic!("{role}: {list}"));
        assert!(line.starts_with(role), "{line}");
        assert_eq!(line.contains("prod/nginx"), matches!(role, "targets" | "snapshot"), "{line}");

        let before = std::fs::read(&info.path).unwrap();
        let changed = notary(trust.path(), &["key", "passwd", &info.id.to_string()]);
        assert!(changed.status.success(), "{role}: {changed:?}");
        assert_ne!(std::fs::read(&info.path).unwrap(), before);
        assert_eq!(store.find(info.id).unwrap(), Some(info.clone()));
        assert_eq!(
            store.unlock(info.id, &passphrase()).unwrap().verifying_key().public_bytes(),
            key.verifying_key().public_bytes()
        );
    }
    assert_eq!(store.warnings(), []);
}

#[test]
fn ed25519_keys_go_both_ways_too() {
    if !is_installed("notary") {
        return;
    }
    let trust = tempfile::tempdir().unwrap();
    let store = KeyFolder::new(trust.path());
    let info = store.add(&key(TOP, "openssl/ed25519-pkcs8.pem"), &KeyName::of("jeff"), None, &passphrase()).unwrap();
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
    let file = Path::new(TOP).join("testdata/keys/openssl/rsa2048-pkcs8.pem");
    assert!(notary(trust.path(), &["key", "import", "-r", "jeff", file.to_str().unwrap()]).status.success());
    let store = KeyFolder::new(trust.path());
    let mut roles: Vec<String> = store.list().unwrap().into_iter().map(|info| info.name.to_string()).collect();
    roles.sort();
    assert_eq!(roles, ["jeff", "root"]);
    for info in store.list().unwrap() {
        let key = store.unlock(info.id, &passphrase()).unwrap();
        sign(&key, key.verifying_key().kind().scheme(), b"m").unwrap();
    }
}
