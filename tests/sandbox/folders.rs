//! Docker's folder that is not there: it must not look like one in which nothing is.

use std::process::Command;

use crate::verb::{home, text};

/// Runs a shell script with `dct` on its path and a home folder of its own; what it says, and how it ends.
fn ends(script: &str) -> (String, Option<i32>) {
    let home = home();
    let dct = std::path::Path::new(env!("CARGO_BIN_EXE_dct")).parent().unwrap();
    let path = format!("{}:{}", dct.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec 2>&1\n{script}")]).env_clear().env("HOME", home.path()).env("PATH", path);
    let run = shell.env("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE", "passphrase").current_dir(home.path()).output().unwrap();
    (text(&run.stdout).replace(&home.path().display().to_string(), "~"), run.status.code())
}

#[test]
fn a_folder_that_was_named_and_is_not_there_is_an_error() {
    let verbs = [
        "key list",
        "inspect localhost:1/x",
        "resolve localhost:1/x",
        "list localhost:1/x",
        "whoami localhost:1/x",
        "expiry",
        "delete localhost:1/x",
    ];
    for verb in verbs {
        let (said, code) = ends(&format!("dct --config nowhere {verb}; code=$?; ls; exit $code"));
        let told = "there is no folder ~/nowhere, which --config names\nhint: a command that makes or loads a key makes it, too\n";
        assert_eq!((said.as_str(), code), (told, Some(1)), "{verb}");
        let (said, code) = ends(&format!("export DOCKER_CONFIG=~/nowhere; dct {verb}"));
        assert!(said.starts_with("there is no folder ~/nowhere, which DOCKER_CONFIG names\n") && code == Some(1), "{said}");
    }
    let (said, code) = ends("touch file; dct --config file key list");
    assert_eq!((said.as_str(), code), ("~/file, which --config names, is no folder\n", Some(1)));
}

#[test]
fn what_makes_a_key_makes_the_folder_as_docker_does() {
    let (said, code) =
        ends("dct --config new/folder key generate jeff && dct --config new/folder key list && stat -c %a new/folder");
    assert!(said.contains("jeff") && said.ends_with("\n700\n") && code == Some(0), "{said}");
}

#[test]
fn the_usual_folder_need_not_be_there() {
    let (said, code) = ends("dct key list; ls -A");
    assert_eq!((said.as_str(), code), ("No keys on this machine: ~/.docker/trust/private has none\n", Some(0)));
    let (said, code) = ends("dct expiry");
    assert_eq!(
        (said.as_str(), code),
        ("nothing was examined: ~/.docker/trust has trust data of no published repository\n", Some(1))
    );
    let (said, code) = ends("dct expiry -o json");
    assert!(said.contains("\"code\":\"nothing-examined\"") && code == Some(1), "{said}");
}

#[test]
fn a_link_to_nowhere_is_an_error_whatever_the_command() {
    for (place, make) in [
        (".docker", "ln -s /nowhere/docker .docker"),
        (".docker/trust", "mkdir .docker; ln -s /nowhere/docker .docker/trust"),
        (".docker/trust/private", "mkdir -p .docker/trust; ln -s /nowhere/docker .docker/trust/private"),
        (".docker/trust/tuf", "mkdir -p .docker/trust; ln -s /nowhere/docker .docker/trust/tuf"),
    ] {
        for verb in ["key list", "expiry", "key generate jeff", "resolve localhost:1/x", "sign localhost:1/x:1"] {
            let (said, code) = ends(&format!("{make}; dct {verb}"));
            let told = format!("~/{place} is a link to /nowhere/docker, which is not there\nhint: ");
            assert!(said.starts_with(&told) && code == Some(1), "{verb}: {said}");
        }
    }
    let (said, code) = ends("mkdir -p .docker elsewhere; ln -s ../elsewhere .docker/trust; dct key generate jeff && dct key list");
    assert!(said.contains("jeff") && code == Some(0), "{said}");
}
