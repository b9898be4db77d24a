//! What `notary` stages ours publishes, and the reverse; and what is staged is never lost.

use std::{fs, os::unix::fs::symlink, path::PathBuf, thread, time::Duration};

use crate::support::{
    Peers,
    home::{Home, Run},
    openssl::{Bundle, Issuer, KeyForm},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Notary,
    Dct,
}

impl By {
    fn run(self, home: &Home, args: &[&str]) -> Run {
        match self {
            Self::Notary => home.notary(args),
            Self::Dct => home.dct_as_notary_with_input(args, ""),
        }
    }
}

fn ours(home: &Home, args: &[&str]) -> Run {
    By::Dct.run(home, args)
}

fn changelist(home: &Home, repository: &str) -> PathBuf {
    home.trust_dir().join("tuf").join(repository).join("changelist")
}

fn staged(home: &Home, repository: &str) -> usize {
    fs::read_dir(changelist(home, repository)).map_or(0, Iterator::count)
}

fn with_key(peers: &Peers, home: &Home, name: &str) -> String {
    let bundle = Bundle::make(&peers.folder(name), name, KeyForm::EcSec1, Issuer::Itself);
    home.notary(&["key", "import", "-r", name, &bundle.key.to_string_lossy()]).ok();
    bundle.cert.to_string_lossy().into_owned()
}

/// The ID that `delegation list` shows for the only key of a role.
fn key_id(home: &Home, repository: &str, role: &str) -> String {
    let listed = home.notary(&["delegation", "list", repository]).ok().stdout;
    let row = listed.lines().find(|line| line.starts_with(&format!("{role} "))).unwrap_or_else(|| panic!("{listed}"));
    row.split_whitespace().find(|word| word.len() == 64).unwrap_or_else(|| panic!("{row}")).to_owned()
}

/// Each line is staged by one program and published by another; what a third person sees after each publish.
fn history(peers: &Peers, stages: By, publishes: By, certs: &[String; 2], ids: &[String; 2], home: &Home) -> Vec<String> {
    let repository = peers.image(&format!("prod/{stages:?}-{publishes:?}").to_lowercase());
    let reader = Home::new(peers, "reader");
    fs::write(home.path().join("one.txt"), "one").unwrap();
    fs::write(home.path().join("custom.json"), r#"{"a": [1, "x"], "b": null}"#).unwrap();
    let sha512 = "ab".repeat(64);
    let sha256 = "cd".repeat(32);
    let steps: [&[&[&str]]; 12] = [
        &[&["init", "G"]],
        &[&["add", "G", "one", "one.txt"], &["add", "G", "<two>", "one.txt", "--custom", "custom.json"]],
        &[
            &["addhash", "G", "three", "0x10", "--sha256", &sha256, "--sha512", &sha512],
            &["addhash", "G", "four", "4", "--sha512", &sha512],
        ],
        &[&["remove", "G", "one"], &["remove", "G", "never"]],
        &[
            &["delegation", "add", "G", "targets/jeff", &certs[0], "--paths", "a/,b/"],
            &["delegation", "add", "G", "targets/releases", &certs[0], &certs[1], "--all-paths"],
        ],
        &[&["add", "G", "a/1", "one.txt", "-r", "targets/jeff,targets/releases"]],
        &[&["delegation", "add", "G", "targets/jeff/child", &certs[1], "--paths", "a/x"]],
        &[
            &["delegation", "remove", "G", "targets/jeff", "--paths", "b/"],
            &["delegation", "add", "G", "targets/jeff", "--paths", "c/"],
        ],
        &[&["witness", "G", "targets", "targets/jeff"]],
        &[
            &["delegation", "remove", "G", "targets/jeff/child", "--all-paths"],
            &["delegation", "remove", "G", "targets/releases", &ids[0]],
        ],
        &[&["delegation", "purge", "G", "--key", &ids[1]]],
        &[
            &["delegation", "remove", "G", "targets/jeff", "-y"],
            &["delegation", "add", "G", "targets/jeff", &certs[1], "--all-paths"],
        ],
    ];
    let mut seen = Vec::new();
    for step in steps {
        for line in step {
            let line: Vec<&str> = line.iter().map(|word| if *word == "G" { repository.as_str() } else { word }).collect();
            stages.run(home, &line).ok();
        }
        let status = stages.run(home, &["status", &repository]).ok().stdout;
        assert_eq!(publishes.run(home, &["status", &repository]).ok().stdout, status);
        publishes.run(home, &["publish", &repository]).ok();
        assert_eq!(staged(home, &repository), 0, "{status}");
        let listed = reader.notary(&["list", &repository]).ok().stdout;
        let delegations = reader.notary(&["delegation", "list", &repository]).ok().stdout;
        seen.push(format!("{status}{listed}{delegations}").replace(&repository, "G"));
    }
    seen
}

#[test]
fn what_either_stages_the_other_publishes_at_each_kind_of_change() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let certs = [with_key(&peers, &home, "jeff"), with_key(&peers, &home, "ian")];
    let helper = peers.image("prod/helper");
    home.notary(&["init", &helper]).ok();
    for (role, cert) in [("targets/jeff", &certs[0]), ("targets/ian", &certs[1])] {
        home.notary(&["delegation", "add", &helper, role, cert, "-p"]).ok();
    }
    let ids = ["targets/jeff", "targets/ian"].map(|role| key_id(&home, &helper, role));
    let expected = history(&peers, By::Notary, By::Notary, &certs, &ids, &home);
    for (stages, publishes) in [(By::Notary, By::Dct), (By::Dct, By::Notary), (By::Dct, By::Dct)] {
        let seen = history(&peers, stages, publishes, &certs, &ids, &home);
        for (step, (seen, expected)) in seen.iter().zip(&expected).enumerate() {
            assert_eq!(seen, expected, "step {step}, staged by {stages:?}, published by {publishes:?}");
        }
    }
}

