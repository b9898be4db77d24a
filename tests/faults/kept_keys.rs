//! A private key that is stored stays what it is, whatever a command is given.

use std::{collections::BTreeMap, fs, os::unix::fs::symlink, path::PathBuf};

use forge::key::Key;
use trust::crypto::{issue_cert::root_certificate, pem, private_key::PrivateKey, secret::Passphrase};

use crate::{
    person::{Person, Run, private_pem},
    site::Site,
};

/// The passphrase of the keys in the test data.
const TESTDATA: &str = "testdata-passphrase";

/// The owner of the repository, who has its root and its targets key, and another's.
fn owner(site: &Site) -> Person {
    let mut owner = site.signer();
    owner.holds("root", "role: root");
    owner.holds("targets", &format!("role: targets\ngun: {}", site.name()));
    owner.holds("elsewhere", "role: targets\ngun: dtr.example.com/prod/other");
    owner.answer = Some("yes\n");
    for role in ["ROOT", "TARGETS", "SNAPSHOT", "DELEGATION"] {
        owner.variables.push((format!("NOTARY_{role}_PASSPHRASE"), TESTDATA.to_owned()));
    }
    owner
}

fn notary(person: &Person, site: &Site, url: &str, line: &[&str]) -> Run {
    let (trust, ca) = (person.trust(), person.home().join(".docker/tls").join(site.host()).join("ca.crt"));
    let flags = ["notary", "-d", trust.to_str().unwrap(), "-s", url, "--tlscacert", ca.to_str().unwrap()];
    person.run(&[&flags, line].concat())
}

fn online(person: &Person, site: &Site, line: &[&str]) -> Run {
    notary(person, site, &format!("https://{}", site.host()), line)
}

/// The files of the key store.
fn stored(person: &Person) -> BTreeMap<PathBuf, String> {
    person.contents().into_iter().filter(|(path, _)| path.starts_with("private")).collect()
}

/// Runs what must fail in these words and leave the key store as it was.
fn refused(person: &Person, url: &str, site: &Site, line: &[&str], words: &str) {
    let before = stored(person);
    let run = notary(person, site, url, line);
    assert!(run.code == Some(1) && run.transcript.contains(words), "{words}: {}", run.transcript);
    assert_eq!(stored(person), before, "{}", run.transcript);
}

/// An encrypted root key of the test data: its ID, and its file.
fn encrypted() -> (String, String) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/keys/peers/notary/private");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (path, text) = files
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .find(|(_, text)| text.contains("role: root\n"))
        .expect("a root key");
    (path.file_stem().unwrap().to_str().unwrap().to_owned(), text)
}

#[test]
fn a_rotation_takes_no_key_from_another_role_or_repository() {
    let site = Site::new();
    let person = owner(&site);
    let name = site.name();
    for key in ["jeff", "root", "elsewhere", "fresh", "snapshot"] {
        person.write(key, private_pem(key, "role: ignored"));
    }
    person.write("bad", "junk");
    let (id, text) = encrypted();
    person.write("sealed", &text);
    person.write(&format!(".docker/trust/private/{id}.key"), text.replace("role: root", "role: ian"));
    let (online, offline) = (format!("https://{}", site.host()), "https://localhost:1");
    let taken = "Error importing key: key with same ID already exists for role:";
    for url in [online.as_str(), offline] {
        let refused = |role: &str, file: &str, words: &str| {
            refused(&person, url, &site, &["key", "rotate", &name, role, "-k", file], words);
        };
        refused("targets", "jeff", &format!("{taken} jeff\n"));
        refused("snapshot", "root", &format!("{taken} root\n"));
        refused("targets", "elsewhere", &format!("{taken} targets of dtr.example.com/prod/other\n"));
        refused("targets", "fresh,jeff", &format!("{taken} jeff\n"));
        refused("targets", "fresh,bad", "no valid private key found");
        refused("root", "sealed", &format!("{taken} ian\n"));
    }
    refused(&person, offline, &site, &["key", "rotate", &name, "targets", "-k", "fresh"], "offline");
    let shared = "a new targets key is also a key of snapshot";
    refused(&person, &online, &site, &["key", "rotate", &name, "targets", "-k", "fresh,snapshot"], shared);
}

