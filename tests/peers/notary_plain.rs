//! A server without TLS and without logins, through both programs.

use std::path::Path;

use crate::support::{OpenNotary, programs};

fn run(program: &Path, home: &Path, url: &str, line: &[&str]) -> (String, String) {
    let mut command = std::process::Command::new(program);
    command.env_clear().env("HOME", home).current_dir(home).args(["-s", url, "-d", "trust"]).args(line);
    for role in ["ROOT", "TARGETS", "SNAPSHOT", "DELEGATION"] {
        command.env(format!("NOTARY_{role}_PASSPHRASE"), "passphrase");
    }
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{line:?}: {}{}", text(&output.stdout), text(&output.stderr));
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_repository_is_made_and_read_without_tls() {
    let Some(server) = OpenNotary::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let ours = folder.path().join("notary");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_dct"), &ours).unwrap();
    let theirs = programs::path_of("notary").unwrap();
    std::fs::write(folder.path().join("file"), "content").unwrap();
    for (gun, makes, reads) in [("ours/app", &ours, &theirs), ("theirs/app", &theirs, &ours)] {
        let make = |line: &[&str]| run(makes, folder.path(), &server.url(), line);
        make(&["init", gun, "-p"]);
        make(&["add", gun, "v1", "file", "-p"]);
        make(&["key", "rotate", gun, "snapshot", "-r"]);
        make(&["key", "rotate", gun, "timestamp", "-r"]);
        run(reads, folder.path(), &server.url(), &["add", gun, "v2", "file", "-p"]);
        let stranger = tempfile::tempdir().unwrap();
        let [one, other] = [makes, reads].map(|program| run(program, stranger.path(), &server.url(), &["list", gun]).0);
        assert!(one == other && one.contains("v1") && one.contains("v2"), "{one}{other}");
        let (_, warnings) = run(&ours, stranger.path(), &server.url(), &["lookup", gun, "v1"]);
        assert_eq!(warnings, "");
        make(&["delete", gun, "--remote"]);
    }
}
