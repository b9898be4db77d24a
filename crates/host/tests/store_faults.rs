//! The trust store under faults: killed at every call that changes something, and refused by the disk at every one.
//!
//! The work is done by this test binary itself, run again under `strace` with the ignored test `child` and told by the environment what to do.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout, reason = "helpers of tests")]

use std::{
    collections::BTreeMap,
    env, fs,
    os::unix::{fs::PermissionsExt, process::ExitStatusExt},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use client::ports::{Bytes, Stored, TrustSet, TrustStore};
use host::store::TrustFolder;
use trust::{
    model::{digest::Sha256, gun::Gun, role::RoleName, version::Version},
    verify::floor::{Floor, Seen},
};

/// The calls that change something on disk.
const MUTATING: &[&str] =
    &["openat", "mkdir", "fchmod", "chmod", "write", "fsync", "fdatasync", "rename", "unlink", "unlinkat", "rmdir", "ftruncate"];

/// More calls of one kind than a commit makes; each loop ends long before, at the first run that the fault does not reach.
const MANY: usize = 500;

const OLD: &[&str] = &["root", "targets", "snapshot", "timestamp", "targets/releases", "targets/gone"];
const NEW: &[&str] = &["root", "targets", "snapshot", "timestamp", "targets/releases", "targets/jeff"];

const ACTION: &str = "DCT_TEST_STORE_ACTION";
const FOLDER: &str = "DCT_TEST_STORE_FOLDER";

#[test]
fn killed_at_every_step_of_a_commit_the_set_is_the_old_or_the_new() {
    if !strace_works() {
        return;
    }
    let mut killed = 0;
    for call in MUTATING {
        for n in 1..MANY {
            let home = home_with_the_old_set();
            let output = run_child(home.path(), "commit", Some(&format!("{call}:signal=KILL:when={n}")));
            let survived = output.status.success();
            assert!(survived || output.status.signal() == Some(9) || output.status.code() == Some(137), "{output:?}");
            check_old_or_new(home.path(), survived, &format!("killed at {call} {n}"));
            if survived {
                break;
            }
            killed += 1;
        }
    }
    println!("killed {killed} times");
    assert!(killed > 30, "only {killed}: the faults do not reach the commit");
}

#[test]
fn killed_at_every_step_of_the_first_commit_there_is_nothing_or_all() {
    if !strace_works() {
        return;
    }
    for call in ["mkdir", "fsync", "rename", "unlink"] {
        for n in 1..MANY {
            let home = tempfile::tempdir().unwrap();
            let survived = run_child(home.path(), "commit", Some(&format!("{call}:signal=KILL:when={n}"))).status.success();
            let stored = load(home.path());
            let is_nothing = stored.files.is_empty() && stored.floor.is_empty();
            assert!(is_nothing && !survived || is_set(&stored, &new_set()), "killed at {call} {n}: {stored:?}");
            if survived {
                break;
            }
        }
    }
}

#[test]
fn refused_by_the_disk_at_every_step_a_commit_says_so_and_the_set_is_whole() {
    if !strace_works() {
        return;
    }
    let mut refused = 0;
    for (call, error) in MUTATING.iter().flat_map(|call| [(call, "ENOSPC"), (call, "EIO")]) {
        let mut unnoticed = 0;
        for n in 1..MANY {
            let home = home_with_the_old_set();
            let output = run_child(home.path(), "commit", Some(&format!("{call}:error={error}:when={n}")));
            let text = [output.stdout, output.stderr].concat();
            let text = String::from_utf8_lossy(&text);
            assert!(output.status.signal().is_none(), "{text}");
            // the process could not even begin: its own libraries did not open
            let began = text.contains("began");
            let (done, failed) = (text.contains("result: ok"), text.contains("result: error"));
            check_old_or_new(home.path(), done, &format!("{error} at {call} {n}"));
            if failed {
                refused += 1;
                assert!(text.contains(home.path().to_str().unwrap()), "the error names the file: {text}");
            }
            // A call of the test's own, or the removal of litter, may fail without harm.
            unnoticed = if began && done { unnoticed + 1 } else { 0 };
            if unnoticed > 12 {
                break;
            }
        }
    }
    println!("refused {refused} times");
    assert!(refused > 30, "only {refused}: the faults do not reach the commit");
}

#[test]
fn killed_at_every_step_of_forgetting_what_is_left_is_no_first_use() {
    if !strace_works() {
        return;
    }
    for call in ["unlink", "rmdir", "unlinkat"] {
        for n in 1..MANY {
            let home = home_with_the_old_set();
            let survived = run_child(home.path(), "forget", Some(&format!("{call}:signal=KILL:when={n}"))).status.success();
            let stored = load(home.path());
            assert!(stored.files.is_empty() || stored.floor == old_set().floor, "killed at {call} {n}: {stored:?}");
            if survived {
                assert!(stored.files.is_empty() && stored.floor.is_empty());
                break;
            }
            assert!(run_child(home.path(), "forget", None).status.success());
            let stored = load(home.path());
            assert!(stored.files.is_empty() && stored.floor.is_empty(), "forgotten at last");
        }
    }
}

#[test]
fn processes_that_commit_and_load_at_once_see_whole_sets() {
    let home = tempfile::tempdir().unwrap();
    let mut children: Vec<_> = ["storm-odd", "storm-even", "watch", "watch"]
        .into_iter()
        .map(|action| child_command(home.path(), action, None).spawn().unwrap())
        .collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    assert!(is_set(&load(home.path()), &set(60, NEW)));
}

#[test]
fn everything_is_for_its_owner_alone_whatever_the_umask() {
    fn check(path: &Path) {
        let mode = fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                check(&entry.unwrap().path());
            }
        }
    }
    for umask in ["000", "022", "277"] {
        let home = tempfile::tempdir().unwrap();
        let output = Command::new("sh")
            .args(["-c", &format!("umask {umask}; exec \"$0\" --exact child --ignored --nocapture")])
            .arg(env::current_exe().unwrap())
            .env(ACTION, "commit")
            .env(FOLDER, home.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        check(&home.path().join("tuf"));
    }
}

