//! Trust data that has expired on the real server is brought back, and read by the peers again.

use std::{
    fs::{self, DirBuilder},
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    sync::Arc,
    thread,
    time::Duration,
};

use base64ct::{Base64, Encoding as _};
use client::ports::{Bytes, NotaryRemote as _};
use forge::{Forge, certificate::Certificate, key::Key};
use host::{
    docker::{credentials::DockerCredentials, tls::TlsFolders},
    http::{Net, NetSettings},
    notary::{Access, NotaryServers, servers::Servers},
};
use jiff::{SignedDuration, Timestamp};
use p256::pkcs8::{EncodePrivateKey as _, LineEnding};
use sha2::{Digest as _, Sha256};
use trust::model::{gun::Gun, role::RoleName};

use crate::{
    flow::agree,
    support::{
        Peers,
        home::{Home, Run},
    },
};

/// So long, in seconds, does what is to expire still count when it is uploaded: the server refuses what has expired.
const LIFE: i64 = 3;

#[allow(clippy::disallowed_methods, reason = "the server looks at the clock, too")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn soon() -> Timestamp {
    now() + SignedDuration::from_secs(LIFE)
}

fn wait_for_the_end() {
    thread::sleep(Duration::from_secs(LIFE.unsigned_abs() + 1));
}

fn server(home: &Home) -> NotaryServers {
    let docker = home.path().join(".docker");
    let credentials = Box::new(DockerCredentials::new(docker.clone()));
    let net = Net::new(NetSettings::default(), credentials, Box::new(TlsFolders::of_docker(&docker)));
    NotaryServers::new(Arc::new(net), Servers::default(), Access::Admin)
}

/// A repository of the forge's with the server's own keys for these roles.
fn forged(home: &Home, peers: &Peers, name: &str, of_server: &[&str]) -> Forge {
    let mut forge = Forge::new(&peers.image(name));
    let gun = Gun::parse(&forge.gun).unwrap();
    for role in of_server {
        let answer = server(home).server_keys(&gun, &[RoleName::parse(role).unwrap()]).pop().unwrap().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&answer).unwrap();
        let public = Base64::decode_vec(json["keyval"]["public"].as_str().unwrap()).unwrap();
        forge.give(role, &[Key::p256("of the server").with_public(public)]);
    }
    forge.publish();
    forge
}

fn upload(home: &Home, forge: &Forge, roles: &[&str]) {
    let file = |role: &&str| (RoleName::parse(role).unwrap(), Bytes::from(forge.bytes[*role].clone()));
    let files: Vec<_> = roles.iter().map(file).collect();
    server(home).publish(&Gun::parse(&forge.gun).unwrap(), &files).unwrap();
}

const ALL: [&str; 4] = ["root", "targets", "targets/jeff", "targets/releases"];

/// Puts a key of the forge, made of its name, into a home's key store.
fn holds(home: &Home, name: &str, headers: &str) {
    let key = p256::SecretKey::from_slice(&Sha256::digest(name)).unwrap();
    let pem = key.to_pkcs8_pem(LineEnding::LF).unwrap().replacen("-----\n", &format!("-----\n{headers}\n\n"), 1);
    let file = home.trust_dir().join("private").join(format!("{}.key", Key::p256(name).id()));
    DirBuilder::new().recursive(true).mode(0o700).create(file.parent().unwrap()).unwrap();
    fs::write(&file, pem).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
}

/// A person with the keys of root, targets, snapshot and jeff.
fn owner(peers: &Peers, repository: &str) -> Home {
    let home = Home::new(peers, "jeff");
    holds(&home, "root", "role: root");
    for role in ["targets", "snapshot"] {
        holds(&home, role, &format!("role: {role}\ngun: {repository}"));
    }
    holds(&home, "jeff", "role: jeff");
    home
}

/// Everybody reads all of it: the peers here and elsewhere.
fn whole(peers: &Peers, home: &Home, repository: &str) {
    for home in [home, &Home::new(peers, "reader")] {
        let shown = agree(home, repository);
        assert!(shown.stdout.contains("\n0            ") && shown.stdout.contains("\n1            "), "{shown}");
    }
}

fn state_of(home: &Home, repository: &str, code: i32) -> Vec<(String, String)> {
    let run = home.dct(&["expiry", "--output", "json", repository]).fails(code);
    let shown: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let ends = shown["repositories"][0]["ends"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    ends.iter()
        .filter(|end| end["state"] != "later" && end["state"] != "not-checked")
        .map(|end| (text(&end["role"]), text(&end["kind"])))
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(role, kind)| ((*role).to_owned(), (*kind).to_owned())).collect()
}

