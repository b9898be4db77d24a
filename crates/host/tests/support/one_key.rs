//! A trust folder with one key, whether that still opens, and whether system calls can be made to fail.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use client::ports::{KeyFiles as _, KeyInfo};
use host::keyfiles::key_folder::KeyFolder;
use trust::{
    crypto::{private_key::PrivateKey, secret::Passphrase},
    model::key_name::KeyName,
};

/// A passphrase of this text.
pub fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

/// Stores a key of jeff's under the passphrase `old`.
pub fn stored(trust: &Path) -> KeyInfo {
    KeyFolder::new(trust).add(&PrivateKey::generate_p256().unwrap(), &KeyName::of("jeff"), None, &passphrase("old")).unwrap()
}

/// Whether the key opens with the old passphrase, and else with the new one.
pub fn opens_with_the_old(trust: &Path, key: &KeyInfo) -> bool {
    let store = KeyFolder::new(trust);
    let old = store.unlock(key.id, &passphrase("old")).is_ok();
    assert!(old || store.unlock(key.id, &passphrase("new")).is_ok(), "the key is lost");
    old
}

/// What lies in the key store.
pub fn files(trust: &Path) -> Vec<PathBuf> {
    fs::read_dir(trust.join("private")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// Whether system calls can be made to fail here; says so aloud where not, and fails where `CI` is set.
pub fn can_inject() -> bool {
    let possible =
        Command::new("strace").args(["-qq", "-e", "inject=fsync:error=EIO", "true"]).output().is_ok_and(|o| o.status.success());
    assert!(possible || std::env::var_os("CI").is_none(), "strace cannot be used");
    if !possible {
        eprintln!("SKIPPED: strace cannot be used");
    }
    possible
}