#[test]
fn a_rotation_leaves_the_file_of_a_key_that_the_role_has_here_already() {
    let site = Site::new();
    let person = owner(&site);
    person.holds("next", &format!("role: targets\ngun: {}", site.name()));
    person.write("next", private_pem("next", ""));
    let mut expected = stored(&person);
    let run = online(&person, &site, &["key", "rotate", &site.name(), "targets", "-k", "next"]);
    assert_eq!(run.code, Some(0), "{}", run.transcript);
    expected.remove(&PathBuf::from(format!("private/{}.key", Key::p256("targets").id())));
    assert_eq!(stored(&person), expected);
}

#[test]
fn a_rotation_removes_no_key_that_is_stored_for_another_role_or_repository() {
    let site = Site::new();
    let forge = site.forge();
    for (headers, says) in [
        ("role: keeper", "it is stored as keeper"),
        ("role: targets\ngun: dtr.example.com/a", "it is stored as targets of dtr.example.com/a"),
        ("role: root", "it is stored as root"),
    ] {
        site.serve(forge.clone());
        let person = owner(&site);
        person.holds("targets", headers);
        let before = stored(&person);
        let run = online(&person, &site, &["key", "rotate", &site.name(), "targets"]);
        assert!(run.code == Some(0) && run.err.contains(says), "{}", run.transcript);
        let after = stored(&person);
        assert!(before.iter().all(|file| after.get(file.0) == Some(file.1)) && after.len() == before.len() + 1, "{after:?}");
    }
}

#[test]
fn a_rotation_removes_no_key_while_a_repository_may_be_out_of_sight() {
    let site = Site::new();
    let forge = site.forge();
    let hides: [fn(&Person); 3] = [
        |person| symlink("../private", person.trust().join("tuf/link")).unwrap(),
        |person| person.write(".docker/trust/tuf/dtr.example.com/lost/metadata/targets.json", "{}"),
        |person| person.write(".docker/trust/tuf/dtr.example.com/junk/metadata/root.json", "{}"),
    ];
    for hide in hides {
        site.serve(forge.clone());
        let person = owner(&site);
        hide(&person);
        let before = stored(&person);
        let run = online(&person, &site, &["key", "rotate", &site.name(), "targets"]);
        let says = "not all repositories on this machine could be asked whether they have it";
        assert!(run.code == Some(0) && run.err.contains(says), "{}", run.transcript);
        assert!(before.iter().all(|file| stored(&person).get(file.0) == Some(file.1)), "{}", run.transcript);
    }
}

/// A person without any repository, with an encrypted root key in the file `sealed`: that, the key's ID and its file.
fn beginner(site: &Site) -> (Person, String, String) {
    let mut person = site.stranger();
    for role in ["ROOT", "TARGETS", "SNAPSHOT", "DELEGATION"] {
        person.variables.push((format!("NOTARY_{role}_PASSPHRASE"), TESTDATA.to_owned()));
    }
    let (id, text) = encrypted();
    person.write("sealed", &text);
    (person, id, text)
}

#[test]
fn a_repository_begins_with_no_root_key_that_is_stored_for_another_role() {
    let site = Site::empty();
    let (person, id, text) = beginner(&site);
    let file = format!(".docker/trust/private/{id}.key");
    person.write(&file, text.replace("role: root", "role: jeff"));
    let line = ["init", &site.name(), "--rootkey", "sealed"];
    let url = format!("https://{}", site.host());
    refused(&person, &url, &site, &line, "Error importing key: key with same ID already exists for role: jeff\n");
    let mine = text.replace("role: root", "mine: yes\nrole: root");
    person.write(&file, &mine);
    let run = online(&person, &site, &line);
    assert_eq!(run.code, Some(0), "{}", run.transcript);
    assert_eq!(fs::read_to_string(person.home().join(file)).unwrap(), mine);
}