#[test]
fn a_publish_that_fails_keeps_all_that_is_staged() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let repository = peers.image("prod/nginx");
    fs::write(home.path().join("one.txt"), "one").unwrap();
    ours(&home, &["init", &repository, "-p"]).ok();
    home.notary(&["add", &repository, "1", "one.txt"]).ok();
    home.notary(&["witness", &repository, "root"]).ok();
    let refused = ours(&home, &["publish", &repository]).fails(1);
    assert!(refused.stdout.ends_with("\n* fatal: type of root change not yet supported: witness\n"), "{refused}");
    assert!(refused.stderr.contains(&format!("notary reset {repository} -n 1`")), "{refused}");
    assert_eq!(staged(&home, &repository), 2);
    ours(&home, &["reset", &repository, "-n", "1"]).ok();

    ours(&home, &["add", &repository, "1", "one.txt", "-r", "targets/nobody"]).ok();
    let (ours_said, theirs) = (ours(&home, &["publish", &repository]).fails(1), home.notary(&["publish", &repository]).fails(1));
    assert_eq!(ours_said.stdout, theirs.stdout);
    assert_eq!(staged(&home, &repository), 2);
    ours(&home, &["reset", &repository, "-n", "1"]).ok();

    let elsewhere = ["-s", "https://127.0.0.1:1", "publish", &repository];
    let refused = ours(&home, &elsewhere).fails(1);
    assert!(refused.stdout.contains("* fatal: client is offline"), "{refused}");
    assert_eq!(staged(&home, &repository), 1);
    ours(&home, &["publish", &repository]).ok();
    assert_eq!(staged(&home, &repository), 0);
    assert!(home.notary(&["lookup", &repository, "1"]).ok().stdout.starts_with("1 sha256:"));
}

