//! Keys are rotated, and the peers go on with what there is then; and the reverse.

use std::{
    fs::{self, DirBuilder},
    os::unix::fs::DirBuilderExt as _,
    path::PathBuf,
    thread,
};

use crate::{
    flow::agree,
    support::{
        Peers,
        home::{Home, Run},
        openssl::{Bundle, Issuer, KeyForm},
    },
};

/// `dct notary` on the trust folder of this home, as `Home::notary` runs notary.
fn ours(peers: &Peers, home: &Home, args: &[&str], input: &str) -> Run {
    let (trust, ca) = (home.trust_dir(), peers.ca().to_string_lossy().into_owned());
    let (trust, url) = (trust.to_string_lossy(), peers.url());
    let mut all = vec!["notary", "-d", &trust, "-s", &url, "--tlscacert", &ca];
    all.extend_from_slice(args);
    home.dct_with_input(&all, input)
}

fn rotated(peers: &Peers, home: &Home, repository: &str, role: &str, more: &[&str]) {
    let run = ours(peers, home, &[&["key", "rotate", repository, role], more].concat(), "yes\n").ok();
    assert!(run.stdout.ends_with(&format!("Successfully rotated {role} key for repository {repository}\n")), "{run}");
}

/// A repository with a signer jeff and a tag of his, whose snapshot the server signs.
fn signed(peers: &Peers, home: &Home) -> String {
    let repository = peers.image("prod/nginx");
    let bundle = Bundle::make(&peers.folder("jeff"), "jeff", KeyForm::EcSec1, Issuer::Ca);
    peers.images().push("prod/nginx", "1", "one");
    home.dct(&["key", "load", "--name", "jeff", &bundle.key.to_string_lossy()]).ok();
    home.dct(&["signer", "add", "--key", &bundle.cert.to_string_lossy(), "jeff", &repository]).ok();
    home.dct(&["sign", &format!("{repository}:1")]).ok();
    repository
}

/// The private keys of a role, by what their files say.
fn keys_of(home: &Home, role: &str) -> Vec<PathBuf> {
    let says = format!("role: {role}\n");
    home.key_files().into_iter().filter(|file| fs::read_to_string(file).unwrap().contains(&says)).collect()
}

#[test]
fn every_rotation_is_read_back_by_the_peers_and_they_go_on() {
    let Some(peers) = Peers::start() else { return };
    let (home, away) = (Home::new(&peers, "jeff"), Home::new(&peers, "reader"));
    let repository = signed(&peers, &home);
    agree(&away, &repository);
    for (step, (role, more, signer)) in [
        ("targets", &[] as &[&str], "dct"),
        ("snapshot", &[], "dct"),
        ("root", &[], "notary"),
        ("targets", &[], "notary"),
        ("snapshot", &["--server-managed"], "dct"),
        ("timestamp", &["-r"], "notary"),
        ("root", &["--legacy", "2"], "dct"),
    ]
    .into_iter()
    .enumerate()
    {
        let before = keys_of(&home, role);
        rotated(&peers, &home, &repository, role, more);
        let now = keys_of(&home, role);
        match (role, more.is_empty()) {
            ("root", _) => {
                assert!(before.iter().all(|key| now.contains(key)) && now.len() == before.len() + 1, "old root keys stay");
            }
            ("snapshot" | "timestamp", false) => assert!(now.is_empty(), "the server has it"),
            _ => assert!(now.len() == 1 && now != before, "{role}: {before:?}, then {now:?}"),
        }
        for home in [&home, &Home::new(&peers, "reader")] {
            let shown = agree(home, &repository);
            assert!(shown.stdout.contains("\n1            "), "{shown}");
        }
        let (tag, digest) = (format!("after-{step}"), "ab".repeat(32));
        if signer == "notary" {
            home.notary(&["addhash", &repository, &tag, "3", "--sha256", &digest, "-p"]).ok();
        } else {
            peers.images().push("prod/nginx", &tag, &tag);
            home.dct(&["sign", &format!("{repository}:{tag}")]).ok();
        }
        home.docker_trust(&["sign", &format!("{repository}:1")]).ok();
        assert!(agree(&home, &repository).stdout.contains(&tag));
    }
    // who was away for all of that comes back
    assert!(away.dct(&["inspect", &repository]).ok().stdout.contains("after-6"));
    agree(&away, &repository);
}