/// Renews what has expired; on a machine that has never seen the repository, by the ID of its root key alone.
fn renewed(home: &Home, repository: &str, seen: bool) -> Run {
    if seen {
        return home.dct(&["renew", repository]).ok();
    }
    let refused = home.dct(&["renew", repository]).fails(1);
    assert!(refused.stderr.contains("was never read on this machine"), "{refused}");
    assert!(refused.stderr.contains(&format!("`dct renew --root ID {repository}`")), "{refused}");
    let (other, own) = (Key::p256("other").id(), Key::p256("root").id());
    home.dct(&["renew", "--root", &other, repository]).fails(1);
    home.dct(&["renew", "--root", &own, repository]).ok()
}

#[test]
fn targets_a_delegation_and_the_root_come_back_from_their_end() {
    let Some(peers) = Peers::start() else { return };
    for role in ["targets", "targets/releases", "root"] {
        for warm in [true, false] {
            let repository = peers.image(&format!("prod/{}-{warm}", role.replace('/', "-")));
            let home = owner(&peers, &repository);
            let mut forge = forged(&home, &peers, repository.split_once('/').unwrap().1, &["timestamp", "snapshot"]);
            forge.set_expires(role, &soon().to_string());
            upload(&home, &forge, &ALL);
            if warm {
                home.dct(&["inspect", &repository]).ok();
            }
            wait_for_the_end();
            if role == "targets/releases" {
                // what is left is shown, and is no answer
                let shown = home.dct(&["inspect", &repository]).fails(1);
                assert!(!shown.stdout.contains("\"SignedTag\": \"1\""), "{shown}");
                assert!(shown.stderr.contains("cannot be known: targets/releases expired"), "{shown}");
            } else {
                home.dct(&["inspect", &repository]).fails(1);
                home.notary(&["list", &repository]).fails(1);
            }
            assert_eq!(state_of(&home, &repository, 4), pairs(&[(role, "file")]));
            // a delegation that has expired keeps nobody from reading the rest
            let seen = warm || role == "targets/releases";
            let run = renewed(&home, &repository, seen);
            let version = forge.version(role) + 1;
            assert!(run.stdout.starts_with(&format!("Renewed {role}: version {version} expires ")), "{run}");
            assert_eq!(run.stdout.lines().count(), 1, "{run}");
            whole(&peers, &home, &repository);
            assert_eq!(state_of(&home, &repository, 0), pairs(&[]));
            let run = home.dct(&["renew", &repository]).ok();
            assert!(
                run.stdout.starts_with("Nothing expires before 20")
                    && run.stdout.ends_with("; `dct expiry` shows what does first\n"),
                "{run}"
            );
            // the server has the snapshot's key, and signs it with every update
            let run = home.dct(&["renew", &repository, "snapshot"]).ok();
            assert_eq!(run.stdout, "The server has signed snapshot anew\n");
            whole(&peers, &home, &repository);
        }
    }
}

#[test]
fn a_snapshot_of_a_client_comes_back_although_the_server_serves_no_timestamp() {
    let Some(peers) = Peers::start() else { return };
    for warm in [true, false] {
        let repository = peers.image(&format!("prod/snapshot-{warm}"));
        let home = owner(&peers, &repository);
        let mut forge = forged(&home, &peers, repository.split_once('/').unwrap().1, &["timestamp"]);
        let files = [&ALL[..], &["snapshot"]].concat();
        upload(&home, &forge, &files);
        if warm {
            home.dct(&["inspect", &repository]).ok();
        }
        // a few more updates, which this home does not see
        for _ in 0..5 {
            forge.bump("targets/jeff").snap();
            upload(&home, &forge, &["targets/jeff", "snapshot"]);
        }
        forge.snap().set_expires("snapshot", &soon().to_string());
        upload(&home, &forge, &["snapshot"]);
        wait_for_the_end();
        let stranger = Home::new(&peers, "reader");
        stranger.notary(&["list", &repository]).fails(1);
        stranger.dct(&["inspect", &repository]).fails(1);
        assert_eq!(state_of(&home, &repository, 4), pairs(&[("snapshot", "file")]));
        let run = renewed(&home, &repository, warm);
        let version = forge.version("snapshot") + 1;
        assert!(run.stdout.starts_with(&format!("Renewed snapshot: version {version} expires ")), "{run}");
        whole(&peers, &home, &repository);
    }
}