#[test]
fn what_another_stages_while_ours_publishes_stays_staged() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let repository = peers.image("prod/nginx");
    fs::write(home.path().join("one.txt"), "one").unwrap();
    ours(&home, &["init", &repository, "-p"]).ok();
    ours(&home, &["add", &repository, "1", "one.txt"]).ok();
    peers.delay_notary(Duration::from_millis(400));
    thread::scope(|scope| {
        let publishing = scope.spawn(|| ours(&home, &["publish", &repository]).ok());
        thread::sleep(Duration::from_millis(300));
        home.notary(&["add", &repository, "2", "one.txt"]).ok();
        assert!(!publishing.is_finished(), "the change came too late to show anything");
    });
    peers.delay_notary(Duration::ZERO);
    let status = home.notary(&["status", &repository]).ok().stdout;
    assert!(status.contains("\n0    create    targets    target    2\n") && !status.contains("\n1 "), "{status}");
    home.notary(&["lookup", &repository, "1"]).ok();
    home.notary(&["lookup", &repository, "2"]).fails(1);
}

#[test]
fn the_verbs_of_docker_leave_what_is_staged_alone() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let (repository, one) = (peers.image("prod/nginx"), peers.image("prod/nginx:1"));
    peers.images().push("prod/nginx", "1", "one");
    fs::write(home.path().join("one.txt"), "one").unwrap();
    home.notary(&["add", &repository, "staged", "one.txt"]).ok();
    home.dct(&["sign", &one]).ok();
    home.dct(&["inspect", &one]).ok();
    home.dct(&["revoke", &one]).ok();
    assert_eq!(staged(&home, &repository), 1);
    ours(&home, &["publish", &repository]).ok();
    home.notary(&["lookup", &repository, "staged"]).ok();
}

#[test]
fn files_that_are_no_change_are_named_and_can_be_taken_away() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let repository = peers.image("prod/nginx");
    fs::write(home.path().join("one.txt"), "one").unwrap();
    ours(&home, &["init", &repository, "-p"]).ok();
    ours(&home, &["add", &repository, "1", "one.txt"]).ok();
    let folder = changelist(&home, &repository);
    fs::write(folder.join(".x.swp"), "junk").unwrap();
    symlink("/etc/passwd", folder.join("zz.change")).unwrap();
    let status = ours(&home, &["status", &repository]).ok();
    assert!(status.stdout.contains("\n1    create    targets    target    1\n"), "{status}");
    assert!(status.stderr.contains("warning: change 0, .x.swp, is none: not valid JSON"), "{status}");
    assert!(status.stderr.contains("warning: change 2, zz.change, is none: it is not a plain file"), "{status}");
    let refused = ours(&home, &["publish", &repository]).fails(1);
    assert!(refused.stdout.contains("* fatal: .x.swp: not valid JSON"), "{refused}");
    ours(&home, &["reset", &repository, "-n", "0,2"]).ok();
    ours(&home, &["publish", &repository]).ok();
    home.notary(&["lookup", &repository, "1"]).ok();
}

#[test]
fn nothing_is_initialized_twice_and_no_key_is_made_in_vain() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let repository = peers.image("prod/nginx");
    let refused = ours(&home, &["-s", "https://127.0.0.1:1", "init", &repository]).fails(1);
    assert!(refused.stdout.contains("* fatal: client is offline"), "{refused}");
    assert!(home.key_files().is_empty());
    ours(&home, &["init", &repository]).ok();
    assert_eq!(home.key_files().len(), 3, "root, targets and snapshot");
    let metadata = home.trust_dir().join("tuf").join(&repository).join("metadata");
    for role in ["root", "targets", "snapshot"] {
        assert!(metadata.join(format!("{role}.json")).is_file(), "{role}");
    }
    let refused = ours(&home, &["init", &repository]).fails(1);
    assert!(refused.stdout.contains(&format!("* fatal: {repository} is already initialized on this machine")), "{refused}");
    home.notary(&["publish", &repository]).ok();
    ours(&home, &["init", &repository]).fails(1);
    let other = Home::new(&peers, "jeff");
    let refused = ours(&other, &["init", &repository]).fails(1);
    assert!(refused.stdout.contains(&format!("already has trust data for {repository}")), "{refused}");
    assert!(other.key_files().is_empty());
    assert!(!other.trust_dir().join("tuf").join(&repository).join("metadata/root.json").exists());
    assert_eq!(home.key_files().len(), 3);
}

