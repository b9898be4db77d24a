//! Initialising, and what is signed.

use crate::{session::Session, support::home::Home};

pub(crate) fn chapter(session: &mut Session<'_>) {
    session.same(&["list", "@nothing"]);
    session.same(&["init", "@app"]);
    session.same(&["status", "@app"]);
    session.same(&["list", "@app"]);
    session.same(&["publish", "@app"]);
    session.same_metadata("app");
    session.same(&["list", "@app"]);
    staging(session);
    reading(session);
    removing(session);
    deleting(session);
}

fn staging(session: &mut Session<'_>) {
    session.content("one.txt", b"one");
    session.content("two.txt", b"two, and longer");
    session.file("custom.json", br#"{"a":1,"b":["x"]}"#, 0o644);
    for line in [
        &["add", "@app", "v1", "one.txt"] as &[&str],
        &["add", "@app", "v2", "two.txt", "--custom", "custom.json"],
        &["add", "@app", "v3", "/nowhere"],
        &["add", "@app", "v3", "one.txt", "-r", "root"],
        &["add", "@app", "v3", "one.txt", "-r", "nonsense"],
        &["status", "@app"],
        &["reset", "@app", "-n", "1"],
        &["reset", "@app", "-n", "7"],
        &["status", "@app"],
        &["add", "@app", "v2", "two.txt", "--custom", "custom.json"],
        &["publish", "@app"],
        &["status", "@app"],
        &["list", "@app"],
    ] {
        session.same(line);
    }
    session.same_metadata("app");
    let digest = session.content("three.txt", b"3");
    let sha512 = "ab".repeat(64);
    session.same(&["addhash", "@app", "v3", "0x1", "--sha256", &digest, "-p"]);
    session.differs("no-sha256", &["addhash", "@app", "v4", "1", "--sha512", &sha512], |notary, dct| {
        notary.code == 0 && notary.stdout.contains("v4") && dct.code == 0 && dct.stderr.contains("warning: v4 has no SHA-256")
    });
    session.same(&["reset", "@app", "--all"]);
    session.differs("size", &["addhash", "@app", "v5", "9007199254740993", "--sha256", &digest], |notary, dct| {
        notary.code == 0 && dct.code == 1 && dct.stdout.contains("* fatal: this cannot be signed: the integer 9007199254740993")
    });
    session.same(&["reset", "@app", "--all"]);
    session.same(&["status", "@app"]);
    session.same_metadata("app");
}

fn reading(session: &mut Session<'_>) {
    for line in [
        &["list", "@app"] as &[&str],
        &["list", "@app", "-r", "targets"],
        &["list", "@app", "--roles="],
        &["lookup", "@app", "v1"],
        &["lookup", "@app", "nothing"],
        &["lookup", "@nothing", "v1"],
        &["verify", "@app", "v1", "-i", "one.txt"],
        &["verify", "@app", "v1", "-i", "one.txt", "-q"],
        &["verify", "@app", "v1", "-i", "one.txt", "-o", "out.txt"],
        &["verify", "@app", "v1", "-i", "/nowhere"],
        // of two hashes notary names either
        &["verify", "@app", "v3", "-i", "two.txt"],
        &["verify", "@app", "nothing", "-i", "one.txt"],
        &["verify", "@nothing", "v1", "-i", "one.txt"],
    ] {
        session.same(line);
    }
    session.same_on_input(&["verify", "@app", "v1"], "one");
    session.same_on_input(&["verify", "@app", "v3"], "one");
    session.same_on_input(&["verify", "@app", "v3"], &"3".repeat(1 << 16));
}

fn removing(session: &mut Session<'_>) {
    for line in [
        &["remove", "@app", "v1"] as &[&str],
        &["remove", "@app", "nothing"],
        &["status", "@app"],
        &["publish", "@app"],
        &["list", "@app"],
        &["remove", "@app", "v2", "-p"],
        &["witness", "@app", "targets"],
        &["status", "@app"],
        &["publish", "@app"],
        &["publish", "@app"],
    ] {
        session.same(line);
    }
    session.same_metadata("app");
}

fn deleting(session: &mut Session<'_>) {
    session.same(&["init", "@gone", "-p"]);
    session.same(&["delete", "@gone"]);
    session.same(&["list", "@gone"]);
    session.same(&["delete", "@gone", "--remote"]);
    session.same(&["list", "@gone"]);
    session.same(&["delete", "@never"]);
    session.same(&["key", "list"]);
    let peers = session.peers;
    // there is nothing to lose
    let former = session.homes(|| Home::new(peers, "jeff"));
    session.differs("paths", &["delete", "x/../.."], |_, dct| {
        dct.code == 1 && dct.stdout.contains("* fatal: invalid repository name")
    });
    session.back(former);
}
