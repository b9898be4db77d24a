//! `key generate` and `key load`.

use std::fs;

use crate::{session::Session, support::openssl::KeyForm};

pub(crate) fn chapter(session: &mut Session<'_>) {
    generate(session);
    load(session);
}

fn generate(session: &mut Session<'_>) {
    for line in [
        &["key", "generate", "gail"] as &[&str],
        &["key", "generate", "gail"],
        &["key", "generate", "--dir", ".", "may"],
        &["key", "generate", "--dir", "././/../nowhere", "may"],
        &["key", "generate", "--dir", "nowhere", "may"],
        &["key", "generate", "--dir", "", "0"],
        &["key", "generate", "--dir", "gail.pub", "x"],
        &["key", "generate", "--dir", "/proc", "x"],
        &["key", "generate", "Jeff"],
        &["key", "generate", ""],
        &["key", "generate", "a/b"],
        &["key", "generate", "--", "-a"],
    ] {
        session.same(line);
    }
    for name in ["root", "targets", "snapshot", "timestamp", "releases"] {
        session.differs("base-role-name", &["key", "generate", name], |docker, dct| {
            docker.code == 0 && dct.code == 1 && dct.stderr.contains("is a reserved keyword, use a different key name")
        });
    }
    for side in [&session.docker, &session.dct] {
        // what docker made so would sign for the next repository
        for name in ["root", "targets", "snapshot", "timestamp", "releases"] {
            let _ = fs::remove_file(side.home.path().join(format!("{name}.pub")));
        }
        for file in side.home.key_files() {
            let text = fs::read_to_string(&file).unwrap();
            if ["root", "targets", "snapshot", "timestamp", "releases"].iter().any(|role| text.contains(&format!("role: {role}\n")))
            {
                fs::remove_file(file).unwrap();
            }
        }
    }
    let peers = session.peers;
    let make = || crate::support::home::Home::new(peers, "jeff").without("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE");
    let former = session.homes(make);
    session.same_on_input(&["key", "generate", "x"], "passphrase1\npassphrase1\n");
    session.differs("end-of-input", &["key", "generate", "y"], |docker, dct| {
        docker.code == 1 && dct.code == 1 && dct.stderr.contains("set DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE")
    });
    session.back(former);
}

fn load(session: &mut Session<'_>) {
    session.bundle("jeff", KeyForm::EcSec1);
    session.bundle("ian", KeyForm::RsaPkcs8);
    session.file("junk.pem", b"junk", 0o600);
    let of = |name: &str| fs::read(format!("testdata/keys/openssl/{name}")).unwrap();
    let jeff = fs::read(session.dct.home.path().join("jeff-key.pem")).unwrap();
    session.file("exposed.pem", &jeff, 0o640);
    let cert = fs::read(session.dct.home.path().join("jeff-cert.pem")).unwrap();
    session.file("cert-0600.pem", &cert, 0o600);
    for name in [
        "p384-sec1.pem",
        "p521-pkcs8.pem",
        "rsa2048-pkcs1.pem",
        "p256-with-ec-parameters.pem",
        "p256-pkcs8-aes256-hmac-sha1.pem",
        "p256-sec1-aes256.pem",
        "ed25519-pkcs8.pem",
        "rsa1024-pkcs1.pem",
        "secp256k1-pkcs8.pem",
        "p224-sec1.pem",
        "p256-pkcs8-scrypt.pem",
    ] {
        session.file(name, &of(name), 0o600);
    }
    for line in [
        &["key", "load", "--name", "jeff", "jeff-key.pem"] as &[&str],
        &["key", "load", "--name", "ian", "./ian-key.pem"],
        &["key", "load", "--name", "jeff", "jeff-key.pem"],
        &["key", "load", "p384-sec1.pem"],
        &["key", "load", "--name", "", "p521-pkcs8.pem"],
        &["key", "load", "rsa2048-pkcs1.pem"],
        &["key", "load", "--name", "Jeff", "jeff-key.pem"],
        &["key", "load", "--name", "-a", "jeff-key.pem"],
        &["key", "load", "nowhere.pem"],
        &["key", "load", ""],
        &["key", "load", "exposed.pem"],
        &["key", "load", "junk.pem"],
        &["key", "load", "cert-0600.pem"],
    ] {
        session.same(line);
    }
    for file in ["p256-with-ec-parameters.pem", "ed25519-pkcs8.pem"] {
        session.differs("more-key-forms", &["key", "load", file], |docker, dct| docker.code == 1 && dct.code == 0);
    }
    session.differs("small-rsa-key", &["key", "load", "rsa1024-pkcs1.pem"], |docker, dct| docker.code == 0 && dct.code == 1);
    for file in ["secp256k1-pkcs8.pem", "p224-sec1.pem"] {
        session.differs("key-refusal", &["key", "load", file], |_, dct| {
            dct.code == 1 && dct.stderr.starts_with("error importing key from ")
        });
    }
    session.bundle("named", KeyForm::EcSec1);
    let key = fs::read_to_string(session.dct.home.path().join("named-key.pem")).unwrap();
    session.file("named.pem", key.replacen("-----\n", "-----\nrole: alice\n\n", 1).as_bytes(), 0o600);
    session.differs("typed-name", &["key", "load", "--name", "ci", "named.pem"], |docker, dct| {
        docker.stderr.is_empty() && dct.stderr.starts_with("warning: the file says that its key is alice, and it is loaded as ci\n")
    });
    let peers = session.peers;
    let pass = "testdata-passphrase";
    let former =
        session.homes(|| crate::support::home::Home::new(peers, "jeff").with("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE", pass));
    for name in ["p256-pkcs8-aes256-hmac-sha1.pem", "p256-sec1-aes256.pem"] {
        session.file(name, &of(name), 0o600);
        session.differs_unseen("encrypted-key", &["key", "load", name], |docker, dct| {
            docker.key_files().is_empty() && !dct.key_files().is_empty()
        });
    }
    session.back(former);
}
