//! Publishing where it is not the plain case: the first signature of a repository, several signers at once, what a `notary init` left.

use std::thread;

use crate::{
    flow::agree,
    support::{
        Peers,
        home::Home,
        openssl::{Bundle, Issuer, KeyForm},
    },
};

#[test]
fn the_first_signature_makes_the_repository_and_a_signer_of_the_account() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let one = peers.image("prod/new:1");
    // what cannot be signed makes nothing
    home.dct(&["sign", &one]).fails(1);
    assert!(home.key_files().is_empty());

    let image = peers.images().push("prod/new", "1", "one");
    let mark = peers.mark();
    let run = home.dct(&["sign", &one]).ok();
    let words = format!(
        "Created signer: jeff\nFinished initializing signed repository for {one}\nSigning and pushing trust metadata\n\
         Successfully signed {one}\n"
    );
    assert_eq!(run.stdout, words, "{run}");
    assert_eq!(peers.requests_since(mark).iter().filter(|(method, ..)| method == "POST").count(), 1, "one update");
    let run = agree(&home, &one);
    assert!(run.stdout.contains(&format!("1            {}   jeff\n", image.sha256)), "{run}");
    assert_eq!(home.key_files().len(), 3, "root, targets and jeff");
    // docker goes on with it
    home.docker_trust(&["sign", &one]).ok();
    agree(&home, &one);
}

#[test]
fn a_signer_without_a_key_of_the_repository_is_told_whose_are_wanted() {
    let Some(peers) = Peers::start() else { return };
    let (home, one) = (Home::new(&peers, "jeff"), peers.image("prod/new:1"));
    peers.images().push("prod/new", "1", "one");
    home.dct(&["sign", &one]).ok();
    let stranger = Home::new(&peers, "ian");
    let ours = stranger.dct(&["sign", &one]).fails(1);
    let theirs = stranger.docker_trust(&["sign", &one]).fails(1);
    assert_eq!(ours.stdout, theirs.stdout);
    assert_eq!(ours.stderr.lines().next(), theirs.stderr.lines().next());
    assert!(stranger.key_files().is_empty());
}

#[test]
fn signers_at_once_all_succeed_from_one_home_and_from_several() {
    let Some(peers) = Peers::start() else { return };
    let first = Home::new(&peers, "jeff");
    let repository = peers.image("prod/busy");
    let bundle = Bundle::make(&peers.folder("jeff"), "jeff", KeyForm::EcSec1, Issuer::Ca);
    let (key, cert) = (bundle.key.to_string_lossy().into_owned(), bundle.cert.to_string_lossy().into_owned());
    first.dct(&["key", "load", "--name", "jeff", &key]).ok();
    first.dct(&["signer", "add", "--key", &cert, "jeff", &repository]).ok();
    let others: Vec<Home> = (0..3).map(|_| Home::new(&peers, "jeff")).collect();
    for home in &others {
        home.dct(&["key", "load", "--name", "jeff", &key]).ok();
    }
    let homes: Vec<&Home> = others.iter().chain([&first, &first, &first]).collect();
    for tag in 0..homes.len() {
        peers.images().push("prod/busy", &format!("t{tag}"), &format!("content {tag}"));
    }
    thread::scope(|scope| {
        for (tag, home) in homes.iter().enumerate() {
            let image = format!("{repository}:t{tag}");
            scope.spawn(move || home.dct(&["sign", &image]).ok());
        }
    });
    let listed = Home::new(&peers, "reader").notary(&["list", &repository]).ok().stdout;
    for tag in 0..homes.len() {
        assert!(listed.contains(&format!("\nt{tag} ")), "t{tag} in:\n{listed}");
    }
    agree(&first, &repository);
}

#[test]
fn what_notary_initialized_and_did_not_publish_is_published_with_the_first_signer() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let repository = peers.image("prod/nginx");
    home.notary(&["init", &repository]).ok();
    let keys = home.key_files().len();
    let bundle = Bundle::make(&peers.folder("jeff"), "jeff", KeyForm::EcSec1, Issuer::Ca);
    home.dct(&["inspect", &repository]).fails(1);
    home.dct(&["signer", "add", "--key", &bundle.cert.to_string_lossy(), "jeff", &repository]).ok();
    assert_eq!(home.key_files().len(), keys, "the keys of the init serve");
    agree(&home, &repository);
    agree(&Home::new(&peers, "reader"), &repository);
}

#[test]
fn a_repository_that_was_never_published_gives_way_to_the_server_s_only_when_asked() {
    let Some(peers) = Peers::start() else { return };
    let (home, other) = (Home::new(&peers, "jeff"), Home::new(&peers, "ian"));
    let repository = peers.image("prod/nginx");
    home.notary(&["init", &repository]).ok();
    let bundle = Bundle::make(&peers.folder("ian"), "ian", KeyForm::EcSec1, Issuer::Ca);
    let add = ["signer", "add", "--key", &bundle.cert.to_string_lossy(), "ian", &repository];
    other.dct(&add).ok();
    let refused = home.dct(&["inspect", &repository]).fails(1);
    assert!(refused.stderr.contains(&format!("hint: `dct delete {repository}`")), "{refused}");
    let refused = home.dct(&add).fails(1);
    assert!(refused.stderr.contains("was initialised on this machine and not published"), "{refused}");
    assert!(refused.stderr.contains(&format!("hint: `dct delete {repository}`")), "{refused}");
    home.dct(&["delete", &repository]).ok();
    agree(&home, &repository);
}
