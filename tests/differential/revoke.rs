//! `revoke`.

use std::fs;

use crate::{session::Session, signers::sign_new, support::home::Home};

pub(crate) fn chapter(session: &mut Session<'_>) {
    session.same(&["revoke", "@nowhere:1"]);
    session.same(&["revoke", "-y", "@nowhere"]);
    session.same(&["revoke", "@app:ghost"]);
    session.same(&["revoke", "@app:10"]);
    session.same(&["inspect", "@app"]);
    session.same(&["revoke", "@app:10"]);
    session.same_on_input(&["revoke", "@app"], "n\n");
    strangers(session);
    session.same_on_input(&["revoke", "@app"], "y\n");
    session.same(&["inspect", "--pretty", "@app"]);
    session.same(&["revoke", "--yes", "@app"]);
    session.same(&["revoke", "-y", "@web"]);
    // what was revoked is signed anew
    sign_new(session, "app", "1");
    session.same(&["inspect", "@app"]);
    session.same(&["signer", "remove", "ghost", "@app"]);
    staged(session);
    base_entries(session);
}

/// What `notary` has staged in the same home is not of this command.
fn staged(session: &mut Session<'_>) {
    let peers = session.peers;
    let is_staged = |home: &Home, name: &str| {
        let status = home.notary(&["status", &peers.image(name)]).ok().stdout;
        status.contains("staged-by-notary")
    };
    for line in [&["inspect", "@app"] as &[&str], &["sign", "@app:1"], &["revoke", "@app:1"]] {
        session.notary(&["addhash", "@app", "staged-by-notary", "1", "--sha256", &"ab".repeat(32)]);
        session.differs_unseen("staged-changes", line, |docker, dct| !is_staged(docker, "docker/app") && is_staged(dct, "dct/app"));
        session.notary(&["reset", "@app", "--all"]);
    }
}

fn strangers(session: &mut Session<'_>) {
    let peers = session.peers;
    for make in
        [(|peers| Home::new(peers, "reader")) as fn(&_) -> _, |peers| Home::new(peers, "ian"), |peers| Home::anonymous(peers)]
    {
        let former = session.homes(|| make(peers));
        session.same(&["revoke", "@app:1"]);
        session.same(&["revoke", "-y", "@app"]);
        session.back(former);
    }
}

/// Tags that were signed with the repository's own key, before there were signers.
fn base_entries(session: &mut Session<'_>) {
    for name in ["base", "old", "older"] {
        let repository = format!("@{name}");
        session.notary(&["init", &repository, "-p"]);
        session.notary(&["key", "rotate", &repository, "snapshot", "-r"]);
        for tag in ["1", "2"] {
            let digest = session.image(name, tag).sha256;
            session.notary(&["addhash", &repository, tag, "527", "--sha256", &digest, "-p"]);
        }
    }
    session.same(&["inspect", "@base"]);
    session.same(&["revoke", "@base:1"]);
    session.same(&["inspect", "@base"]);
    session.same(&["sign", "@base:2"]);
    session.same(&["inspect", "--pretty", "@base"]);
    let peers = session.peers;
    let former = session.homes(|| Home::new(peers, "ian"));
    session.differs("log-lines", &["revoke", "@base:2"], |docker, dct| {
        let told = "could not find necessary signing keys, at least one of these keys must be available: ";
        docker.stderr.contains("level=error") && dct.stderr.contains(told) && (docker.code, dct.code) == (1, 1)
    });
    session.back(former);

    session.same(&["signer", "add", "--key", "gail.pub", "gail", "@old", "@older"]);
    session.same(&["sign", "@old:1"]);
    session.differs_unseen("base-entries", &["revoke", "@old:1"], |docker, dct| {
        let trusted = |home: &Home, name: &str| home.notary(&["lookup", &peers.image(name), "1"]).code == 0;
        trusted(docker, "docker/old") && !trusted(dct, "dct/old")
    });
    session.differs("base-entries", &["inspect", "@old"], |docker, dct| {
        docker.stdout.contains("\"SignedTag\": \"1\"") && !dct.stdout.contains("\"SignedTag\": \"1\"")
    });
    session.same(&["sign", "@older:1"]);
    // who has gail's key, and not the repository's
    for side in [&session.docker, &session.dct] {
        for file in side.home.key_files() {
            if fs::read_to_string(&file).unwrap().contains("role: targets\n") {
                fs::rename(&file, file.with_extension("away")).unwrap();
            }
        }
    }
    session.differs("revoke-lacks-keys", &["revoke", "@older:1"], |docker, dct| {
        docker.code == 0 && dct.code == 1 && dct.stderr.contains("these tags stay, for want of signing keys: 1\n")
    });
    session.differs("revoke-lacks-keys", &["revoke", "-y", "@older"], |docker, dct| {
        docker.code == 0 && dct.code == 1 && dct.stderr.contains("these tags stay, for want of signing keys: 1, 2\n")
    });
    session.same(&["inspect", "@older:2"]);
}
