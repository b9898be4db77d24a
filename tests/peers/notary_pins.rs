//! Trust pinning by the configuration of notary: the right root is accepted and the wrong one refused, by both programs.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use forge::{Forge, certificate::Certificate, key::Key};
use serde_json::{Value, json};

use crate::{
    https::{Https, Identity, reply},
    support::{
        Peers,
        home::{Home, Run},
        openssl::openssl,
        programs,
    },
};

/// Reads a repository for the first time with these pins, by notary and by ours.
fn first_look(peers: &Peers, repository: &str, pinning: &Value) -> [Run; 2] {
    [false, true].map(|ours| {
        let home = Home::new(peers, "reader");
        let config = json!({
            "trust_dir": home.trust_dir(),
            "remote_server": {"url": peers.url(), "root_ca": peers.ca()},
            "trust_pinning": pinning,
        });
        fs::write(home.path().join("config.json"), config.to_string()).unwrap();
        let line = ["-c", "config.json", "list", repository];
        if ours { home.dct_as_plain_notary_with_input(&line, "") } else { home.plain_notary_with_input(&line, "") }
    })
}

fn accepted(runs: &[Run; 2]) {
    for run in runs {
        assert!(run.code == 0 && run.stdout.contains("No targets present"), "{run}");
    }
}

fn refused(runs: &[Run; 2], words: &str) {
    for run in runs {
        let expected = format!("\n* fatal: could not validate the path to a trusted root: {words}\n");
        assert!(run.code == 1 && run.stdout == expected, "{run}");
    }
}

/// The ID of the one root key that a home has seen: that of its certificate.
fn root_of(home: &Home, repository: &str) -> String {
    let file = home.trust_dir().join("tuf").join(repository).join("metadata/root.json");
    let root: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    root["signed"]["roles"]["root"]["keyids"][0].as_str().unwrap().to_owned()
}

#[test]
fn certificates_and_first_use() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let (repository, other) = (peers.image("pin/app"), peers.image("pin/other"));
    for repository in [&repository, &other] {
        home.dct_as_notary_with_input(&["init", repository, "-p"], "").ok();
    }
    let (right, wrong) = (root_of(&home, &repository), root_of(&home, &other));
    let wildcard = peers.image("pin/*");
    let unmatched = "unable to match any certificates to trust_pinning config";
    let look = |pinning: Value| first_look(&peers, &repository, &pinning);
    accepted(&look(json!({"certs": {&repository: [&right]}, "disable_tofu": true})));
    accepted(&look(json!({"certs": {&wildcard: [&wrong, &right]}, "disable_tofu": true})));
    // the repository itself counts before a wildcard
    accepted(&look(json!({"certs": {&wildcard: [&wrong], &repository: [&right]}})));
    refused(&look(json!({"certs": {&repository: [&wrong], &wildcard: [&right]}})), unmatched);
    refused(&look(json!({"certs": {&repository: [&wrong]}})), unmatched);
    refused(&look(json!({"certs": {&repository: []}})), unmatched);
    refused(&look(json!({"disable_tofu": true})), "invalid trust pinning specified");
    accepted(&look(json!({"disable_tofu": false})));
    accepted(&look(json!({"certs": {&other: [&wrong]}})));
}

#[test]
fn names_keep_their_case() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let repository = peers.image("Pin/App");
    home.notary(&["init", &repository, "-p"]).ok();
    let right = root_of(&home, &repository);
    let wrong = "0".repeat(64);
    let [of_notary, ours] = first_look(&peers, &repository, &json!({"certs": {&repository: [&wrong]}}));
    // notary's reader loses the case, and with it the pin
    assert_eq!(of_notary.code, 0, "{of_notary}");
    assert!(ours.stdout.contains("unable to match any certificates"), "{ours}");
    let [_, ours] = first_look(&peers, &repository, &json!({"certs": {&repository: [&right]}, "disable_tofu": true}));
    assert_eq!(ours.code, 0, "{ours}");
}

#[test]
fn an_authority() {
    if !programs::installed(&["openssl"]) {
        return;
    }
    let Some(peers) = Peers::start() else { return };
    let folder = peers.folder("authority");
    fs::create_dir_all(&folder).unwrap();
    let repository = peers.image("ca/app");
    root_certificate(&folder, &repository);
    openssl(
        &folder,
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "x.key",
            "-subj",
            "/CN=Another CA",
            "-days",
            "30",
            "-out",
            "other.pem",
        ],
    );
    for (number, ours) in [false, true].into_iter().enumerate() {
        let home = Home::new(&peers, "jeff");
        let cert = folder.join("cert.pem").to_string_lossy().into_owned();
        let key = folder.join("key.pem").to_string_lossy().into_owned();
        let lines: [&[&str]; 2] = [&["key", "import", &key, "-r", "root"], &["init", &repository, "--rootcert", &cert, "-p"]];
        for line in lines {
            let run = if ours { home.dct_as_notary_with_input(line, "") } else { home.notary_with_input(line, "") };
            run.ok();
        }
        let file = |name: &str| folder.join(name).to_string_lossy().into_owned();
        let prefix = peers.image("ca/");
        accepted(&first_look(&peers, &repository, &json!({"ca": {&prefix: file("ca.pem")}, "disable_tofu": true})));
        // the longest prefix counts
        accepted(&first_look(&peers, &repository, &json!({"ca": {&prefix: file("ca.pem"), "": file("other.pem")}})));
        let words = "unable to match any certificates to trust_pinning config";
        for run in first_look(&peers, &repository, &json!({"ca": {&prefix: file("other.pem")}})) {
            assert!(run.code == 1 && run.stdout.contains("could not validate the path to a trusted root"), "{words}: {run}");
        }
        if number == 0 {
            home.notary(&["delete", &repository, "--remote"]).ok();
        }
    }
}

