//! Key files that the program writes and reads, beside the real `notary` and `openssl`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr, reason = "helpers of tests")]

use std::{
    path::Path,
    process::{Command, Output},
};

use client::ports::{KeyFiles as _, Keys as _};
use host::keyfiles::key_folder::KeyFolder;
use trust::{
    crypto::{pem, private_key::PrivateKey, signing_key::SigningKey as _},
    model::{gun::Gun, key_name::KeyName},
};

#[path = "../crates/host/tests/support/notary.rs"]
#[allow(unreachable_pub, reason = "shared with the tests of the key store")]
mod notary;

use notary::{PASSPHRASE, is_installed, key, notary, passphrase};

/// The top of the repository.
const TOP: &str = env!("CARGO_MANIFEST_DIR");

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
    let store = KeyFolder::new(&docker.path().join("trust"));
    let gun = Gun::parse("dtr.example.com/prod/nginx").unwrap();
    for (role, key) in [
        ("root", PrivateKey::generate_p256().unwrap()),
        ("targets", key(TOP, "openssl/p384-sec1.pem")),
        ("jeff", key(TOP, "openssl/rsa2048-pkcs1.pem")),
    ] {
        let info = store.add(&key, &KeyName::of(role), Some(&gun), &passphrase()).unwrap();
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
        let there = KeyFolder::new(elsewhere.path()).unlock(info.id, &passphrase()).unwrap();
        assert_eq!(there.verifying_key().public_bytes(), key.verifying_key().public_bytes());

        // as notary itself exports it, byte for byte
        let again = elsewhere.path().join(format!("{role}.pem"));
        assert!(notary(elsewhere.path(), &["key", "export", "--key", &id, "-o", again.to_str().unwrap()]).status.success());
        assert_eq!(std::fs::read_to_string(&again).unwrap(), std::fs::read_to_string(&file).unwrap(), "{role}");

        let loaded = dct(third.path(), &["key", "load", "--name", role, path]);
        assert!(loaded.status.success(), "{loaded:?}");
        let found = KeyFolder::new(&third.path().join("trust")).find(info.id).unwrap().unwrap();
        assert_eq!((found.name.as_str(), &found.gun), (role, &info.gun));
    }
}

#[test]
fn the_public_half_is_the_one_that_openssl_derives_and_its_fingerprint_too() {
    let docker = tempfile::tempdir().unwrap();
    let store = KeyFolder::new(&docker.path().join("trust"));
    for (number, name) in ["p256", "p521", "rsa2048", "ed25519"].into_iter().enumerate() {
        let data = Path::new(TOP).join("testdata/keys/openssl");
        let private = key(TOP, &format!("openssl/{name}-pkcs8.pem"));
        let signer = format!("signer{number}");
        store.add(&private, &KeyName::of(&signer), None, &passphrase()).unwrap();
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