#[test]
fn a_root_key_and_its_certificate_can_be_brought_along() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let repository = peers.image("prod/nginx");
    let openssl = |args: &[&str]| home.other("openssl", args).ok();
    openssl(&["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "plain.pem"]);
    let passphrase = format!("pass:{}", crate::support::home::ROOT_PASSPHRASE);
    openssl(&["pkcs8", "-topk8", "-in", "plain.pem", "-v2prf", "hmacWithSHA1", "-passout", &passphrase, "-out", "root.pem"]);
    let certificate = |name: &str, file: &str| {
        let subject = format!("/CN={}", name.replace('/', "\\/"));
        openssl(&["req", "-new", "-key", "plain.pem", "-subj", &subject, "-out", "request.pem"]);
        fs::write(home.path().join("extensions"), "basicConstraints=CA:FALSE").unwrap();
        openssl(&[
            "x509",
            "-req",
            "-in",
            "request.pem",
            "-signkey",
            "plain.pem",
            "-days",
            "3650",
            "-extfile",
            "extensions",
            "-out",
            file,
        ]);
    };
    certificate(&repository, "right.crt");
    certificate("example.com/other", "wrong.crt");
    let by = |args: &[&str]| ours(&home, &[&["init", repository.as_str()], args].concat());
    for (args, words) in [
        (&["--rootkey", "/nowhere"] as &[&str], "Error reading input root key file: open /nowhere: no such file or directory"),
        (&["--rootkey", "right.crt"], "only encrypted root keys may be imported"),
        (&["--rootkey", "plain.pem"], "only encrypted root keys may be imported"),
        (&["--rootcert", "/nowhere"], "error reading certificate file: open /nowhere: no such file or directory"),
        (&["--rootcert", "right.crt"], "error initializing repository with certificate: cannot find matching private key id"),
        (&["--rootkey", "root.pem", "--rootcert", "wrong.crt"], "the root certificate cannot be used for"),
    ] {
        let refused = by(args).fails(1);
        assert!(refused.stdout.contains(&format!("\n* fatal: {words}")), "{refused}");
    }
    let made = by(&["--rootkey", "root.pem", "--rootcert", "right.crt", "-p"]).ok();
    assert!(made.stdout.starts_with("Root key found, using: "), "{made}");
    assert!(made.stdout.ends_with(&format!("Successfully published changes for repository {repository}\n")), "{made}");
    let theirs = peers.image("prod/theirs");
    home.notary(&["init", &theirs, "--rootkey", "root.pem", "-p"]).ok();
    Home::new(&peers, "reader").notary(&["list", &repository]).ok();
    let root = fs::read_to_string(home.trust_dir().join("tuf").join(&repository).join("metadata/root.json")).unwrap();
    let certificate = fs::read_to_string(home.path().join("right.crt")).unwrap();
    let public = <base64ct::Base64 as base64ct::Encoding>::encode_string(certificate.as_bytes());
    assert!(root.contains(&public), "the certificate stands in the root as it was given");
}

#[test]
fn a_witness_brings_a_role_back_that_a_removed_signer_had_signed() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let repository = peers.image("prod/nginx");
    fs::write(home.path().join("one.txt"), "one").unwrap();
    let jeff = with_key(&peers, &home, "jeff");
    ours(&home, &["init", &repository]).ok();
    ours(&home, &["delegation", "add", &repository, "targets/releases", &jeff, "--all-paths"]).ok();
    ours(&home, &["add", &repository, "1", "one.txt", "-r", "targets/releases"]).ok();
    ours(&home, &["publish", &repository]).ok();
    let id = key_id(&home, &repository, "targets/releases");
    ours(&home, &["delegation", "remove", &repository, "targets/releases", &id, "-p"]).ok();
    let witness = ["witness", &repository, "targets/releases", "-p"];
    let refused = ours(&home, &witness).fails(1);
    assert!(refused.stdout.contains("role does not specify enough valid signing keys to meet its required threshold"), "{refused}");
    let theirs = home.notary(&["publish", &repository]).fails(1);
    assert_eq!(refused.stdout.lines().last(), theirs.stdout.lines().last());
    home.notary(&["reset", &repository, "--all"]).ok();

    let ian = with_key(&peers, &home, "ian");
    ours(&home, &["delegation", "add", &repository, "targets/releases", &ian, "-p"]).ok();
    let reader = Home::new(&peers, "reader");
    let gone = reader.notary(&["list", &repository]).ok();
    assert!(gone.stdout.contains("No targets present"), "{gone}");
    let told = home.dct(&["expiry", "--output", "json", &repository]).fails(4);
    assert!(
        told.stdout.contains("\"unusable\": [\n                {\n                    \"role\": \"targets/releases\""),
        "{told}"
    );
    let refused = home.dct(&["renew", &repository, "targets/releases"]).fails(1);
    assert!(refused.stderr.contains("targets/releases cannot be renewed, since its file cannot be verified"), "{refused}");
    let witnessed = ours(&home, &witness).ok();
    assert!(witnessed.stderr.contains("warning: targets/releases is signed anew with its 1 entries"), "{witnessed}");
    assert!(!witnessed.stderr.contains("begins anew"), "{witnessed}");
    let back = reader.notary(&["list", &repository]).ok();
    assert!(back.stdout.contains("targets/releases"), "{back}");
    reader.dct(&["inspect", &repository]).ok();
}

