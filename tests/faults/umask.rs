//! A umask that takes nothing away: what the program makes is its owner's alone all the same.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{https::reply, person::Person, site::Site};

/// Runs the program under a umask of 0.
fn runs(person: &Person, args: &[&str]) {
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 0; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_dct")]);
    let output = person.told(shell, args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Everything below a folder that somebody else may read or write.
fn open_to_others(folder: &Path, found: &mut Vec<(PathBuf, u32)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        let path = entry.path();
        if !entry.file_type().unwrap().is_symlink() && mode & 0o077 != 0 {
            found.push((path.clone(), mode & 0o777));
        }
        if entry.file_type().unwrap().is_dir() {
            open_to_others(&path, found);
        }
    }
}

#[test]
fn nothing_that_is_made_is_open_to_others() {
    let site = Site::empty();
    // with a challenge, so that one is remembered
    site.fails(|request| {
        let host = request.header("host").unwrap_or_default();
        let challenge = format!("WWW-Authenticate: Bearer realm=\"https://{host}/token\"");
        match request.header("authorization") {
            _ if request.target.starts_with("/token") => Some(reply(200, &[], r#"{"token":"t"}"#)),
            None => Some(reply(401, &[&challenge], "")),
            Some(_) => None,
        }
    });
    let person = site.stranger();
    person.write("file", "content");
    let (name, tag) = (site.name(), site.tag("1"));
    runs(&person, &["key", "generate", "jeff"]);
    runs(&person, &["signer", "add", "--key", "jeff.pub", "jeff", &name]);
    runs(&person, &["sign", &tag]);
    runs(&person, &["inspect", &name]);
    runs(&person, &["key", "export", "jeff", "-o", "copy.pem"]);
    runs(&person, &["key", "passwd", "jeff", "--new-passphrase-file", "file"]);
    let mut found = Vec::new();
    open_to_others(person.home(), &mut found);
    assert!(person.home().join(".cache/dct/challenges").is_dir());
    assert_eq!(found, []);
}
