//! Trust pinning by the configuration of notary: the right root is accepted and the wrong one refused, by both programs.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::support::{
    Peers,
    home::{Home, Run},
    openssl::openssl,
    programs,
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