#[test]
fn custom_data_is_staged_in_the_form_that_can_be_verified_again() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    fs::write(home.path().join("one.txt"), "one").unwrap();
    // a snapshot key of the server's: it hashes its own re-serialisation of what it gets
    for (name, rotate) in [("prod/own", false), ("prod/server", true)] {
        let repository = peers.image(name);
        ours(&home, &["init", &repository, "-p"]).ok();
        if rotate {
            home.notary(&["key", "rotate", &repository, "snapshot", "-r"]).ok();
        }
        fs::write(home.path().join("custom.json"), r#"{"b": "<&> \u00e9 \" \\", "a": {"d": 1, "c": [true, null]}}"#).unwrap();
        let add = ["add", &repository, "1", "one.txt", "--custom", "custom.json", "-p"];
        ours(&home, &add).ok();
        Home::new(&peers, "reader").notary(&["lookup", &repository, "1"]).ok();
        Home::new(&peers, "reader").dct(&["inspect", &repository]).ok();
        for text in ["{\"a\":1.5}", "{\"a\":1,\"a\":2}", "{\"a\":9007199254740993}", "hello", "\"\\n\""] {
            fs::write(home.path().join("custom.json"), text).unwrap();
            let refused = ours(&home, &add).fails(1);
            assert!(refused.stdout.contains("\n* fatal: custom.json: "), "{refused}");
        }
        assert_eq!(staged(&home, &repository), 0);
    }
}

#[test]
fn a_delegation_that_is_nearly_targets_releases_is_told_of() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let jeff = with_key(&peers, &home, "jeff");
    let add = |role: &str| ours(&home, &["delegation", "add", "example.com/x", role, &jeff, "--all-paths"]);
    let near = add("targets/release").ok();
    let warning = "warning: targets/release is not targets/releases, the only delegation that Docker pulls from\n";
    assert_eq!(near.stderr, warning);
    assert_eq!(add("targets/releases").ok().stderr, "");
    assert!(add("targets/Releases").fails(1).stderr.contains("hint: Docker pulls from targets/releases"));
}

