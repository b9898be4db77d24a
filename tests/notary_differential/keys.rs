//! The commands of keys.

use std::fs;

use crate::{
    session::Session,
    support::{home::Home, openssl::KeyForm},
};

pub(crate) fn chapter(session: &mut Session<'_>) {
    let peers = session.peers;
    let former = session.homes(|| Home::new(peers, "jeff"));
    session.same(&["key", "list"]);
    for line in [
        &["key", "generate"] as &[&str],
        &["key", "generate", "ECDSA", "-r", "targets/a"],
        &["key", "generate", "ecdsa", "--role=jeff"],
        &["key", "generate", "-o", "made", "-r", "ian"],
        &["key", "list"],
        &["key", "export", "--key", "#jeff"],
    ] {
        session.same(line);
    }
    session.differs("no-overwriting", &["key", "generate", "-o", "made"], |notary, dct| {
        notary.code == 0 && dct.code == 1 && dct.stdout.contains("made-key.pem exists already")
    });
    passphrases(session);
    remove(session);
    import(session);
    session.back(former);
}

fn passphrases(session: &mut Session<'_>) {
    let peers = session.peers;
    let none = "a".repeat(64);
    session.same(&["key", "passwd", &none]);
    session.differs("passwd-asks", &["key", "passwd", "#jeff"], |notary, dct| {
        // notary takes the old passphrase for the new one
        notary.code == 0 && dct.code == 1 && dct.stdout.contains("* fatal: maximum number of passphrase attempts exceeded")
    });
    let bare = || Home::new(peers, "jeff").without("NOTARY_ROOT_PASSPHRASE").without("NOTARY_DELEGATION_PASSPHRASE");
    let former = session.homes(bare);
    session.same(&["key", "generate"]);
    session.same(&["key", "generate", "-r", "jeff"]);
    session.same(&["key", "generate", "-o", "made"]);
    session.back(former);
}

fn remove(session: &mut Session<'_>) {
    session.same(&["key", "remove", &"a".repeat(64)]);
    session.same_on_input(&["key", "remove", "#targets/a"], "no\n");
    session.same(&["key", "remove", "#targets/a"]);
    session.same_on_input(&["key", "remove", "#targets/a"], "yes\n");
    session.same(&["key", "list"]);
}

fn import(session: &mut Session<'_>) {
    let peers = session.peers;
    session.bundle("user", KeyForm::EcSec1);
    session.bundle("rsa", KeyForm::RsaPkcs8);
    session.bundle("own", KeyForm::EcSec1);
    session.same(&["key", "export", "-o", "all.pem"]);
    session.file("backup.pem", b"another key", 0o600);
    for meant in [["--gun", "no/such"], ["--key", &"a".repeat(64)]] {
        session.differs("export-of-nothing", &["key", "export", meant[0], meant[1], "-o", "backup.pem"], |notary, dct| {
            notary.code == 0 && dct.code == 1 && dct.stderr.contains("nothing was written to backup.pem")
        });
    }
    assert_eq!(fs::read(session.dct.home.path().join("backup.pem")).unwrap(), b"another key");
    session.same(&["key", "import", "/nowhere.pem"]);
    session.file("junk.pem", b"junk", 0o600);
    session.differs("import-nothing", &["key", "import", "junk.pem"], |notary, dct| {
        notary.code == 0 && dct.code == 1 && dct.stdout.contains("invalid key pem block")
    });
    session.differs("import-reasons", &["key", "import", "user-cert.pem"], |notary, dct| {
        notary.code == 1 && dct.code == 1 && notary.stdout == dct.stdout
    });
    for line in [
        &["key", "import", "user-key.pem"] as &[&str],
        &["key", "import", "rsa-key.pem", "--role", "targets/rsa"],
        &["key", "import", "own-key.pem", "-r", "targets", "-g", "dtr.example.com/a/very/long/name/of/a/repository"],
        &["key", "list"],
    ] {
        session.same(line);
    }
    session.differs("import-reasons", &["key", "import", "rsa-key.pem", "-r", "snapshot"], |notary, dct| {
        notary.code == 1 && dct.code == 1 && notary.stdout == dct.stdout
    });
    session.differs("import-reasons", &["key", "import", "made-key.pem"], |notary, dct| {
        notary.code == 1 && dct.code == 1 && notary.stdout == dct.stdout && dct.stderr.contains("does not contain path header")
    });
    session.same(&["key", "export", "--gun", "dtr.example.com/a/very/long/name/of/a/repository"]);
    // a copy comes back elsewhere, whatever its passphrases are
    let copies: Vec<_> = [&session.notary, &session.dct].map(|side| fs::read(side.home.path().join("all.pem")).unwrap()).into();
    let former = session.homes(|| Home::new(peers, "jeff").without("NOTARY_ROOT_PASSPHRASE"));
    for (side, copy) in [&session.notary, &session.dct].iter().zip(copies) {
        fs::write(side.home.path().join("all.pem"), copy).unwrap();
    }
    session.differs("import-warnings", &["key", "import", "all.pem"], |notary, dct| {
        notary.code == 0 && dct.code == 0 && dct.stdout.is_empty() && dct.stderr.contains("is a root key")
    });
    session.same(&["key", "list"]);
    session.back(former);
    session.differs("import-renames", &["key", "import", "user-key.pem", "-r", "jeff"], |notary, dct| {
        notary.code == 0 && dct.code == 1 && dct.stdout.contains("as delegation, and is not stored as jeff")
    });
}
