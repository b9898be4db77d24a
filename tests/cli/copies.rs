//! Copies of keys that a person has put below the key store.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
};

const IAN: &str = "afa442d7d8f23b62157795d10a2c9f5adfcd503d863d5175a010c84da4a8708d.key";

fn dct(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dct")).env_clear().env("HOME", home).args(arguments).output().unwrap()
}

#[test]
fn they_stay_and_are_named_when_the_key_is_removed() {
    let home = tempfile::tempdir().unwrap();
    let private = home.path().join(".docker/trust/private");
    for folder in ["backup", "root_keys"] {
        fs::create_dir_all(private.join(folder)).unwrap();
        fs::set_permissions(private.join(folder), fs::Permissions::from_mode(0o700)).unwrap();
    }
    fs::set_permissions(&private, fs::Permissions::from_mode(0o700)).unwrap();
    let key = Path::new("testdata/transcripts/files-with-keys/.docker/trust/private").join(IAN);
    let (flat, legacy, copy) = (private.join(IAN), private.join("root_keys").join(IAN), private.join("backup").join(IAN));
    for file in [&flat, &legacy, &copy] {
        fs::copy(&key, file).unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    }
    let removed = dct(home.path(), &["key", "remove", "--yes", "ian"]);
    let said = String::from_utf8(removed.stdout).unwrap();
    assert!(said.contains(&format!("(ian), {}\n  also {}\n", flat.display(), legacy.display())), "{said}");
    let warning = format!("warning: {}: a copy of the key stays here, as it was\n", copy.display());
    assert_eq!((removed.status.code(), String::from_utf8(removed.stderr).unwrap()), (Some(0), warning));
    assert_eq!((flat.exists(), legacy.exists(), copy.exists()), (false, false, true));

    let again = dct(home.path(), &["key", "remove", "--yes", "ian"]);
    let refused = format!("{}: a copy of the key, in a folder that is no program's; it is not touched", copy.display());
    assert_eq!((again.status.code(), String::from_utf8(again.stdout).unwrap()), (Some(1), String::new()));
    assert!(String::from_utf8(again.stderr).unwrap().starts_with(&refused));
    assert!(copy.exists());
}
