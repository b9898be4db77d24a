//! `make install` and `make uninstall`, with the binary that was built for the tests.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "the support files are shared")]

#[path = "support/peers/process.rs"]
mod process;
#[path = "support/peers/programs.rs"]
mod programs;

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Runs make as someone whose files are private by default.
fn make(goal: &str, dest: &Path) {
    let line = format!("umask 077; exec make --no-print-directory -C \"$0\" {goal} DESTDIR=\"$1\" PREFIX=/opt/dct BINARY=\"$2\"");
    let mut shell = Command::new("sh");
    let output = shell.args(["-c", &line, ROOT]).arg(dest).arg(env!("CARGO_BIN_EXE_dct")).env_remove("MAKEFLAGS").output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// All that is no folder below one, with its mode.
fn files(folder: &Path) -> BTreeMap<PathBuf, u32> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::symlink_metadata(&path).unwrap();
        if metadata.is_dir() {
            assert_eq!(metadata.permissions().mode() & 0o777, 0o755, "{}", path.display());
            found.extend(files(&path));
        } else {
            found.insert(path, metadata.permissions().mode() & 0o777);
        }
    }
    found
}

#[test]
fn every_file_finds_its_place_and_goes_again() {
    if !programs::installed(&["make"]) {
        return;
    }
    let dest = tempfile::tempdir().unwrap();
    let prefix = dest.path().join("opt/dct");
    make("install", dest.path());
    make("install", dest.path());

    let mut expected = BTreeMap::from([
        (prefix.join("bin/dct"), 0o755),
        (prefix.join("share/bash-completion/completions/dct"), 0o644),
        (prefix.join("share/zsh/site-functions/_dct"), 0o644),
        (prefix.join("share/fish/vendor_completions.d/dct.fish"), 0o644),
        (prefix.join("share/dct/dct.ps1"), 0o644),
    ]);
    let pages = fs::read_dir(Path::new(ROOT).join("man")).unwrap().map(|page| page.unwrap().file_name());
    expected.extend(pages.map(|page| (prefix.join("share/man/man1").join(page), 0o644)));
    let plugin = prefix.join("lib/docker/cli-plugins/docker-trust");
    let notary = prefix.join("bin/notary");
    expected.extend([(plugin.clone(), 0o777), (notary.clone(), 0o777)]);
    assert_eq!(files(dest.path()), expected);
    // as a package moves it, so the link names no folder of this machine
    assert_eq!(fs::read_link(&plugin).unwrap(), Path::new("../../../bin/dct"));
    let metadata = Command::new(&plugin).arg("docker-cli-plugin-metadata").output().unwrap();
    assert!(metadata.status.success() && metadata.stdout.starts_with(b"{\n     \"SchemaVersion\": \"0.1.0\""), "{metadata:?}");

    assert_eq!(fs::read_link(&notary).unwrap(), Path::new("dct"));
    let version = Command::new(&notary).arg("--version").output().unwrap();
    assert!(version.status.success() && version.stdout.starts_with(b"notary Version: "), "{version:?}");

    let version = Command::new(prefix.join("bin/dct")).arg("--version").output().unwrap();
    assert!(version.status.success());
    let script = fs::read(prefix.join("share/bash-completion/completions/dct")).unwrap();
    assert_eq!(script, fs::read(Path::new(ROOT).join("completions/dct.bash")).unwrap());

    let own = prefix.join("bin/another");
    fs::write(&own, "").unwrap();
    make("uninstall", dest.path());
    assert_eq!(files(dest.path()).into_keys().collect::<Vec<_>>(), std::slice::from_ref(&own));
    // another program of that name stays, and so does a link to one
    fs::write(&notary, "another").unwrap();
    make("install", dest.path());
    assert_eq!(fs::read_to_string(&notary).unwrap(), "another");
    make("uninstall", dest.path());
    assert_eq!(files(dest.path()).into_keys().collect::<Vec<_>>(), [own, notary]);
}