#[test]
fn the_verb_of_dct_rotates_with_the_settings_of_docker() {
    let Some(peers) = Peers::start() else { return };
    let (home, away) = (Home::new(&peers, "jeff"), Home::new(&peers, "reader"));
    let repository = signed(&peers, &home);
    agree(&away, &repository);
    let asked = home.dct_with_input(&["key", "rotate", &repository, "root"], "n\n").fails(1);
    assert!(asked.stdout.contains("Rotate it? [y/N] ") && asked.stderr.contains("the key was not rotated"), "{asked}");
    assert_eq!(keys_of(&home, "root").len(), 1);
    let given = Bundle::make(&peers.folder("given"), "given", KeyForm::EcPkcs8, Issuer::Itself);
    let given = given.key.to_string_lossy();
    for (args, role, person_has_it) in [
        (&["targets"] as &[&str], "targets", true),
        (&["snapshot"], "snapshot", true),
        (&["--server-managed", "snapshot"], "snapshot", false),
        (&["--server-managed", "timestamp"], "timestamp", false),
        (&["--yes", "root"], "root", true),
        (&["--yes", "--legacy", "2", "root"], "root", true),
        (&["--key", &given, "targets"], "targets", true),
    ] {
        let before = keys_of(&home, role);
        let (options, role_typed) = args.split_at(args.len() - 1);
        let run = home.dct(&[&["key", "rotate"], options, &[&repository], role_typed].concat()).ok();
        assert!(run.stdout.ends_with(&format!("Successfully rotated {role} key for repository {repository}\n")), "{run}");
        let made = run.stderr.starts_with("warning: made root key ") && run.stderr.lines().count() == 1;
        assert!(if role == "root" { made } else { run.stderr.is_empty() }, "{run}");
        let now = keys_of(&home, role);
        match (role, person_has_it) {
            ("root", _) => assert_eq!(now.len(), before.len() + 1, "an old root key stays"),
            (_, true) => assert!(now.len() == 1 && now != before, "{role}: {before:?}, then {now:?}"),
            (_, false) => assert!(now.is_empty(), "the server has it"),
        }
        for home in [&home, &away, &Home::new(&peers, "reader")] {
            agree(home, &repository);
        }
        home.dct(&["sign", &format!("{repository}:1")]).ok();
    }
    // who has no right to have the server make a key, and who has not the root key
    let reader = Home::new(&peers, "reader");
    reader.dct(&["key", "rotate", "--server-managed", &repository, "snapshot"]).fails(1);
    let refused = reader.dct(&["key", "rotate", &repository, "targets"]).fails(1);
    assert!(refused.stderr.contains("could not find necessary signing keys"), "{refused}");
    assert!(reader.key_files().is_empty(), "no key is made for what cannot be");
    agree(&home, &repository);
}

#[test]
fn ten_new_roots_are_walked_by_one_who_was_away() {
    let Some(peers) = Peers::start() else { return };
    let (home, away) = (Home::new(&peers, "jeff"), Home::new(&peers, "reader"));
    let repository = signed(&peers, &home);
    away.dct(&["inspect", &repository]).ok();
    for _ in 0..10 {
        rotated(&peers, &home, &repository, "root", &[]);
    }
    let mark = peers.mark();
    let run = away.dct(&["inspect", &repository]).ok();
    assert!(run.stdout.contains("\"SignedTag\": \"1\""), "{run}");
    let roots = peers.requests_since(mark).into_iter().filter(|(_, path, status)| path.ends_with("root.json") && *status == 200);
    assert_eq!(roots.count(), 10, "nine between, and the newest");
    agree(&away, &repository);
    agree(&Home::new(&peers, "reader"), &repository);
}

#[test]
fn rotations_by_notary_are_walked_and_ours_follow_on_them() {
    let Some(peers) = Peers::start() else { return };
    let (home, away) = (Home::new(&peers, "jeff"), Home::new(&peers, "reader"));
    let repository = signed(&peers, &home);
    away.dct(&["inspect", &repository]).ok();
    for (role, more) in [("root", &[] as &[&str]), ("targets", &[]), ("snapshot", &[]), ("root", &[]), ("timestamp", &["-r"])] {
        home.notary_with_input(&[&["key", "rotate", &repository, role], more].concat(), "yes\n").ok();
    }
    rotated(&peers, &home, &repository, "targets", &[]);
    rotated(&peers, &home, &repository, "root", &["--legacy=-1"]);
    agree(&away, &repository);
    let root = fs::read(away.trust_dir().join("tuf").join(&repository).join("metadata/root.json")).unwrap();
    let root: serde_json::Value = serde_json::from_slice(&root).unwrap();
    assert_eq!(root["signatures"].as_array().unwrap().len(), 4, "the root keys of all roots before it, and its own");
    home.notary_with_input(&["key", "rotate", &repository, "root"], "yes\n").ok();
    for home in [&home, &away, &Home::new(&peers, "reader")] {
        agree(home, &repository);
    }
}