#[test]
fn a_delegation_is_made_again_and_signed_at_once_by_someone_who_never_saw_the_first() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    fs::write(home.path().join("one.txt"), "one").unwrap();
    let jeff = with_key(&peers, &home, "jeff");
    for (name, server_managed) in [("prod/own", false), ("prod/server", true)] {
        let repository = peers.image(name);
        ours(&home, &["init", &repository, "-p"]).ok();
        if server_managed {
            home.notary(&["key", "rotate", &repository, "snapshot", "-r"]).ok();
        }
        for name in ["1", "2"] {
            ours(&home, &["delegation", "add", &repository, "targets/qa", &jeff, "--all-paths"]).ok();
            ours(&home, &["add", &repository, name, "one.txt", "-r", "targets/qa", "-p"]).ok();
        }
        ours(&home, &["delegation", "remove", &repository, "targets/qa", "-y", "-p"]).ok();
        let other = Home::new(&peers, "jeff");
        fs::write(other.path().join("one.txt"), "one").unwrap();
        fs::create_dir_all(other.trust_dir()).unwrap();
        other.other("cp", &["-r", &home.trust_dir().join("private").to_string_lossy(), &other.trust_dir().to_string_lossy()]).ok();
        ours(&other, &["delegation", "add", &repository, "targets/qa", &jeff, "--all-paths"]).ok();
        ours(&other, &["add", &repository, "3", "one.txt", "-r", "targets/qa"]).ok();
        ours(&other, &["publish", &repository]).ok();
        let listed = Home::new(&peers, "reader").notary(&["list", &repository]).ok().stdout;
        assert!(listed.contains("\n3 ") && !listed.contains("\n1 "), "{listed}");
    }
}

#[test]
fn what_could_never_be_published_is_not_staged() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    fs::write(home.path().join("one.txt"), "one").unwrap();
    let sha256 = "cd".repeat(32);
    for (line, words) in [
        (&["witness", "x/y", "targets", "root"] as &[&str], "type of root change not yet supported: witness"),
        (&["witness", "x/y", "snapshot"], "scope not supported: snapshot"),
        (&["witness", "x/y", "Nonsense"], "scope not supported: Nonsense"),
        (&["add", "x/y", "a\nb", "one.txt"], "targets: \"a\\nb\" holds a control character, which signed metadata cannot carry"),
        (&["addhash", "x/y", "a", "--sha256", &sha256, "--", "-5"], "no target is -5 bytes long"),
        (&["delegation", "remove", "x/y", "targets/a", "1234"], "invalid key ID provided: 1234"),
        (&["delegation", "purge", "x/y", "--key", "1234"], "invalid key ID provided: 1234"),
    ] {
        let refused = ours(&home, line).fails(1);
        assert!(refused.stdout.contains(&format!("\n* fatal: {words}\n")), "{refused}");
        assert_eq!(staged(&home, "x/y"), 0);
    }
}

#[test]
fn nothing_is_sent_where_nothing_changes_and_the_first_root_key_is_taken() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    for _ in 0..3 {
        home.notary(&["key", "generate"]).ok();
    }
    let first = home.key_files()[0].file_stem().unwrap().to_string_lossy().into_owned();
    let repository = peers.image("prod/nginx");
    let made = ours(&home, &["init", &repository, "-p"]).ok();
    assert!(made.stdout.starts_with(&format!("Root key found, using: {first}\n")), "{made}");
    ours(&home, &["remove", &repository, "nothing"]).ok();
    let mark = peers.mark();
    ours(&home, &["publish", &repository]).ok();
    assert!(peers.requests_since(mark).iter().all(|(method, ..)| method != "POST"));
    assert_eq!(staged(&home, &repository), 0);
}