/// What a child process does.
#[test]
#[ignore = "run by the other tests, in a process of its own"]
fn child() {
    let (Ok(action), Some(folder)) = (env::var(ACTION), env::var_os(FOLDER)) else { return };
    let store = TrustFolder::new(PathBuf::from(folder));
    println!("began");
    let result = match action.as_str() {
        "commit" => store.commit(&gun(), &new_set()).map(drop),
        "forget" => store.forget(&gun()),
        "storm-odd" | "storm-even" => {
            let odd = action.ends_with("odd");
            (1..=60).filter(|v| (v % 2 == 1) == odd).try_for_each(|v| store.commit(&gun(), &set(v, NEW)).map(drop))
        }
        "watch" => watch(&store),
        other => panic!("no such action: {other}"),
    };
    match &result {
        Ok(()) => println!("result: ok"),
        Err(e) => println!("result: error: {e}"),
    }
    assert!(result.is_ok());
}

fn watch(store: &TrustFolder) -> Result<(), client::ports::StoreError> {
    let mut last = 0;
    while last < 60 {
        let stored = store.load(&gun())?;
        let Some(seen) = stored.floor.of(&RoleName::timestamp()) else {
            assert!(stored.files.is_empty());
            continue;
        };
        let version = seen.version.get();
        assert!(version >= last, "the floor went from {last} to {version}");
        assert!(is_set(&stored, &set(version, NEW)), "a mixed set: {stored:?}");
        last = version;
    }
    Ok(())
}

fn child_command(folder: &Path, action: &str, fault: Option<&str>) -> Command {
    let exe = env::current_exe().unwrap();
    let mut command = match fault {
        Some(fault) => {
            let mut command = Command::new("strace");
            command.args(["-f", "-o", "/dev/null", "-e", &format!("inject={fault}"), "--"]).arg(exe);
            command
        }
        None => Command::new(exe),
    };
    command.args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env(ACTION, action).env(FOLDER, folder).env_remove("RUST_BACKTRACE");
    command
}

fn run_child(folder: &Path, action: &str, fault: Option<&str>) -> Output {
    child_command(folder, action, fault).output().unwrap()
}

/// Whether faults can be injected here. In CI they must be.
fn strace_works() -> bool {
    let works = Command::new("strace").args(["-o", "/dev/null", "true"]).output().is_ok_and(|output| output.status.success());
    assert!(works || env::var_os("CI").is_none(), "strace does not work, and CI wants these tests");
    if !works {
        println!("SKIPPED: strace is absent, or tracing is not permitted");
    }
    works
}

fn home_with_the_old_set() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    TrustFolder::new(home.path().to_owned()).commit(&gun(), &old_set()).unwrap();
    home
}

fn check_old_or_new(folder: &Path, must_be_new: bool, what: &str) {
    let stored = load(folder);
    let (is_old, is_new) = (is_set(&stored, &old_set()), is_set(&stored, &new_set()));
    assert!(is_new || is_old && !must_be_new, "{what}: {stored:?}");
    let gone = RoleName::parse("targets/gone").unwrap();
    assert_eq!(stored.floor.of(&gone), old_set().floor.of(&gone), "{what}: the floor of a delegation that is no more");
    // the next commit works, and leaves nothing behind
    TrustFolder::new(folder.to_owned()).commit(&gun(), &set(9, NEW)).unwrap();
    assert!(is_set(&load(folder), &set(9, NEW)), "{what}, and then another commit");
    let left: Vec<_> = fs::read_dir(folder.join("tuf/host/x/.dct")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| ["floor.json", "lock"].contains(&name.to_str().unwrap())), "{what}: {left:?}");
}

fn load(folder: &Path) -> Stored {
    TrustFolder::new(folder.to_owned()).load(&gun()).unwrap()
}

/// Whether it is this set; what the floor had of delegations stays on it.
fn is_set(stored: &Stored, set: &TrustSet) -> bool {
    let mut kept = set.floor.clone();
    kept.keep_delegations_of(&old_set().floor);
    stored.files == set.files && (stored.floor == set.floor || stored.floor == kept)
}

fn old_set() -> TrustSet {
    set(1, OLD)
}

fn new_set() -> TrustSet {
    set(2, NEW)
}

fn set(version: u64, roles: &[&str]) -> TrustSet {
    let role = |name: &str| RoleName::parse(name).unwrap();
    let text = |name: &str| format!("{name} {version}").into_bytes();
    let seen = |name: &str| vec![Seen { version: Version::new(version).unwrap(), sha256: Sha256::of(&text(name)), keys: None }];
    TrustSet {
        files: roles.iter().map(|name| (role(name), Bytes::from(text(name)))).collect::<BTreeMap<_, _>>(),
        floor: Floor::new(roles.iter().map(|name| (role(name), seen(name))).collect(), [].into()),
    }
}

fn gun() -> Gun {
    Gun::parse("host/x").unwrap()
}