#[test]
fn a_given_key_is_rotated_to_and_an_answer_of_no_changes_nothing() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let repository = signed(&peers, &home);
    let before = home.key_files();
    let run = ours(&peers, &home, &["key", "rotate", &repository, "root"], "no\n").ok();
    let theirs = home.notary_with_input(&["key", "rotate", &repository, "root"], "no\n").ok();
    assert_eq!(run.stdout, theirs.stdout);
    assert_eq!(home.key_files(), before);

    let bundle = Bundle::make(&peers.folder("new"), "new", KeyForm::EcPkcs8, Issuer::Itself);
    rotated(&peers, &home, &repository, "targets", &["-k", &bundle.key.to_string_lossy()]);
    agree(&home, &repository);
    for file in [&bundle.key, &bundle.cert] {
        let file = file.to_string_lossy();
        let args = ["key", "rotate", &repository, "root", "-k", &file];
        let theirs = home.notary_with_input(&args, "yes\n").fails(1);
        for refused in [ours(&peers, &home, &args, "yes\n").fails(1), theirs] {
            assert!(refused.stdout.ends_with("* fatal: only encrypted root keys may be imported\n"), "{refused}");
        }
    }
    for args in [
        &["key", "rotate", &repository, "targets/jeff"] as &[&str],
        &["key", "rotate", &repository, "bogus"],
        &["key", "rotate", &repository, "timestamp"],
        &["key", "rotate", &repository, "targets", "-r"],
    ] {
        let (mine, theirs) = (ours(&peers, &home, args, "").fails(1), home.notary(args).fails(1));
        assert_eq!(mine.stdout, theirs.stdout, "{args:?}");
    }
}

#[test]
fn what_was_initialized_and_not_published_is_published_with_the_new_keys() {
    let Some(peers) = Peers::start() else { return };
    for (role, more) in [("targets", &[] as &[&str]), ("snapshot", &["-r"]), ("root", &[])] {
        let home = Home::new(&peers, "jeff");
        let repository = peers.image(&format!("prod/{role}"));
        let none = ours(&peers, &home, &["key", "rotate", &repository, role], "yes\n").fails(1);
        assert!(none.stdout.contains("does not have trust data for") && home.key_files().is_empty(), "{none}");
        home.notary(&["init", &repository]).ok();
        let unpublished = home.dct(&["expiry"]).fails(1);
        assert!(unpublished.stderr.contains(&format!("{repository} is passed over")), "{unpublished}");
        home.dct(&["expiry", &repository]).fails(1);
        rotated(&peers, &home, &repository, role, more);
        for home in [&home, &Home::new(&peers, "reader")] {
            agree(home, &repository);
        }
        home.notary(&["addhash", &repository, "1", "3", "--sha256", &"ab".repeat(32), "-p"]).ok();
        agree(&home, &repository);
    }
}

#[test]
fn who_rotates_while_others_sign_or_rotate_has_the_newer_state_or_a_refusal() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let repository = signed(&peers, &home);
    for tag in 0..4 {
        peers.images().push("prod/nginx", &format!("t{tag}"), &format!("content {tag}"));
    }
    thread::scope(|scope| {
        for tag in 0..4 {
            let image = format!("{repository}:t{tag}");
            let home = &home;
            scope.spawn(move || home.dct(&["sign", &image]).ok());
        }
        for role in ["root", "targets"] {
            let (peers, home, repository) = (&peers, &home, &repository);
            scope.spawn(move || rotated(peers, home, repository, role, &[]));
        }
    });
    let shown = agree(&home, &repository).stdout;
    assert!((0..4).all(|tag| shown.contains(&format!("\nt{tag} "))), "{shown}");

    // two owners at once, each with the keys of both; what one has not seen it does not undo
    let other = Home::new(&peers, "ian");
    for file in home.key_files() {
        let folder = other.trust_dir().join("private");
        DirBuilder::new().recursive(true).mode(0o700).create(&folder).unwrap();
        fs::copy(&file, folder.join(file.file_name().unwrap())).unwrap();
    }
    for role in ["targets", "root"] {
        let runs: Vec<Run> = thread::scope(|scope| {
            let rotate = |home| {
                let (peers, repository) = (&peers, &repository);
                move || ours(peers, home, &["key", "rotate", repository, role], "yes\n")
            };
            let runs: Vec<_> = [&home, &other].map(|home| scope.spawn(rotate(home))).into();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        assert!(runs.iter().any(|run| run.code == 0), "{runs:?}");
        let refused = |run: &Run| run.stdout.contains("someone else gave the role other keys");
        assert!(runs.iter().all(|run| run.code == 0 || refused(run)), "{runs:?}");
        for reader in [&home, &other, &Home::new(&peers, "reader")] {
            agree(reader, &repository);
        }
    }
}
