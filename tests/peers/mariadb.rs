//! The documented flow where the Notary server and the signer store in MariaDB, as they do in production: its unique indexes and transactions
//! decide there who of several publishers was first.

use std::thread;

use crate::{
    flow::agree,
    support::{
        Peers,
        home::{Home, Run},
        openssl::{Bundle, Issuer, KeyForm},
    },
};

/// How many tags each signer signs at the same time.
const TAGS: usize = 3;

#[test]
fn the_documented_flow_with_two_signers_at_once_a_rotation_and_a_deletion() {
    let Some(peers) = Peers::start_with_mariadb() else { return };
    assert!(peers.logs().contains("Using mysql backend"), "{}", peers.logs());
    let (jeff, ian) = (Home::new(&peers, "jeff"), Home::new(&peers, "ian"));
    let (repository, one) = (peers.image("prod/nginx"), peers.image("prod/nginx:1"));
    let image = peers.images().push("prod/nginx", "1", "one");

    for (name, home) in [("jeff", &jeff), ("ian", &ian)] {
        Bundle::make(home.path(), name, KeyForm::EcSec1, Issuer::Ca);
        home.dct(&["key", "load", "--name", name, "key.pem"]).ok();
        let cert = home.path().join("cert.pem");
        let added = jeff.dct(&["signer", "add", "--key", &cert.to_string_lossy(), name, &repository]).ok();
        assert!(added.stdout.ends_with(&format!("Successfully added signer: {name} to {repository}\n\n")), "{added}");
    }
    jeff.dct(&["sign", &one]).ok();
    ian.dct(&["sign", &one]).ok();
    let shown = agree(&jeff, &one);
    assert!(shown.stdout.contains(&format!("1            {}   ian, jeff\n", image.sha256)), "{shown}");

    signed_at_once(&peers, &[("jeff", &jeff), ("ian", &ian)], &repository);
    let before = agree(&Home::new(&peers, "reader"), &repository);
    for (name, tag) in [("jeff", 0), ("ian", TAGS - 1)] {
        assert!(before.stdout.contains(&format!("\n{name}-{tag} ")), "{before}");
    }

    let run = snapshot_key_to_the_server(&peers, &jeff, &repository);
    assert!(run.stdout.ends_with(&format!("Successfully rotated snapshot key for repository {repository}\n")), "{run}");
    assert_eq!(agree(&ian, &repository).stdout, before.stdout, "the rotation changes no signature");
    let image = peers.images().push("prod/nginx", "2", "two");
    ian.dct(&["sign", &peers.image("prod/nginx:2")]).ok();
    jeff.docker_trust(&["revoke", "--yes", &peers.image("prod/nginx:jeff-0")]).ok();
    let after = agree(&Home::new(&peers, "reader"), &repository);
    assert!(after.stdout.contains(&format!("2            {}   ian\n", image.sha256)), "{after}");
    assert!(!after.stdout.contains("\njeff-0 "), "{after}");

    jeff.dct(&["delete", &repository, "--remote", "--yes"]).ok();
    ian.dct(&["delete", &repository]).ok();
    for home in [&jeff, &ian] {
        home.dct(&["inspect", &repository]).fails(1);
        home.docker_trust(&["inspect", &repository]).fails(1);
    }
    // the name is free again: nothing of its first life is left in the tables
    jeff.dct(&["sign", &one]).ok();
    agree(&Home::new(&peers, "reader"), &one);
}

/// notary-server takes two updates at the same time whose second snapshot names the targets file that the first has just replaced: it has a
/// version then that no snapshot names, and takes no other of that number. Here the first one's snapshot is taken out of the tables.
#[test]
fn a_version_that_the_server_stored_and_lost_from_its_snapshot_is_passed_over() {
    let Some(peers) = Peers::start_with_mariadb() else { return };
    let (away, repository) = (Home::new(&peers, "jeff"), peers.image("prod/nginx"));
    peers.images().push("prod/nginx", "1", "one");
    away.dct(&["sign", &peers.image("prod/nginx:1")]).ok();
    let copy = || {
        let home = Home::new(&peers, "jeff");
        home.other("cp", &["-r", &away.trust_dir().to_string_lossy(), &home.path().join(".docker").to_string_lossy()]).ok();
        home
    };
    let (home, notary) = (copy(), copy());
    let digest = "ab".repeat(32);
    let addition = |name| ["addhash", &repository, name, "3", "--sha256", &digest, "-r", "targets", "-p"];
    let publish = |home: &Home, name| home.dct_as_notary_with_input(&addition(name), "").ok();
    publish(&away, "first");
    publish(&away, "second");
    peers.database().unwrap().run_on_server(
        "DELETE newest FROM tuf_files newest JOIN (SELECT role, MAX(version) AS version FROM tuf_files GROUP BY role) last \
         USING (role, version) WHERE newest.role IN ('snapshot', 'timestamp')",
    );

    let refused = notary.notary(&addition("never")).fails(1);
    assert!(refused.stdout.contains("trust server rejected operation"), "{refused}");
    let run = publish(&home, "third");
    assert!(run.stderr.contains("the server lost version 4 of targets, "), "{run}");
    let listed = Home::new(&peers, "reader").notary(&["list", &repository]).ok().stdout;
    let has = |name: &str| listed.contains(&format!("\n{name} "));
    assert!(has("first") && !has("second") && has("third"), "{listed}");
    // and so goes the next one
    publish(&home, "fourth");
    agree(&home, &repository);
}

/// Each of these signers signs tags of his own, all at the same time; all of them come through, and none is told of more than a newer version.
fn signed_at_once(peers: &Peers, signers: &[(&str, &Home)], repository: &str) {
    let tags: Vec<(&Home, String)> =
        signers.iter().flat_map(|(name, home)| (0..TAGS).map(move |number| (*home, format!("{name}-{number}")))).collect();
    for (_, tag) in &tags {
        peers.images().push("prod/nginx", tag, tag);
    }
    let mark = peers.mark();
    thread::scope(|scope| {
        for (home, tag) in &tags {
            scope.spawn(move || home.dct(&["sign", &format!("{repository}:{tag}")]).ok());
        }
    });
    let posts: Vec<u16> =
        peers.requests_since(mark).into_iter().filter(|(method, ..)| method == "POST").map(|(.., status)| status).collect();
    assert_eq!(posts.iter().filter(|status| **status == 200).count(), tags.len(), "{posts:?}");
    // who comes too late is told so
    assert!(posts.iter().all(|status| [200, 400].contains(status)), "{posts:?}\n{}", peers.logs());
}

fn snapshot_key_to_the_server(peers: &Peers, home: &Home, repository: &str) -> Run {
    let (trust, ca, url) = (home.trust_dir(), peers.ca().to_string_lossy(), peers.url());
    let trust = trust.to_string_lossy();
    home.dct(&["notary", "-d", &trust, "-s", &url, "--tlscacert", &ca, "key", "rotate", repository, "snapshot", "-r"]).ok()
}
