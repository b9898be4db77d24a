//! The same command lines given to `docker trust` and to `dct`: the words, the streams and the exit codes are the same. What dct adds on
//! standard error (`cause:`, `hint:`) is passed over, and the programs' names are.

use super::support::{
    Peers,
    home::{Home, Run},
    openssl::{Bundle, Issuer, KeyForm},
};
use std::{fs, os::unix::fs::PermissionsExt as _};

const DIGEST: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

/// A home with `key.pem`, `cert.pem` and files that are no keys.
fn home(peers: &Peers) -> Home {
    let home = Home::new(peers, "jeff");
    let file = |name: &str, content: &str, mode: u32| {
        let path = home.path().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    };
    file("junk.pem", "junk", 0o600);
    file("cert-0600.pem", &fs::read_to_string("testdata/peers/bundles/jeff-ec/cert.pem").unwrap(), 0o600);
    Bundle::make(home.path(), "jeff", KeyForm::EcSec1, Issuer::Ca);
    file("exposed.pem", &fs::read_to_string(home.path().join("key.pem")).unwrap(), 0o644);
    home
}

fn of_docker(run: &Run) -> (i32, String, Vec<String>) {
    let ours = |text: &str| text.replace("docker trust", "dct").replace("docker: ", "dct: ");
    (run.code, ours(&run.stdout), ours(&run.stderr).lines().map(|line| line.trim_end().to_owned()).collect())
}

fn of_dct(run: &Run) -> (i32, String, Vec<String>) {
    // under which name a key is stored is said by dct alone
    let name = |line: &str| line.starts_with("Key ") && line.contains(" is stored as ");
    let root = |line: &str| line.starts_with("warning: made root key ");
    let added = |line: &&str| line.starts_with("cause: ") || line.starts_with("hint: ") || name(line) || root(line);
    (run.code, run.stdout.clone(), run.stderr.lines().filter(|line| !added(line)).map(str::to_owned).collect())
}

#[test]
fn a_mistake_is_told_in_docker_s_words() {
    let Some(peers) = Peers::start() else { return };
    let home = home(&peers);
    let (absent, digest) = (peers.image("prod/absent"), format!("alpine@{DIGEST}"));
    let id = "1".repeat(64);
    let lines: [&[&str]; 34] = [
        &["sign", "alpine"],
        &["sign", &digest],
        &["sign", "ALPINE:1"],
        &["sign", "a//b:1"],
        &["sign", ""],
        &["inspect"],
        &["inspect", "--pretty=maybe", "a"],
        &["inspect", "ALPINE:1", "a//b"],
        &["inspect", "--pretty", "ALPINE:1", "a//b"],
        &["inspect", &id],
        &["inspect", &absent],
        &["inspect", &absent, &absent],
        &["inspect", "--pretty", &absent],
        &["key", "load"],
        &["key", "load", "a", "b"],
        &["key", "load", "--name"],
        &["key", "load", "--name", "Jeff", "key.pem"],
        &["key", "load", "--name", "-a", "key.pem"],
        &["key", "load", "nowhere.pem"],
        &["key", "load", ""],
        &["key", "load", "exposed.pem"],
        &["key", "load", "junk.pem"],
        &["key", "load", "cert-0600.pem"],
        &["signer", "add"],
        &["signer", "add", "jeff"],
        &["signer", "add", "--key"],
        &["signer", "add", "-x"],
        &["signer", "add", "Jeff", "x"],
        &["signer", "add", "releases", "x"],
        &["signer", "add", "jeff", "x"],
        &["signer", "add", "--key", "nowhere.pem", "jeff", "x"],
        &["signer", "add", "--key", ".", "jeff", "x"],
        &["signer", "add", "--key", "junk.pem", "jeff", "x"],
        &["signer", "add", "--key", "cert.pem", "jeff", "ALPINE", "a//b"],
    ];
    for line in lines {
        let (docker, dct) = (home.docker_trust(line), home.dct(line));
        assert_eq!(of_docker(&docker), of_dct(&dct), "{docker}\n{dct}");
    }
}

