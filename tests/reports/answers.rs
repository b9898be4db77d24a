//! Answers: one document on standard output, and nothing else there.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::{
    schema,
    support::{dockerd::Dockerd, openssl::ServerCerts, programs},
    verbs,
};

/// Plays the story of a repository in a sandbox; the answer of each command goes to a file that is named by a number and the verb.
const STORY: &str = r#"
    set -eu; cd $SANDBOX_DIR; image=$SANDBOX/prod/nginx; number=100
    json() {
        number=$((number + 1)); name=$number-$1
        case $1 in key|signer) name=$name-$2;; esac
        "$DCT" "$@" --output json >$OUT/$name.json 2>$OUT/$name.err
        test ! -s $OUT/$name.err
    }
    json version
    json completion fish
    json key load --name jeff jeff/key.pem
    json key generate bot
    json signer add --key jeff/cert.pem jeff $image
    json signer add --key bot.pub bot $image
    json sign $image:1
    json sign --registry $image:1
    json inspect $image
    json inspect --pretty $image:1
    json resolve $image:1
    json list $image
    json list --roles targets/jeff $image
    json lookup $image 1
    json whoami $image
    json expiry --within 1d $image
    json expiry
    json renew $image targets
    json key rotate $image targets
    json key rotate --server-managed $image snapshot
    json key rotate --yes $image root
    json renew --within 1h $image
    json key list
    json key show jeff
    json key export --public jeff
    json key export jeff
    json key export --file copy.pem jeff
    echo another >another
    json key passwd --new-passphrase-file another bot
    json signer remove --force bot $image
    json key remove --yes bot
    json revoke $image:1
    json delete --yes --remote $image
    if test -n "${DOCKER_HOST-}"; then
        image=$SANDBOX/engine/app
        echo content >content; tar -cf layer.tar content; docker import layer.tar $image:1 >/dev/null
        json push $image:1
        json pull $image:1
        json pull --all-tags $image
    fi
"#;

/// Runs the story, with an Engine where there is one; the verbs that answered.
fn play(engine: Option<&str>) -> BTreeSet<String> {
    let (home, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut command = Command::new(env!("CARGO_BIN_EXE_dct"));
    command.args(["sandbox", "--", "sh", "-c", STORY]).env_clear().current_dir(home.path()).stdin(Stdio::null());
    command.env("HOME", home.path()).env("PATH", std::env::var_os("PATH").unwrap());
    command.env("OUT", out.path()).env("DCT", env!("CARGO_BIN_EXE_dct"));
    command.envs(engine.map(|host| ("DOCKER_HOST", host)));
    let run = command.output().unwrap();
    assert!(run.status.success() && run.stdout.is_empty(), "{}\n{}", String::from_utf8_lossy(&run.stderr), said(out.path()));
    let answers = fs::read_dir(out.path()).unwrap().map(|entry| entry.unwrap().path());
    answers
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let answer: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", path.display()));
            let verb = answer["verb"].as_str().unwrap().to_owned();
            schema::check(&answer, &format!("answer of {verb}"));
            check_facts(&verb, &answer);
            verb
        })
        .collect()
}

/// The errors of the last command.
fn said(out: &Path) -> String {
    let mut errors: Vec<_> = fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path()).collect();
    errors.retain(|path| path.extension().is_some_and(|end| end == "err"));
    errors.sort();
    errors.last().map(|path| fs::read_to_string(path).unwrap()).unwrap_or_default()
}

/// What an answer must have beyond its form.
fn check_facts(verb: &str, answer: &Value) {
    match verb {
        "sign" => {
            let signed = &answer["repositories"][0];
            assert!(signed["tags"][0]["roles"].as_array().unwrap().contains(&"targets/releases".into()), "{answer:#}");
            assert!(signed["versions"]["targets/releases"].as_u64().is_some(), "{answer:#}");
        }
        "resolve" => assert!(answer["image"].as_str().unwrap().ends_with(answer["digest"].as_str().unwrap()), "{answer:#}"),
        "key rotate" => assert_eq!(answer["keys"].as_array().unwrap().len(), 1, "{answer:#}"),
        "signer add" => {
            let added = &answer["repositories"][0];
            assert_eq!(added["keys"].as_array().unwrap().len(), 1, "{answer:#}");
            // the first repository brings the root key, though its passphrase comes from a variable
            let warnings = answer["warnings"].as_array().unwrap();
            let made: Vec<_> = warnings.iter().filter(|warning| warning["code"] == "root-key-made").collect();
            assert_eq!(made.len(), usize::from(added["initialized"] == true), "{answer:#}");
            for made in made {
                assert!(made["file"].as_str().unwrap().ends_with(&format!("/{}.key", made["id"].as_str().unwrap())), "{answer:#}");
            }
        }
        "revoke" => assert_eq!(answer["tags"][0], "1", "{answer:#}"),
        "key export" => assert_eq!(answer["file"].is_null(), answer["pem"].is_string(), "{answer:#}"),
        _ => {}
    }
}

/// A sandbox that serves tells a program where it is, in one document, and goes on.
fn sandbox_answers() {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dct"));
    command.args(["sandbox", "-o", "json"]).env_clear().env("HOME", home.path()).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut serving = command.spawn().unwrap();
    let mut lines = BufReader::new(serving.stdout.take().unwrap());
    let mut document = String::new();
    while !document.ends_with("\n}\n") {
        assert!(lines.read_line(&mut document).unwrap() > 0, "{document}");
    }
    let answer: Value = serde_json::from_str(&document).unwrap();
    schema::check(&answer, "answer of sandbox");
    assert!(answer["environment"]["SANDBOX"].as_str().unwrap().starts_with("localhost:"), "{answer:#}");
    kill_process(Pid::from_child(&serving), Signal::TERM).unwrap();
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert!(serving.wait().unwrap().success() && rest.is_empty());
}

#[test]
fn every_verb_answers_a_program_with_one_document() {
    let machine = tempfile::tempdir().unwrap();
    let engine = programs::installed(&["docker", "openssl"])
        .then(|| Dockerd::start(&machine.path().join("dockerd"), &ServerCerts::make(machine.path())))
        .flatten();
    let mut answered = play(engine.as_ref().map(Dockerd::host).as_deref());
    sandbox_answers();
    answered.insert("sandbox".to_owned());
    if engine.is_none() {
        println!("SKIPPED: push and pull, which take a Docker Engine");
        answered.extend(["push".to_owned(), "pull".to_owned()]);
    }
    assert_eq!(answered, verbs().into_iter().collect());
}