#[test]
fn a_root_certificate_is_replaced_before_its_end_for_the_same_key() {
    let Some(peers) = Peers::start() else { return };
    let repository = peers.image("prod/certificate");
    let home = owner(&peers, &repository);
    let mut forge = forged(&home, &peers, "prod/certificate", &["timestamp", "snapshot"]);
    give_certificate(&mut forge, now() + SignedDuration::from_hours(24 * 100));
    upload(&home, &forge, &ALL);
    let (away, before) = (Home::new(&peers, "reader"), home.key_files());
    whole(&peers, &away, &repository);
    assert_eq!(state_of(&home, &repository, 3), pairs(&[("root", "certificate")]));
    home.dct(&["expiry", "--within", "99d", &repository]).ok();
    let named = home.dct(&["renew", &repository, "targets"]).ok();
    assert!(named.stdout.contains("Renewed targets") && !named.stdout.contains("root"), "only what is named: {named}");
    let run = home.dct(&["renew", &repository]).ok();
    assert!(run.stdout.contains("Renewed root: version 2") && run.stdout.contains("Replaced root certificate "), "{run}");
    assert_eq!(home.key_files(), before, "the same key");
    assert_eq!(state_of(&home, &repository, 0), pairs(&[]));
    for home in [&home, &away] {
        whole(&peers, home, &repository);
    }
    // and by notary, too, who has the key
    home.notary_with_input(&["key", "rotate", &repository, "root"], "yes\n").ok();
    whole(&peers, &away, &repository);
}

#[test]
fn who_has_no_root_key_publishes_while_the_root_nears_its_end() {
    let Some(peers) = Peers::start() else { return };
    let repository = peers.image("prod/near");
    let home = Home::new(&peers, "jeff");
    holds(&home, "jeff", "role: jeff");
    let mut forge = forged(&home, &peers, "prod/near", &["timestamp", "snapshot"]);
    forge.set_expires("root", &(now() + SignedDuration::from_hours(24 * 30)).to_string());
    upload(&home, &forge, &ALL);
    let image = peers.images().push("prod/near", "2", "two");
    // notary wants to sign the root with each update, and its key is not here
    let theirs = home.notary(&["addhash", &repository, "3", "3", "--sha256", &"ab".repeat(32), "-r", "targets/jeff", "-p"]);
    assert!(theirs.code == 1 && theirs.stdout.contains("signing keys not available"), "{theirs}");
    let run = home.dct(&["sign", &format!("{repository}:2")]).ok();
    let words = format!("warning: root of {repository} expires on ");
    assert!(run.stderr.contains(&words) && run.stderr.contains(&format!(": `dct renew {repository}` signs it anew")), "{run}");
    assert_eq!(run.stderr.matches(&words).count(), 1, "{run}");
    let run = agree(&home, &format!("{repository}:2"));
    assert!(run.stdout.contains(&image.sha256), "{run}");
    let run = home.dct(&["renew", &repository]).ok();
    assert!(run.stderr.contains("root expires on ") && run.stderr.contains("too few of its keys"), "{run}");
    let run = home.dct(&["renew", &repository, "root"]).fails(1);
    assert!(run.stderr.contains("could not find necessary signing keys"), "{run}");
    // its owner renews it, without and with it being near
    let owner = owner(&peers, &repository);
    owner.dct(&["renew", &repository]).ok();
    owner.dct(&["renew", &repository, "root", "targets", "snapshot"]).ok();
    agree(&home, &repository);
}

#[test]
fn a_repository_whose_root_certificate_has_expired_is_published_anew() {
    let Some(peers) = Peers::start() else { return };
    for (version, own_snapshot) in [(1, false), (1, true), (2, false)] {
        let name = format!("prod/certificate-{version}-{own_snapshot}");
        let repository = peers.image(&name);
        let (home, away) = (owner(&peers, &repository), Home::new(&peers, "reader"));
        let of_server: &[&str] = if own_snapshot { &["timestamp"] } else { &["timestamp", "snapshot"] };
        let mut forge = forged(&home, &peers, &name, of_server);
        let snapshot: &[&str] = if own_snapshot { &["snapshot"] } else { &[] };
        if version == 1 {
            give_certificate(&mut forge, soon());
            upload(&home, &forge, &[&ALL[..], snapshot].concat());
        } else {
            upload(&home, &forge, &ALL);
            let not_after = soon().strftime("%y%m%d%H%M%SZ").to_string();
            let certificate = Certificate { not_after, ..Certificate::of(&forge.gun) };
            forge.rotate("root", &[Key::p256("root").in_certificate(&certificate)]).publish();
            upload(&home, &forge, &["root"]);
        }
        away.dct(&["inspect", &repository]).ok();
        let seen = version == 1;
        if seen {
            home.dct(&["inspect", &repository]).ok();
        }
        wait_for_the_end();
        for home in [&home, &away] {
            home.notary(&["list", &repository]).fails(1);
            home.dct(&["inspect", &repository]).fails(1);
        }
        assert_eq!(state_of(&home, &repository, 4), pairs(&[("root", "certificate")]));
        let root = Key::p256("root").id();
        let named: &[&str] = if seen { &[] } else { &["--root", &root] };
        if !seen {
            for form in [&["renew", repository.as_str()][..], &["renew", "--recreate", &repository]] {
                let refused = home.dct(form).fails(1);
                assert!(refused.stderr.contains("was never read on this machine"), "{refused}");
            }
        }
        let refused = home.dct(&[&["renew"], named, &[repository.as_str()]].concat()).fails(1);
        assert!(refused.stderr.contains(&format!("hint: `dct renew --recreate {repository}`")), "{refused}");
        let run = home.dct(&[&["renew", "--recreate"], named, &[repository.as_str()]].concat()).ok();
        assert!(run.stdout.contains("Replaced root certificate "), "{run}");
        if version == 1 {
            away.dct(&["inspect", &repository]).ok();
        }
        // what docker and notary have stored of a root whose certificate has expired is in their way
        for home in [&home, &away] {
            home.dct(&["delete", &repository]).ok();
            whole(&peers, home, &repository);
        }
        let refused = home.dct(&["renew", "--recreate", &repository]).fails(1);
        assert!(refused.stderr.contains("is valid until"), "{refused}");
        home.dct(&["renew", &repository, "root", "targets"]).ok();
        whole(&peers, &home, &repository);
    }
}

