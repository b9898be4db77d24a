//! A key that worked before works after, with the old passphrase or the new one, whatever fails while it is replaced.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr, reason = "helpers of tests")]

use std::{
    fs,
    io::Write as _,
    os::unix::{fs::PermissionsExt as _, process::ExitStatusExt as _},
    path::Path,
    process::Command,
};

use client::ports::{KeyFiles as _, Keys as _};
use host::keyfiles::key_folder::KeyFolder;
use trust::model::key_name::KeyName;

#[path = "support/one_key.rs"]
#[allow(unreachable_pub, reason = "shared with the binary's tests")]
mod one_key;

use one_key::{can_inject, files, opens_with_the_old, passphrase, stored};

/// Where the child finds the trust folder.
const TRUST: &str = "DCT_TEST_TRUST";

/// Not a test of its own: stores the key of the trust folder anew, under the passphrase `new`.
#[test]
fn child() {
    let Some(trust) = std::env::var_os(TRUST) else { return };
    let store = KeyFolder::new(Path::new(&trust));
    let id = store.list().unwrap()[0].id;
    let key = store.unlock(id, &passphrase("old")).unwrap();
    store.add(&key, &KeyName::of("jeff"), None, &passphrase("new")).unwrap();
}

/// Runs the child with a fault in a system call.
fn child_with_fault(trust: &Path, fault: &str) -> std::process::Output {
    let program = std::env::current_exe().unwrap();
    let log = trust.join("strace.log");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o"]).arg(log).args(["-e", fault]).arg(program).args(["--exact", "child", "--test-threads=1"]);
    command.env(TRUST, trust).output().unwrap()
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
        let store = KeyFolder::new(trust.path());
        let private = store.unlock(key.id, &passphrase("old")).unwrap();
        let error = store.add(&private, &KeyName::of("jeff"), None, &passphrase("new")).err().unwrap().to_string();
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