#[test]
fn a_repository_that_cannot_begin_with_its_certificate_leaves_no_key_behind() {
    let site = Site::empty();
    let (person, id, text) = beginner(&site);
    let block = pem::first_block(text.as_bytes()).unwrap();
    let key = PrivateKey::from_pem_block(&block, Some(&Passphrase::new(TESTDATA.to_owned()))).unwrap();
    #[expect(clippy::disallowed_methods, reason = "a certificate that counts now, as the program's clock has it")]
    let now = jiff::Timestamp::now();
    let certificate = |key: &PrivateKey, name: &str| root_certificate(key, name, now).unwrap();
    person.write("other-name", certificate(&key, "other"));
    person.write("other-key", certificate(&PrivateKey::generate_p256().unwrap(), &site.name()));
    person.write("good", certificate(&key, &site.name()));
    let (name, url) = (site.name(), format!("https://{}", site.host()));
    let refused = |line: &[&str], words: &str| refused(&person, &url, &site, &[&["init", &name], line].concat(), words);
    for _ in 0..2 {
        refused(&["--rootkey", "sealed", "--rootcert", "other-name"], "the root certificate cannot be used for");
        refused(&["--rootkey", "sealed", "--rootcert", "other-key"], "private key is nil or does not match public key");
    }
    assert!(stored(&person).is_empty());
    person.write(&format!(".docker/trust/private/{id}.key"), &text);
    refused(&["--rootcert", "other-name"], "the root certificate cannot be used for");
    let run = online(&person, &site, &["init", &name, "--rootkey", "sealed", "--rootcert", "good"]);
    assert_eq!((run.code, stored(&person).len()), (Some(0), 3), "{}", run.transcript);
}

#[test]
fn an_import_gives_no_stored_key_another_name() {
    let site = Site::empty();
    let (person, ..) = beginner(&site);
    person.holds("jeff", "role: jeff");
    person.write("key.pem", private_pem("jeff", "mine: yes"));
    person.write("two.pem", private_pem("fresh", "role: ian") + &private_pem("jeff", "role: root"));
    let refused = |line: &[&str], words: &str| {
        refused(&person, "https://localhost:1", &site, &[&["key", "import"], line].concat(), words);
    };
    refused(&["key.pem", "-r", "root"], "is on this machine already, as jeff, and is not stored as root\n");
    refused(&["key.pem"], "as jeff, and is not stored as delegation\n");
    refused(&["key.pem", "-r", "targets", "-g", "a/b"], "as jeff, and is not stored as targets of a/b\n");
    refused(&["two.pem"], "as jeff, and is not stored as root\n");
    let run = online(&person, &site, &["key", "import", "key.pem", "-r", "jeff"]);
    assert_eq!((run.code, stored(&person).len()), (Some(0), 1), "{}", run.transcript);
}

#[test]
fn an_import_of_an_export_that_is_not_what_is_stored_is_refused() {
    let site = Site::empty();
    let (person, id, text) = beginner(&site);
    let export = text.replace("role: root", &format!("path: {id}\nrole: root"));
    person.write("true.pem", &export);
    person.write("two.pem", private_pem("fresh", "role: ian") + &export);
    // someone else's key under this one's name
    let other = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/testdata/keys/peers/notary/private/7d346dedc7df079f09d5c65e60f403f9b029a34a99228b64ca0bae39d5d5c9ef.key"
    );
    let file = format!(".docker/trust/private/{id}.key");
    person.write(&file, fs::read_to_string(other).unwrap());
    for import in ["true.pem", "two.pem"] {
        let words = format!("key {id} is on this machine already, as user, and its file is another; it stays as it is\n");
        refused(&person, "https://localhost:1", &site, &["key", "import", import], &words);
    }
    person.write(&file, &text);
    let run = online(&person, &site, &["key", "import", "true.pem"]);
    assert!(run.code == Some(0) && run.err.contains("stays as it is"), "{}", run.transcript);
    assert_eq!(fs::read_to_string(person.home().join(file)).unwrap(), text);
}
