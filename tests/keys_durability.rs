//! The verbs of keys are killed, or fail, at every step: a key that was there before is there after.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr, reason = "helpers of tests")]

use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, process::ExitStatusExt as _},
    path::Path,
    process::Command,
};

use client::ports::{KeyInfo, Keys as _};
use host::keyfiles::key_folder::KeyFolder;

#[path = "../crates/host/tests/support/one_key.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the tests of the key store")]
mod one_key;

use one_key::{can_inject, files, opens_with_the_old, stored};

/// The calls by which a program changes what is on a disk.
const CALLS: &str = "write,fsync,fchmod,rename,renameat,renameat2,linkat,unlink,unlinkat";

/// A home whose key store has a key of jeff's under the passphrase `old`, and a file with the passphrase `new`.
fn home() -> (tempfile::TempDir, KeyInfo) {
    let home = tempfile::tempdir().unwrap();
    let new = home.path().join("new");
    fs::write(&new, "new\n").unwrap();
    fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).unwrap();
    let key = stored(&home.path().join(".docker/trust"));
    (home, key)
}

/// Runs the program itself with a fault in a system call.
fn dct_with_fault(home: &Path, fault: &str, args: &[&str]) -> std::process::Output {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", fault, env!("CARGO_BIN_EXE_dct")]).args(args);
    command.env_clear().env("HOME", home).env("PATH", "/usr/bin:/bin").env("DCT_PASSPHRASE_JEFF", "old");
    command.current_dir(home).stdin(std::process::Stdio::null()).output().unwrap()
}

/// Kills the program at each call in turn until it comes to its end, and looks at what it left each time.
fn killed_at_each_step(args: &[&str], look: impl Fn(&Path, &KeyInfo, bool)) {
    if !can_inject() {
        return;
    }
    for step in 1..60 {
        let (home, key) = home();
        let output = dct_with_fault(home.path(), &format!("inject={CALLS}:signal=KILL:when={step}"), args);
        look(home.path(), &key, output.status.success());
        if output.status.success() {
            assert!(step > 2, "the steps were not reached");
            return;
        }
        assert_eq!(output.status.signal().or(output.status.code().map(|code| code - 128)), Some(9), "{output:?}");
    }
    panic!("the program never came to its end");
}

const PASSWD: [&str; 5] = ["key", "passwd", "--new-passphrase-file", "new", "jeff"];
const EXPORT: [&str; 5] = ["key", "export", "-o", "copy.pem", "jeff"];
const REMOVE: [&str; 4] = ["key", "remove", "-y", "jeff"];

#[test]
fn a_key_whose_passphrase_is_changed_survives_any_end() {
    killed_at_each_step(&PASSWD, |home, key, done| {
        let old = opens_with_the_old(&home.join(".docker/trust"), key);
        assert!(!done || !old, "it said that it was done");
    });
}

#[test]
fn an_exported_key_is_whole_or_not_there() {
    killed_at_each_step(&EXPORT, |home, key, done| {
        let copy = fs::read_to_string(home.join("copy.pem"));
        assert!(copy.is_ok() || !done, "it said that it was done");
        assert!(copy.is_err() || copy.is_ok_and(|copy| copy.ends_with("-----END ENCRYPTED PRIVATE KEY-----\n")));
        assert!(opens_with_the_old(&home.join(".docker/trust"), key));
    });
}

#[test]
fn a_removed_key_is_there_or_gone() {
    killed_at_each_step(&REMOVE, |home, key, done| {
        let store = KeyFolder::new(&home.join(".docker/trust"));
        if store.find(key.id).unwrap().is_some() {
            assert!(!done, "it said that it was done");
            assert!(opens_with_the_old(&home.join(".docker/trust"), key));
        }
    });
}

#[test]
fn a_verb_whose_disk_fails_says_so_and_leaves_what_was_there() {
    if !can_inject() {
        return;
    }
    let names = "rename,renameat,renameat2,link,linkat";
    for (args, fault) in [
        (&PASSWD[..], "fsync:error=EIO:when=1".to_owned()),
        (&PASSWD, format!("{names}:error=EIO")),
        (&EXPORT, "fsync:error=ENOSPC:when=1".to_owned()),
        (&EXPORT, format!("{names}:error=EIO")),
        (&REMOVE, "unlink,unlinkat:error=EACCES".to_owned()),
    ] {
        let (home, key) = home();
        let output = dct_with_fault(home.path(), &format!("inject={fault}"), args);
        assert_eq!(output.status.code(), Some(1), "{args:?} {fault}: {output:?}");
        let trust = home.path().join(".docker/trust");
        assert!(opens_with_the_old(&trust, &key), "{args:?} {fault}");
        assert_eq!(files(&trust), [key.path], "{args:?} {fault}");
        assert!(!home.path().join("copy.pem").exists(), "{args:?} {fault}");
        let left: Vec<_> = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{args:?} {fault}: {left:?}");
    }
}
