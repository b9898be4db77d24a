//! A key that worked before works after, with the old passphrase or the new one, whatever fails while it is replaced.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr, reason = "helpers of tests")]

use std::{
    fs,
    io::Write as _,
    os::unix::{fs::PermissionsExt as _, process::ExitStatusExt as _},
    path::{Path, PathBuf},
    process::Command,
};

use client::ports::{KeyInfo, KeyStore};
use host::keyfiles::key_files::KeyFiles;
use trust::crypto::{private_key::PrivateKey, secret::Passphrase};

/// Where the child finds the trust folder.
const TRUST: &str = "DCT_TEST_TRUST";

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

fn stored(trust: &Path) -> KeyInfo {
    KeyFiles::new(trust).add(&PrivateKey::generate_p256().unwrap(), "jeff", None, &passphrase("old")).unwrap()
}

/// Whether the key opens with the old passphrase, and else with the new one.
fn opens_with_the_old(trust: &Path, key: &KeyInfo) -> bool {
    let store = KeyFiles::new(trust);
    let old = store.unlock(key.id, &passphrase("old")).is_ok();
    assert!(old || store.unlock(key.id, &passphrase("new")).is_ok(), "the key is lost");
    old
}

fn files(trust: &Path) -> Vec<PathBuf> {
    fs::read_dir(trust.join("private")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// Not a test of its own: stores the key of the trust folder anew, under the passphrase `new`.
#[test]
fn child() {
    let Some(trust) = std::env::var_os(TRUST) else { return };
    let store = KeyFiles::new(Path::new(&trust));
    let id = store.list().unwrap()[0].id;
    let key = store.unlock(id, &passphrase("old")).unwrap();
    store.add(&key, "jeff", None, &passphrase("new")).unwrap();
}

/// Runs the child with a fault in a system call.
fn child_with_fault(trust: &Path, fault: &str) -> std::process::Output {
    let program = std::env::current_exe().unwrap();
    let log = trust.join("strace.log");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o"]).arg(log).args(["-e", fault]).arg(program).args(["--exact", "child", "--test-threads=1"]);
    command.env(TRUST, trust).output().unwrap()
}

/// Whether system calls can be made to fail here; says so aloud where not, and fails where `CI` is set.
fn can_inject() -> bool {
    let possible =
        Command::new("strace").args(["-qq", "-e", "inject=fsync:error=EIO", "true"]).output().is_ok_and(|o| o.status.success());
    assert!(possible || std::env::var_os("CI").is_none(), "strace cannot be used");
    if !possible {
        eprintln!("SKIPPED: strace cannot be used");
    }
    possible
}

#[test]
fn killed_at_any_step_the_key_is_there() {
    if !can_inject() {
        return;
    }
    for step in 1..200 {
        let trust = tempfile::tempdir().unwrap();
        let key = stored(trust.path());
        let calls = "write,fsync,fchmod,rename,renameat,renameat2,linkat,unlink,unlinkat";
        let output = child_with_fault(trust.path(), &format!("inject={calls}:signal=KILL:when={step}"));
        let old = opens_with_the_old(trust.path(), &key);
        if output.status.success() {
            assert!(!old && step > 4, "the steps were not reached");
            return;
        }
        assert_eq!(output.status.signal().or(output.status.code().map(|code| code - 128)), Some(9), "{output:?}");
    }
    panic!("the child never came to its end");
}

#[test]
fn where_a_step_fails_the_old_key_stays_and_nothing_is_left_behind() {
    if !can_inject() {
        return;
    }
    for fault in
        ["fsync:error=EIO:when=1", "fchmod:error=EPERM", "rename,renameat,renameat2:error=EIO", "fsync:error=ENOSPC:when=1"]
    {
        let trust = tempfile::tempdir().unwrap();
        let key = stored(trust.path());
        let output = child_with_fault(trust.path(), &format!("inject={fault}"));
        assert!(!output.status.success(), "{fault}");
        assert!(opens_with_the_old(trust.path(), &key), "{fault}");
        assert_eq!(files(trust.path()), [key.path], "{fault}");
    }
}

#[test]
fn on_a_full_disk_the_old_key_stays_and_nothing_is_left_behind() {
    let trust = tempfile::tempdir().unwrap();
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(trust.path()).output();
    if !mount.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: no file system can be mounted here");
        return;
    }
    let verdict = std::panic::catch_unwind(|| {
        let key = stored(trust.path());
        let mut filler = fs::File::create(trust.path().join("filler")).unwrap();
        while filler.write_all(&[0; 4096]).is_ok() {}
        let store = KeyFiles::new(trust.path());
        let private = store.unlock(key.id, &passphrase("old")).unwrap();
        let error = store.add(&private, "jeff", None, &passphrase("new")).err().unwrap().to_string();
        assert!(error.contains("No space left on device"), "{error}");
        assert!(opens_with_the_old(trust.path(), &key));
        assert_eq!(files(trust.path()), [key.path]);
    });
    assert!(Command::new("umount").arg(trust.path()).status().unwrap().success());
    verdict.unwrap();
}

#[test]
fn modes_are_the_owner_s_alone_whatever_the_umask() {
    let trust = tempfile::tempdir().unwrap();
    let before = rustix::process::umask(rustix::fs::Mode::empty());
    let key = stored(&trust.path().join("trust"));
    rustix::process::umask(before);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&key.path), mode(key.path.parent().unwrap()), mode(&trust.path().join("trust"))), (0o600, 0o700, 0o700));
}

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
        let store = KeyFiles::new(&home.join(".docker/trust"));
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
