//! Many at once: signers of one repository from one home and from their own, and keys that are made side by side.

use std::{collections::BTreeMap, fs, io::Write as _, thread};

use serde_json::Value;

use super::support::{
    Mark, Peers,
    home::{Home, Run},
};

const RACERS: usize = 16;

/// What `sign` says on standard error.
const SERVED: &str = "as its registry serves it: sha256:";

/// Digest and signers by tag.
type Signatures = BTreeMap<String, (String, Vec<String>)>;

/// A repository, the one who owns it, and a home of its own for each signer's key. All signers are added at once, by which the repository
/// is initialised too.
struct Race {
    peers: Peers,
    owner: Home,
    signers: Vec<(String, Home)>,
    repository: String,
}

impl Race {
    fn new() -> Option<Self> {
        let peers = Peers::start()?;
        let (owner, repository) = (Home::new(&peers, "jeff"), peers.image("prod/race"));
        let signers: Vec<_> = (0..RACERS).map(|number| (format!("signer{number:02}"), Home::new(&peers, "jeff"))).collect();
        all_end_well(&at_once(&signers, |(name, home)| home.dct(&["key", "generate", name])), "");
        let added = at_once(&signers, |(name, home)| {
            let key = home.path().join(format!("{name}.pub"));
            owner.dct(&["signer", "add", "--key", &key.to_string_lossy(), name, &repository])
        });
        all_end_well(&added, "");
        assert_eq!(added.iter().filter(|run| run.stdout.contains("Successfully initialized")).count(), 1, "{added:?}");
        assert_eq!(owner.key_files().len(), 2, "a root key, and one of targets");
        Some(Self { peers, owner, signers, repository })
    }
}

/// Says how many updates were sent since then, and how often another was faster. Every signer's came through.
fn publishes(peers: &Peers, since: Mark) -> usize {
    let requests = peers.wire_since(since);
    let posts: Vec<u16> = requests.iter().filter(|request| request.method == "POST").map(|request| request.status).collect();
    let taken = posts.iter().filter(|status| **status == 200).count();
    assert_eq!(taken, RACERS, "{posts:?}");
    let begun = requests.iter().map(|request| request.started).min().unwrap();
    let milliseconds = requests.iter().map(|request| request.ended - begun).max().unwrap();
    let (sent, late) = (posts.len(), posts.len() - taken);
    let report = format!("{RACERS} signers at once: {sent} updates sent, {late} came too late; {milliseconds} ms in all\n");
    std::io::stderr().write_all(report.as_bytes()).unwrap();
    posts.len()
}

/// A home that has never seen the repository sees exactly these signatures, as the real docker does there and in another home.
fn shows(peers: &Peers, other: &Home, repository: &str, tags: &Signatures) {
    let reader = Home::new(peers, "reader");
    let shown = reader.dct(&["inspect", repository]).ok();
    assert_eq!(signatures(&shown), *tags, "{shown}");
    for home in [&reader, other] {
        assert_eq!(home.docker_trust(&["inspect", repository]).ok().stdout, shown.stdout);
    }
}

fn at_once<T: Sync>(racers: &[T], run: impl Fn(&T) -> Run + Sync) -> Vec<Run> {
    let run = &run;
    thread::scope(|scope| {
        let running: Vec<_> = racers.iter().map(|racer| scope.spawn(move || run(racer))).collect();
        running.into_iter().map(|run| run.join().unwrap()).collect()
    })
}

/// Each exits with 0, and says nothing on standard error but lines with `words`, and that a root key was made.
fn all_end_well(runs: &[Run], words: &str) {
    for run in runs {
        assert_eq!(run.code, 0, "{run}");
        assert!(
            run.stderr.lines().all(|line| line.starts_with("warning: made root key ") || !words.is_empty() && line.contains(words)),
            "{run}"
        );
    }
}

