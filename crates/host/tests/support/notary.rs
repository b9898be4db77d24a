//! The real `notary` on a trust folder, and keys that go between it and ours.

use std::{
    path::Path,
    process::{Command, Output},
};

use trust::crypto::{pem, private_key::PrivateKey, secret::Passphrase};

/// The passphrase of every key.
pub const PASSPHRASE: &str = "testdata-passphrase";

/// Says aloud that a peer is absent; where `CI` is set that is a failure.
pub fn is_installed(program: &str) -> bool {
    let installed = Command::new(program).arg("version").output().is_ok();
    assert!(installed || std::env::var_os("CI").is_none(), "{program} is not installed");
    if !installed {
        eprintln!("SKIPPED: {program} is not installed");
    }
    installed
}

/// Runs notary on a trust folder.
pub fn notary(trust: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("notary");
    command.env("HOME", trust).arg("-d").arg(trust).args(arguments);
    for role in ["ROOT", "TARGETS", "SNAPSHOT", "DELEGATION"] {
        command.env(format!("NOTARY_{role}_PASSPHRASE"), PASSPHRASE);
    }
    command.output().unwrap()
}

/// The passphrase of every key.
pub fn passphrase() -> Passphrase {
    Passphrase::new(PASSPHRASE.to_owned())
}

/// A key of the test data, of the repository whose top is `top`.
pub fn key(top: &str, name: &str) -> PrivateKey {
    let text = std::fs::read(Path::new(top).join("testdata/keys").join(name)).unwrap();
    PrivateKey::from_pem_block(&pem::first_block(&text).unwrap(), None).unwrap()
}
