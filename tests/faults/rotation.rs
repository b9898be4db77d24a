//! A rotation is killed, or fails, at every step. No key that the server's root names is lost, and the next run finishes it.

use forge::key::Key;
use serde_json::Value;

use crate::{
    https::reply,
    person::{PASSPHRASE, Person},
    site::Site,
    strace::{self, Point},
};

/// The owner of the repository, whose keys are those of the forge.
pub(crate) fn owner(site: &Site) -> Person {
    let mut owner = site.signer();
    owner.holds("root", "role: root");
    owner.holds("targets", &format!("role: targets\ngun: {}", site.name()));
    owner.answer = Some("yes\n");
    for role in ["ROOT", "TARGETS", "SNAPSHOT"] {
        owner.variables.push((format!("NOTARY_{role}_PASSPHRASE"), PASSPHRASE.to_owned()));
    }
    owner
}

/// The arguments of a rotation.
pub(crate) fn rotate(site: &Site, person: &Person, role: &str) -> Vec<String> {
    let trust = person.trust().to_str().unwrap().to_owned();
    let url = format!("https://{}", site.host());
    let ca = person.home().join(".docker/tls").join(site.host()).join("ca.crt");
    let ca = ca.to_str().unwrap();
    ["notary", "-d", &trust, "-s", &url, "--tlscacert", ca, "key", "rotate", &site.name(), role].map(str::to_owned).to_vec()
}

fn run_with<T>(args: &[String], run: impl FnOnce(&[&str]) -> T) -> T {
    run(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The canonical IDs of the keys that the server's root names for a role.
fn named(site: &Site, role: &str) -> Vec<String> {
    let root = site.forge().signed["root"].clone();
    let ids: Vec<Value> = root["roles"][role]["keyids"].as_array().unwrap().clone();
    ids.iter().map(|id| canonical(&root["keys"][id.as_str().unwrap()])).collect()
}

fn canonical(key: &Value) -> String {
    use trust::{json::value::Json, model::key::Key};
    Key::read(&Json::parse(key.to_string().as_bytes()).unwrap(), "key").unwrap().canonical_id().unwrap().to_string()
}

/// Whether a key can be used: test keys are not encrypted, those that the program makes are.
fn is_usable(person: &Person, id: &str) -> bool {
    let is_the_forge_s = ["root", "targets"].iter().any(|name| Key::p256(name).id() == id);
    if is_the_forge_s { person.keys().contains(&id.to_owned()) } else { person.opens(id) }
}

fn nothing_is_lost(site: &Site, person: &Person, when: &str) {
    for role in ["root", "targets"] {
        let ids = named(site, role);
        assert!(ids.iter().any(|id| is_usable(person, id)), "{when}: no key of {role} is left: {ids:?} of {:?}", person.keys());
    }
    assert!(person.keys().contains(&Key::p256("root").id()), "{when}: the first root key is gone");
}

#[test]
fn a_rotation_that_is_killed_at_each_step_is_finished_by_the_next_and_loses_no_key() {
    if !strace::works() {
        return;
    }
    let site = Site::new();
    let (before, forge) = (owner(&site), site.forge());
    for role in ["targets", "root"] {
        let rehearsal = before.twin();
        let points = run_with(&rotate(&site, &rehearsal, role), |args| strace::points(&rehearsal, args, &rehearsal.trust()));
        // a file that is opened, written and synced has no name yet: what decides is how it gets one
        let decides = |point: &&Point| !matches!(point.call.as_str(), "openat" | "write" | "fsync" | "fchmod" | "chmod");
        let deciding: Vec<&Point> = points.iter().filter(decides).collect();
        for point in deciding.iter().step_by(if role == "root" { 3 } else { 1 }) {
            let person = before.twin();
            site.serve(forge.clone());
            let args = rotate(&site, &person, role);
            run_with(&args, |args| strace::killed(&person, args, point).output().unwrap());
            nothing_is_lost(&site, &person, &format!("{role}, killed at {point:?}"));
            finishes(&site, &person, &args, role, &format!("killed at {point:?}"));
        }
        println!(
            "key rotate {role} was killed at {} steps or, of root, each third; there are {} points in all",
            deciding.len(),
            points.len()
        );
        assert!(deciding.len() > 6, "only {}", deciding.len());
    }
}

#[test]
fn a_disk_that_is_full_at_each_step_of_a_rotation_loses_no_key() {
    if !strace::works() {
        return;
    }
    let site = Site::new();
    let (before, forge) = (owner(&site), site.forge());
    let rehearsal = before.twin();
    let points = run_with(&rotate(&site, &rehearsal, "targets"), |args| strace::points(&rehearsal, args, &rehearsal.trust()));
    let can_fill = |point: &&Point| matches!(point.call.as_str(), "openat" | "write" | "fsync" | "rename" | "renameat" | "unlink");
    // each run takes its time, and the steps are much alike
    for point in points.iter().filter(can_fill).step_by(6) {
        let person = before.twin();
        site.serve(forge.clone());
        let args = rotate(&site, &person, "targets");
        run_with(&args, |args| strace::disk_full(&person, args, point).output().unwrap());
        nothing_is_lost(&site, &person, &format!("full at {point:?}"));
        finishes(&site, &person, &args, "targets", &format!("full at {point:?}"));
    }
}

#[test]
fn whatever_the_server_answers_the_old_key_stays_until_it_has_the_new_root() {
    let site = Site::new();
    let (before, forge) = (owner(&site), site.forge());
    let conflict = r#"{"errors":[{"code":"VERSION","message":"newer","detail":null}]}"#;
    let bad = r#"{"errors":[{"code":"INVALID_UPDATE","message":"no","detail":null}]}"#;
    let answers = [(500, ""), (400, conflict), (200, ""), (400, bad), (401, ""), (404, "")];
    for (role, answers) in [("targets", &answers[..]), ("root", &answers[..2])] {
        for (status, body) in answers.iter().copied() {
            let person = before.twin();
            site.serve(forge.clone());
            site.fails(move |request| (request.method == "POST").then(|| reply(status, &[], body)));
            let args = rotate(&site, &person, role);
            let run = run_with(&args, |args| person.run(args));
            let when = format!("{role}, {status}: {}", run.transcript);
            assert_eq!(run.code, Some(1), "{when}");
            nothing_is_lost(&site, &person, &when);
            assert!(person.keys().contains(&Key::p256("targets").id()), "{when}");
            site.recovers();
            finishes(&site, &person, &args, role, &when);
        }
    }
}

/// The same command again, to its end.
fn finishes(site: &Site, person: &Person, args: &[String], role: &str, when: &str) {
    let old = named(site, role);
    run_with(args, |args| person.succeeds(args));
    let new = named(site, role);
    assert!(new.iter().all(|id| !old.contains(id)), "{when}: {new:?}");
    if role == "targets" {
        assert!(old.iter().all(|id| !person.keys().contains(id)), "{when}: the replaced key stays");
    }
    nothing_is_lost(site, person, when);
    let shown = person.succeeds(&["inspect", &site.name()]);
    assert!(shown.out.contains("\"SignedTag\": \"1\""), "{when}: {}", shown.transcript);
}