/// Roots of several keys, as no honest program makes them and as some do: what the pins ask is asked of the keys that signed. The server is ours, since
/// the real one takes no such root.
#[test]
fn a_root_is_verified_by_the_keys_that_count() {
    if !programs::installed(&["notary", "openssl"]) {
        return;
    }
    let identity = Identity::self_signed("IP:127.0.0.1");
    let gun = "docker.io/acme/app";
    let certified = |name: &str| Key::p256(name).certified(gun);
    let (owner, mallory) = (certified("root"), certified("mallory"));
    let expired = Certificate { not_after: "260102000000Z".to_owned(), ..Certificate::of(gun) };
    let expired = Key::p256("old").in_certificate(&expired);
    let other = Key::p256("x").certified("docker.io/acme/other");
    let by_owner = json!({"certs": {gun: [owner.id()]}});
    let by_prefix = json!({"certs": {"docker.io/acme/*": [owner.id()]}, "disable_tofu": true});
    let by_both = json!({"certs": {gun: [owner.id(), mallory.id()]}});
    let integrity = Some("failed to validate integrity of roots");
    let (bare, keys) = (Key::p256("bare"), |keys: &[&Key]| keys.iter().map(|key| (*key).clone()).collect::<Vec<_>>());
    for (keys, threshold, signers, pinning, refusal) in [
        (keys(&[&mallory, &owner]), 1, keys(&[&mallory]), &by_owner, integrity),
        (keys(&[&owner, &mallory]), 1, keys(&[&mallory]), &by_prefix, integrity),
        (keys(&[&owner, &mallory]), 2, keys(&[&owner, &mallory]), &by_owner, integrity),
        (keys(&[&owner, &mallory]), 1, keys(&[&owner]), &by_owner, None),
        (keys(&[&owner, &mallory]), 1, keys(&[&mallory, &owner]), &by_prefix, None),
        (keys(&[&owner, &mallory]), 2, keys(&[&owner, &mallory]), &by_both, None),
        (keys(&[&bare, &owner]), 1, keys(&[&bare]), &json!({}), integrity),
        (keys(&[&expired, &owner]), 1, keys(&[&expired]), &json!({}), integrity),
        (keys(&[&other, &owner]), 1, keys(&[&other]), &json!({}), integrity),
        (keys(&[&bare, &owner]), 1, keys(&[&owner]), &json!({}), None),
        (keys(&[&expired, &owner]), 1, keys(&[&owner]), &by_owner, None),
        (keys(&[&bare]), 1, keys(&[&bare]), &json!({}), Some("unable to retrieve valid leaf certificates")),
        (keys(&[&mallory]), 1, keys(&[&mallory]), &by_owner, Some("unable to match any certificates to trust_pinning config")),
    ] {
        let mut forge = Forge::new(gun);
        forge.give("root", &keys).edit("root", |root| root["roles"]["root"]["threshold"] = threshold.into());
        forge.sign_with("root", &signers).publish();
        let files = forge.files();
        let https = Https::start(&identity, move |request| match request.target.split_once("/_trust/tuf/") {
            Some((_, file)) => files.get(file).map_or_else(|| reply(404, &[], "{}"), |bytes| reply(200, &[], bytes.clone())),
            None => reply(200, &[], "{}"),
        });
        for ours in [false, true] {
            let run = look_alone(&https, &identity, gun, pinning, ours);
            let who = if ours { "dct" } else { "notary" };
            match refusal {
                None => assert!(run.status.success(), "{who}: {run:?}"),
                Some(words) => {
                    let expected = format!("\n* fatal: could not validate the path to a trusted root: {words}\n");
                    assert!(run.status.code() == Some(1) && run.stdout == expected.as_bytes(), "{who}, {words}: {run:?}");
                }
            }
        }
    }
}

/// Reads a repository for the first time from a server of ours.
fn look_alone(https: &Https, identity: &Identity, gun: &str, pinning: &Value, ours: bool) -> Output {
    let home = tempfile::tempdir().unwrap();
    let file = |name: &str| home.path().join(name);
    fs::write(file("ca.pem"), &identity.certificate).unwrap();
    let url = format!("https://{}", https.address());
    let server = json!({"url": url, "root_ca": file("ca.pem")});
    let config = json!({"trust_dir": file("trust"), "remote_server": server, "trust_pinning": pinning});
    fs::write(file("config.json"), config.to_string()).unwrap();
    let mut command =
        Command::new(if ours { env!("CARGO_BIN_EXE_dct").into() } else { programs::path_of("notary").expect("it is installed") });
    command.args(ours.then_some("notary")).arg("-c").arg(file("config.json")).args(["list", gun]);
    command.env_clear().env("HOME", home.path()).current_dir(home.path()).output().unwrap()
}

/// A root key with a certificate for a repository, by an authority.
fn root_certificate(folder: &Path, repository: &str) {
    let subject = format!("/CN={}", repository.replace('/', "\\/"));
    openssl(
        folder,
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "ca.key",
            "-subj",
            "/CN=Root CA",
            "-days",
            "30",
            "-out",
            "ca.pem",
        ],
    );
    openssl(folder, &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "key.pem"]);
    openssl(folder, &["req", "-new", "-key", "key.pem", "-subj", &subject, "-out", "request.pem"]);
    fs::write(folder.join("extensions.cnf"), "basicConstraints=CA:FALSE").unwrap();
    openssl(
        folder,
        &[
            "x509",
            "-req",
            "-in",
            "request.pem",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-days",
            "30",
            "-extfile",
            "extensions.cnf",
            "-out",
            "cert.pem",
        ],
    );
}