/// What the JSON of `inspect` says.
fn signatures(run: &Run) -> Signatures {
    let shown: Value = serde_json::from_str(&run.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let tags = shown[0]["SignedTags"].as_array().unwrap().iter();
    tags.map(|tag| {
        let mut signers: Vec<String> = tag["Signers"].as_array().unwrap().iter().map(text).collect();
        // they stand in the order of their delegations
        signers.sort();
        (text(&tag["SignedTag"]), (text(&tag["Digest"]), signers))
    })
    .collect()
}

#[test]
fn signers_in_homes_of_their_own_sign_a_tag_each_and_then_all_the_same() {
    let Some(race) = Race::new() else { return };
    let push = |tag: &str| race.peers.images().push("prod/race", tag, tag).sha256;
    let mut expected: Signatures = race.signers.iter().map(|(name, _)| (name.clone(), (push(name), vec![name.clone()]))).collect();
    let sign = |tag: &str, home: &Home| home.dct(&["sign", &format!("{}:{tag}", race.repository)]);
    let mark = race.peers.mark();
    all_end_well(&at_once(&race.signers, |(name, home)| sign(name, home)), SERVED);
    publishes(&race.peers, mark);
    shows(&race.peers, &race.owner, &race.repository, &expected);

    expected.insert("same".to_owned(), (push("same"), race.signers.iter().map(|(name, _)| name.clone()).collect()));
    let mark = race.peers.mark();
    all_end_well(&at_once(&race.signers, |(_, home)| sign("same", home)), SERVED);
    publishes(&race.peers, mark);
    shows(&race.peers, &race.owner, &race.repository, &expected);
}

#[test]
fn processes_in_one_home_sign_a_tag_each_of_a_repository_that_was_not_there() {
    let Some(peers) = Peers::start() else { return };
    let (home, repository) = (Home::new(&peers, "jeff"), peers.image("prod/race"));
    let tags: Vec<String> = (0..RACERS).map(|number| format!("v{number}")).collect();
    let push = |tag: &String| peers.images().push("prod/race", tag, tag).sha256;
    let expected: Signatures = tags.iter().map(|tag| (tag.clone(), (push(tag), vec!["jeff".to_owned()]))).collect();
    let mark = peers.mark();
    let signed = at_once(&tags, |tag| home.dct(&["sign", &format!("{repository}:{tag}")]));
    all_end_well(&signed, SERVED);
    assert_eq!(signed.iter().filter(|run| run.stdout.contains("Created signer: jeff")).count(), 1, "{signed:?}");
    assert_eq!(home.key_files().len(), 3, "a root key, one of targets, and jeff's");
    assert_eq!(publishes(&peers, mark), RACERS, "in one home one waits for the other");
    shows(&peers, &home, &repository, &expected);
}

#[test]
fn new_repositories_in_one_home_share_the_root_key_and_the_signer_s() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let names: Vec<String> = (0..6).map(|number| format!("prod/app{number}")).collect();
    let runs = at_once(&names, |name| {
        let image = peers.image(&format!("{name}:1"));
        peers.images().push(name, "1", name);
        home.dct(&["sign", &image])
    });
    all_end_well(&runs, SERVED);
    assert_eq!(home.key_files().len(), 1 + names.len() + 1, "a root key, one of targets for each, and jeff's");
    let more = ["prod/more0", "prod/more1"];
    let key = || home.path().join("jeff.pub").to_string_lossy().into_owned();
    let other = Home::new(&peers, "jeff");
    other.dct(&["key", "generate", "--dir", &home.path().to_string_lossy(), "jeff"]).ok();
    all_end_well(&at_once(&more, |name| other.dct(&["signer", "add", "--key", &key(), "jeff", &peers.image(name)])), "");
    assert_eq!(other.key_files().len(), 1 + 1 + more.len(), "jeff's, a root key, and one of targets for each");
}

#[test]
fn of_those_who_make_a_repository_at_once_one_does_and_the_others_are_told() {
    let Some(peers) = Peers::start() else { return };
    let repository = peers.image("prod/race");
    peers.images().push("prod/race", "1", "1");
    let homes: Vec<_> = (0..4).map(|_| Home::new(&peers, "jeff")).collect();
    let one = format!("{repository}:1");
    let runs = at_once(&homes, |home| home.dct(&["sign", &one]));
    let (made, late): (Vec<_>, Vec<_>) = homes.iter().zip(runs).partition(|(_, run)| run.code == 0);
    assert_eq!(made.len(), 1);
    for (home, run) in late {
        let another = format!("{repository} was initialised on this machine and not published, and {} has another", peers.url());
        assert!(run.code == 1 && run.stderr.contains(&another), "{run}");
        // as the hint says
        home.dct(&["delete", &repository]).ok();
        assert_eq!(signatures(&home.dct(&["inspect", &one]).ok())["1"].1, ["jeff"]);
    }
}

#[test]
fn fifty_keys_are_made_in_one_home_at_once() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let names: Vec<String> = (0..50).map(|number| format!("signer{number:02}")).collect();
    all_end_well(&at_once(&names, |name| home.dct(&["key", "generate", name])), "");
    let private = fs::read_dir(home.trust_dir().join("private")).unwrap().count();
    assert_eq!((private, home.key_files().len()), (50, 50), "a file a key, and nothing else");
    // each is one that notary and docker read
    let listed = home.notary(&["key", "list"]).ok();
    assert!(names.iter().all(|name| listed.stdout.matches(&format!("{name} ")).count() == 1), "{listed}");
    for name in ["signer00", "signer49"] {
        let repository = peers.image(&format!("prod/{name}"));
        home.docker_trust(&["signer", "add", "--key", &format!("{name}.pub"), name, &repository]).ok();
        peers.images().push(&format!("prod/{name}"), "1", name);
        home.dct(&["sign", &format!("{repository}:1")]).ok();
    }
}
