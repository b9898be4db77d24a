//! A passphrase from a descriptor that the program is given.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
};

/// Changes a passphrase, with what a shell redirects; the new passphrase comes from a program that looks for the old one.
fn change(redirection: &str) -> (tempfile::TempDir, Output) {
    let home = tempfile::tempdir().unwrap();
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/transcripts/files-with-keys/.docker");
    assert!(Command::new("cp").arg("-a").arg(keys).arg(home.path()).status().unwrap().success());
    fs::set_permissions(home.path().join(".docker"), fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(home.path().join("passphrase"), "other\ntestdata-passphrase\n").unwrap();
    let line = format!(
        "{redirection}; exec \"$0\" key passwd --passphrase-fd 3 --new-passphrase-command \"sh -c 'cat <&3; cat /proc/self/fd/3; echo \
         another-passphrase'\" ian"
    );
    let mut shell = Command::new("bash");
    shell.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", home.path()).current_dir(home.path());
    let output = shell.args(["-c", &line, env!("CARGO_BIN_EXE_dct")]).output().unwrap();
    (home, output)
}

#[test]
fn it_is_read_where_it_stands_and_no_program_finds_it() {
    for redirection in ["exec 3<passphrase; read line <&3", "exec 3< <(echo testdata-passphrase)"] {
        let (_home, output) = change(redirection);
        let seen = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{redirection}: {seen}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("Successfully changed"), "{redirection}");
    }
}