#[test]
fn what_was_deleted_and_not_published_anew_is_published_by_the_next_run() {
    let Some(peers) = Peers::start() else { return };
    let repository = peers.image("prod/gone");
    let home = owner(&peers, &repository);
    let mut forge = forged(&home, &peers, "prod/gone", &["timestamp", "snapshot"]);
    give_certificate(&mut forge, soon());
    upload(&home, &forge, &ALL);
    home.dct(&["inspect", &repository]).ok();
    wait_for_the_end();
    server(&home).delete(&Gun::parse(&repository).unwrap()).unwrap();
    home.dct(&["renew", "--recreate", &repository]).ok();
    home.dct(&["inspect", &repository]).ok();
    whole(&peers, &Home::new(&peers, "reader"), &repository);
}

fn give_certificate(forge: &mut Forge, end: Timestamp) {
    let not_after = end.strftime("%y%m%d%H%M%SZ").to_string();
    let certificate = Certificate { not_after, ..Certificate::of(&forge.gun) };
    forge.give("root", &[Key::p256("root").in_certificate(&certificate)]).publish();
}

#[test]
fn a_role_that_has_no_version_left_comes_back_with_the_repository() {
    let Some(peers) = Peers::start() else { return };
    let mallory = Key::p256("mallory");
    for own_snapshot in [false, true] {
        let name = format!("prod/spent-{own_snapshot}");
        let repository = peers.image(&name);
        let home = owner(&peers, &repository);
        let of_server: &[&str] = if own_snapshot { &["timestamp"] } else { &["timestamp", "snapshot"] };
        let snapshot: &[&str] = if own_snapshot { &["snapshot"] } else { &[] };
        let mut forge = forged(&home, &peers, &name, of_server);
        forge.delegate("targets/mallory", std::slice::from_ref(&mallory), &[""]);
        forge.edit("targets", |targets| {
            let roles = targets["delegations"]["roles"].as_array_mut().unwrap();
            let releases = roles.iter_mut().find(|role| role["name"] == "targets/releases").unwrap();
            releases["keyids"].as_array_mut().unwrap().push(mallory.id().into());
        });
        upload(&home, forge.publish(), &[&ALL[..], &["targets/mallory"], snapshot].concat());
        home.dct(&["inspect", &repository]).ok();
        forge.set_version("targets/releases", 1 << 53).sign_with("targets/releases", std::slice::from_ref(&mallory)).publish();
        upload(&home, &forge, &[&["targets/releases"], snapshot].concat());
        let unknown = home.dct(&["resolve", &format!("{repository}:1")]).fails(15);
        assert!(unknown.stderr.contains("targets/releases version 9007199254740992, which its keys have signed"), "{unknown}");
        let tag = format!("{repository}:2");
        peers.images().push(&name, "2", "2");
        // with her key in the role and without it
        for _ in 0..2 {
            let spent = home.dct(&["sign", &tag]).fails(1);
            assert!(spent.stderr.contains("the server has a file of version 9007199254740992"), "{spent}");
            assert!(spent.stderr.contains("`dct renew --recreate`"), "{spent}");
            home.dct(&["signer", "remove", "-f", "mallory", &repository]);
        }
        let run = home.dct(&["renew", "--recreate", &repository]).ok();
        assert!(run.stderr.contains("the one that was verified here last is published in its place"), "{run}");
        assert!(!run.stdout.contains("Replaced root certificate"), "{run}");
        home.dct(&["sign", &tag]).ok();
        let reader = Home::new(&peers, "reader");
        for tag in ["1", "2"] {
            reader.dct(&["resolve", &format!("{repository}:{tag}")]).ok();
        }
        agree(&reader, &repository);
        let refused = home.dct(&["renew", "--recreate", &repository]).fails(1);
        assert!(refused.stderr.contains("is valid until"), "{refused}");
    }
}
