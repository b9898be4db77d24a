//! Delegations.

use crate::{session::Session, support::openssl::KeyForm};

pub(crate) fn chapter(session: &mut Session<'_>) {
    session.bundle("alice", KeyForm::EcSec1);
    session.bundle("bob", KeyForm::RsaPkcs8);
    session.file("junk.crt", b"junk", 0o644);
    session.same(&["init", "@team", "-p"]);
    adding(session);
    signing(session);
    removing(session);
}

fn adding(session: &mut Session<'_>) {
    for line in [
        &["delegation", "list", "@team"] as &[&str],
        &["delegation", "list", "@nothing"],
        &["delegation", "add", "@team", "targets/releases", "alice-cert.pem", "--all-paths"],
        &["delegation", "add", "@team", "targets/bob", "bob-cert.pem", "--paths", "b/,a/"],
        &["delegation", "add", "@team", "targets/x", "/nowhere.pem", "--all-paths"],
        &["delegation", "add", "@team", "targets/x", "junk.crt", "--all-paths"],
        &["delegation", "add", "@team", "nonsense", "alice-cert.pem"],
        &["delegation", "add", "@team", "targets/X", "alice-cert.pem"],
        &["status", "@team"],
        &["publish", "@team"],
        &["delegation", "list", "@team"],
        &["delegation", "add", "@team", "targets/releases", "bob-cert.pem", "-p"],
        &["delegation", "add", "@team", "targets/bob", "--paths", "c/", "-p"],
        &["delegation", "list", "@team"],
    ] {
        session.same(line);
    }
    session.same_metadata("team");
}

fn signing(session: &mut Session<'_>) {
    session.content("one.txt", b"one");
    for line in [
        &["key", "import", "alice-key.pem", "-r", "alice"] as &[&str],
        &["key", "import", "bob-key.pem", "-r", "bob"],
        &["add", "@team", "v1", "one.txt", "-r", "targets/releases", "-p"],
        &["add", "@team", "b/v1", "one.txt", "-r", "targets/bob,targets/releases", "-p"],
        &["add", "@team", "v2", "one.txt", "-p"],
        &["add", "@team", "v1", "three.txt", "-p"],
        &["list", "@team"],
        &["list", "@team", "-r", "targets/releases"],
        &["list", "@team", "-r", "targets/bob,targets/releases"],
        &["list", "@team", "-r", "targets/releases", "-r", "targets"],
        &["lookup", "@team", "v1"],
        &["lookup", "@team", "b/v1"],
    ] {
        session.same(line);
    }
    session.same_metadata("team");
    session.differs("unknown-role", &["list", "@team", "-r", "targets/nobody"], |notary, dct| {
        notary.stdout == dct.stdout && dct.stderr.contains("has no role targets/nobody")
    });
    session.same(&["add", "@team", "v9", "one.txt", "-r", "targets/bob"]);
    session.same(&["publish", "@team"]);
    session.same(&["reset", "@team", "--all"]);
    session.same(&["witness", "@team", "targets/bob", "targets/releases", "-p"]);
    session.same_metadata("team");
}

fn removing(session: &mut Session<'_>) {
    for line in [
        &["delegation", "remove", "@team", "targets/bob", "--paths", "c/", "-p"] as &[&str],
        &["delegation", "remove", "@team", "targets/bob", "--all-paths", "-p"],
        &["delegation", "list", "@team"],
        &["delegation", "remove", "@team", "nonsense"],
        &["delegation", "remove", "@team", "targets/bob"],
        &["delegation", "purge", "@team", "--key", "#alice"],
        &["status", "@team"],
        &["reset", "@team", "--all"],
        &["delegation", "purge", "@team", "--key", "#bob", "-p"],
        &["delegation", "list", "@team"],
        &["delegation", "remove", "@team", "targets/bob", "-y", "-p"],
        &["delegation", "list", "@team"],
    ] {
        session.same(line);
    }
    session.same_on_input(&["delegation", "remove", "@team", "targets/releases"], "yes\n");
    session.same_on_input(&["delegation", "remove", "@team", "targets/releases"], "no\n");
    session.same(&["publish", "@team"]);
    session.same_metadata("team");
}
