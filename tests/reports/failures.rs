//! Failures: one line of JSON each on standard error, and nothing on standard output.

use std::process::{Command, Output};

use serde_json::Value;

use crate::{schema, verbs};

/// Where nobody listens: the port is reserved.
const NOBODY: &str = "localhost:1/x";

/// Runs a line in an empty home, without an Engine and with passphrases.
fn dct(line: &[&str]) -> Output {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dct"));
    command.env_clear().env("HOME", home.path()).current_dir(home.path());
    command.env("DOCKER_HOST", "unix:///nobody/listens/here.sock");
    command.env("DCT_PASSPHRASE", "passphrase").args(line).output().unwrap()
}

/// The failures that were printed, each by the schema.
fn failures(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let failures: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{text}"))).collect();
    for failure in &failures {
        schema::check(failure, "failure");
        assert_eq!(failure["exitCode"].as_i64(), output.status.code().map(i64::from));
    }
    failures
}

#[test]
fn a_command_line_that_is_mistaken_is_a_usage_failure_of_every_verb() {
    for verb in verbs() {
        for format in [&["--output", "json"] as &[&str], &["-o", "json"], &["--output=json"]] {
            let line: Vec<&str> = verb.split(' ').chain(format.iter().copied()).chain(["--no-such-flag"]).collect();
            let output = dct(&line);
            let failures = failures(&output);
            assert_eq!((failures.len(), output.status.code(), output.stdout.len()), (1, Some(125), 0), "{line:?}");
            assert_eq!(failures[0]["code"], "usage");
            assert!(failures[0]["message"].as_str().unwrap().starts_with("unknown flag: --no-such-flag"), "{line:?}");
        }
    }
}

#[test]
fn every_verb_tells_a_program_why_it_failed() {
    let image = &format!("{NOBODY}:1");
    let cases: &[(&[&str], &str)] = &[
        (&["delete", "--yes", "--remote", NOBODY], "unreachable"),
        (&["delete", image], "usage"),
        (&["inspect", image], "unreachable"),
        (&["inspect", "UPPER"], "invalid-reference"),
        (&["key", "export", "nobody"], "no-such-key"),
        (&["key", "generate", "root"], "reserved-name"),
        (&["key", "load", "nowhere.pem"], "unusable-key-file"),
        (&["key", "passwd", "nobody"], "no-such-key"),
        (&["key", "remove", "nobody"], "no-such-key"),
        (&["key", "rotate", NOBODY, "targets"], "unreachable"),
        (&["key", "rotate", NOBODY, "targets/jeff"], "invalid-role"),
        (&["key", "show", "nobody"], "no-such-key"),
        (&["list", NOBODY], "unreachable"),
        (&["lookup", NOBODY, "1"], "unreachable"),
        (&["pull", image], "unreachable"),
        (&["push", image], "unreachable"),
        (&["renew", NOBODY], "unreachable"),
        (&["renew", NOBODY, "no/such"], "invalid-role"),
        (&["resolve", image], "unreachable"),
        (&["revoke", image], "unreachable"),
        (&["sandbox", "--passphrase-file", "x"], "usage"),
        (&["sign", "--registry", image], "unreachable"),
        (&["sign", NOBODY], "usage"),
        (&["signer", "add", "--key", "nowhere.pem", "jeff", NOBODY], "io"),
        (&["signer", "add", "jeff", NOBODY], "usage"),
        (&["completion", "tcsh"], "usage"),
        (&["whoami", NOBODY], "unreachable"),
    ];
    for (line, code) in cases {
        let output = dct(&[line as &[&str], &["-o", "json"]].concat());
        let failures = failures(&output);
        assert_eq!(failures.len(), 1, "{line:?}: {failures:#?}");
        assert_eq!((failures[0]["code"].as_str(), output.stdout.as_slice()), (Some(*code), &b""[..]), "{line:?}");
        if *code == "unreachable" {
            assert!(["notary", "engine"].contains(&failures[0]["facts"]["service"].as_str().unwrap()), "{:#}", failures[0]);
        }
    }
}

#[test]
fn what_failed_of_several_is_a_line_each_and_the_answer_has_the_others() {
    for (line, lines, answers) in [
        (&["expiry", NOBODY, "localhost:1/y"] as &[&str], 3, true),
        (&["signer", "remove", "jeff", NOBODY, "localhost:1/y"], 3, false),
        (&["inspect", NOBODY, "UPPER"], 2, false),
    ] {
        let output = dct(&[line, &["-o", "json"]].concat());
        let failures = failures(&output);
        assert_eq!((failures.len(), !output.stdout.is_empty()), (lines, answers), "{line:?}: {failures:#?}");
        if answers {
            let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
            schema::check(&answer, &format!("answer of {}", answer["verb"].as_str().unwrap()));
        }
    }
}

#[test]
fn every_verb_that_reports_can_fail_here() {
    let failing = [
        "completion",
        "delete",
        "expiry",
        "inspect",
        "key export",
        "key generate",
        "key load",
        "key passwd",
        "key remove",
        "key rotate",
        "key show",
        "list",
        "lookup",
        "pull",
        "push",
        "renew",
        "resolve",
        "revoke",
        "sandbox",
        "sign",
        "signer add",
        "signer remove",
        "whoami",
    ];
    // a list of what is here, and a version, have nothing to fail at but its command line
    let others: Vec<String> = verbs().into_iter().filter(|verb| !failing.contains(&verb.as_str())).collect();
    assert_eq!(others, ["key list", "version"]);
}