#[test]
fn what_the_server_refuses_is_told_in_docker_s_words() {
    let Some(peers) = Peers::start() else { return };
    let (signed, new) = (peers.image("words/signed"), peers.image("words/new"));
    let tag = format!("{signed}:1");
    peers.images().push("words/signed", "1", "one");
    let owner = home(&peers);
    owner.dct(&["key", "load", "--name", "jeff", "key.pem"]).ok();
    owner.dct(&["signer", "add", "--key", "cert.pem", "jeff", &signed]).ok();
    owner.dct(&["sign", &tag]).ok();
    for who in [Home::anonymous(&peers), Home::new(&peers, "reader")] {
        for file in ["key.pem", "cert.pem"] {
            fs::copy(owner.path().join(file), who.path().join(file)).unwrap();
        }
        who.dct(&["key", "load", "--name", "jeff", "key.pem"]).ok();
        let lines: [&[&str]; 3] = [
            &["signer", "add", "--key", "cert.pem", "jeff", &new],
            &["signer", "add", "--key", "cert.pem", "ian", &signed],
            &["sign", &tag],
        ];
        for line in lines {
            let (docker, dct) = (who.docker_trust(line).fails(1), who.dct(line));
            assert_eq!(of_docker(&docker), of_dct(&dct), "{docker}\n{dct}");
        }
    }
}

#[test]
fn many_tags_stand_in_docker_s_order() {
    let Some(peers) = Peers::start() else { return };
    let (home, repository) = (home(&peers), peers.image("words/order"));
    home.dct(&["key", "load", "--name", "jeff", "key.pem"]).ok();
    home.dct(&["signer", "add", "--key", "cert.pem", "jeff", &repository]).ok();
    for tag in ["v1.10", "v1.9", "latest", "10", "2"] {
        peers.images().push("words/order", tag, "one");
        home.dct(&["sign", &format!("{repository}:{tag}")]).ok();
    }
    for line in [&["inspect", &*repository] as &[&str], &["inspect", "--pretty", &repository]] {
        let (docker, dct) = (home.docker_trust(line).ok(), home.dct(line));
        assert_eq!(of_docker(&docker), of_dct(&dct), "{docker}\n{dct}");
    }
}

#[test]
fn success_is_told_in_docker_s_words() {
    let Some(peers) = Peers::start() else { return };
    let (docker, dct) = (home(&peers), home(&peers));
    for file in ["key.pem", "cert.pem"] {
        fs::copy(docker.path().join(file), dct.path().join(file)).unwrap();
    }
    let (of_one, of_other) = (peers.image("words/docker"), peers.image("words/dct"));
    for name in ["words/docker", "words/dct"] {
        peers.images().push(name, "1", "one");
    }
    let both = |line: &[&str]| {
        let with = |repository: &str| line.iter().map(|word| word.replace("REPOSITORY", repository)).collect::<Vec<_>>();
        let (for_docker, for_dct) = (with(&of_one), with(&of_other));
        let one = docker.docker_trust(&for_docker.iter().map(String::as_str).collect::<Vec<_>>());
        let other = dct.dct(&for_dct.iter().map(String::as_str).collect::<Vec<_>>());
        let ((code, out, err), (our_code, our_out, our_err)) = (of_docker(&one), of_dct(&other));
        let told = (code, out.replace(&of_one, "REPOSITORY"), err);
        assert_eq!(told, (our_code, our_out.replace(&of_other, "REPOSITORY"), our_err), "{one}\n{other}");
    };
    both(&["key", "load", "--name", "jeff", "key.pem"]);
    both(&["signer", "add", "--key", "cert.pem", "jeff", "REPOSITORY"]);
    both(&["signer", "add", "--key", "cert.pem", "jeff", "REPOSITORY", "a//b"]);
    // Docker signs a new tag with an Engine alone
    docker.dct(&["sign", &format!("{of_one}:1")]).ok();
    dct.dct(&["sign", &format!("{of_other}:1")]).ok();
    both(&["sign", "REPOSITORY:1"]);
}
