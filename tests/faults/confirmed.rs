//! Updates that the server said it took: success is said of what was read back alone. That a server answers 200 and keeps nothing is case 154.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use forge::{Forge, key::Key};

use crate::{
    https::{Reply, reply},
    person::Person,
    rotation,
    site::{Site, Upload},
};

/// What stands on standard error where an update was taken and is not to be seen.
const NOT_VISIBLE: &str = "the update is taken, and not yet visible";

/// What a later look says of it.
const NOT_THERE: &str = ", published here, is not in the server's state";

/// The owner of a repository with the signers jeff and ian, who is jeff.
fn owner() -> (Site, Person) {
    let site = Site::new();
    let mut forge = site.forge();
    let ian = Key::p256("ian");
    forge.delegate("targets/ian", std::slice::from_ref(&ian), &[""]);
    forge.edit("targets", |targets| {
        let roles = targets["delegations"]["roles"].as_array_mut().unwrap();
        let releases = roles.iter_mut().find(|role| role["name"] == "targets/releases").unwrap();
        releases["keyids"].as_array_mut().unwrap().push(ian.id().into());
    });
    site.serve(forge.publish().clone());
    let person = rotation::owner(&site);
    person.write("carol.pub", include_str!("../../testdata/peers/bundles/jeff-ec/cert.pem"));
    (site, person)
}

fn ok() -> Reply {
    reply(200, &[], "")
}

/// Whether the server has what a person wants.
type Wanted = fn(&Forge) -> bool;

fn delegates_to(forge: &Forge, role: &str) -> bool {
    forge.signed["targets"]["delegations"]["roles"].as_array().unwrap().iter().any(|delegation| delegation["name"] == role)
}

fn releases(forge: &Forge, tag: &str) -> bool {
    !forge.signed["targets/releases"]["targets"][tag].is_null()
}

/// What people publish, by name, and when it is there.
fn updates(site: &Site, person: &Person) -> Vec<(&'static str, Vec<String>, Wanted)> {
    let words = |text: &str| text.replace("REPO", &site.name()).split(' ').map(str::to_owned).collect::<Vec<_>>();
    vec![
        ("sign", words("sign --registry REPO:new"), |forge| releases(forge, "new")),
        ("revoke", words("revoke REPO:1"), |forge| !releases(forge, "1")),
        ("signer add", words("signer add --key carol.pub carol REPO"), |forge| delegates_to(forge, "targets/carol")),
        ("signer remove", words("signer remove --force ian REPO"), |forge| !delegates_to(forge, "targets/ian")),
        ("renew", words("renew REPO targets"), |forge| forge.version("targets") > 4),
        ("key rotate", rotation::rotate(site, person, "targets"), |forge| forge.version("root") > 1),
    ]
}

/// How many updates there are.
const UPDATES: usize = 6;

/// Each update on a site of its own, side by side.
fn each(case: impl Fn(&str, &Site, &Person, &[&str], Wanted) + Sync) {
    let case = &case;
    std::thread::scope(|scope| {
        for number in 0..UPDATES {
            scope.spawn(move || {
                let (site, person) = owner();
                let updates = updates(&site, &person);
                assert_eq!(updates.len(), UPDATES);
                let (name, args, wanted) = &updates[number];
                let args: Vec<&str> = args.iter().map(String::as_str).collect();
                assert!(!wanted(&site.forge()), "{name}");
                case(name, &site, &person, &args, *wanted);
            });
        }
    });
}

fn says_success(person: &Person, args: &[&str]) -> (Option<i32>, bool, String) {
    let run = person.run(args);
    (run.code, run.transcript.to_lowercase().contains("success"), run.transcript)
}

#[test]
fn h154_what_is_taken_and_kept_is_confirmed_without_a_word() {
    each(|name, site, person, args, wanted| {
        let run = person.succeeds(args);
        assert!(wanted(&site.forge()), "{name}");
        assert!(!run.err.contains("warning"), "{name}: {}", run.transcript);
        assert_eq!(person.succeeds(&["inspect", &site.name()]).err, "", "{name}");
    });
}

#[test]
fn h154_what_is_taken_and_not_kept_is_no_success_and_is_told_once_by_the_next_look() {
    each(|name, site, person, args, wanted| {
        site.takes(|_, _| Some(ok()));
        let (code, success, transcript) = says_success(person, args);
        assert!(code == Some(1) && !success && transcript.contains(NOT_VISIBLE), "{name}: {transcript}");
        assert!(!wanted(&site.forge()));
        site.recovers();
        let looks = [(); 3].map(|()| person.succeeds(&["inspect", &site.name()]).err);
        assert!(looks[0].contains(NOT_THERE), "{name}: {}", looks[0]);
        assert!(looks[1..].iter().all(String::is_empty), "{name}: {looks:?}");
        person.succeeds(args);
        assert!(wanted(&site.forge()), "{name}");
    });
}

/// Another person's update of the same roles, or of another one where none of them is a role of targets: tag 5.
fn another_s(forge: &mut Forge, upload: &Upload) {
    let roles: Vec<_> = upload.iter().map(|(role, _)| role.as_str()).filter(|role| role.starts_with("targets")).collect();
    for role in if roles.is_empty() { vec!["targets/jeff"] } else { roles } {
        forge.add_target(role, "5", "another's");
    }
    forge.publish();
}

#[test]
fn h154_what_another_s_update_displaced_is_published_again_beside_it() {
    each(|name, site, person, args, wanted| {
        let mut first = true;
        site.takes(move |forge, upload| std::mem::take(&mut first).then(|| another_s(forge, upload)).map(|()| ok()));
        let run = person.succeeds(args);
        let forge = site.forge();
        assert!(wanted(&forge), "{name}: {}", run.transcript);
        let theirs = |role: &String| !forge.signed[role]["targets"]["5"].is_null();
        assert!(forge.signed.keys().any(theirs), "{name}: what the other published is gone");
        assert!(run.err.contains("did not keep it; it is published again"), "{name}: {}", run.transcript);
        assert_eq!(site.lines().iter().filter(|line| line.starts_with("POST")).count(), 2, "{name}");
    });
}

/// What a colleague takes back as soon as it stands: above the files that were sent, without their change.
fn takes_back(forge: &mut Forge, upload: &Upload) {
    let before = forge.signed.clone();
    forge.take_upload(upload);
    for role in ["targets", "targets/releases"] {
        let sent = forge.version(role);
        if sent > before[role]["version"].as_u64().unwrap() {
            forge.signed.insert(role.to_owned(), before[role].clone());
            forge.set_version(role, sent + 1);
        }
    }
    forge.publish();
}

#[test]
fn h154_what_a_colleague_takes_back_meanwhile_is_not_published_over_that() {
    // sign, revoke, signer add, signer remove
    for number in 0..4 {
        let (site, person) = owner();
        let (name, args, _) = updates(&site, &person).swap_remove(number);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let mut first = true;
        site.takes(move |forge, upload| std::mem::take(&mut first).then(|| takes_back(forge, upload)).map(|()| ok()));
        let (code, success, transcript) = says_success(&person, &args);
        assert!(code == Some(1) && !success, "{name}: {transcript}");
        assert!(transcript.contains("while this was under way, someone else"), "{name}: {transcript}");
        assert!(!transcript.contains("did not keep it"), "{name}: {transcript}");
        assert_eq!(site.lines().iter().filter(|line| line.starts_with("POST")).count(), 1, "{name}");
    }
}

#[test]
fn h146_each_name_that_a_colleague_took_back_is_told_before_it_is_signed_again() {
    let (site, person) = owner();
    let mut first = true;
    site.takes(move |forge, upload| std::mem::take(&mut first).then(|| takes_back(forge, upload)).map(|()| reply(504, &[], "")));
    let [new, other, third] = ["new", "other", "third"].map(|tag| site.tag(tag));
    let both = ["sign", "--registry", &new, &other];
    assert_eq!(says_success(&person, &both).0, Some(1));
    // what is published in between takes nothing from what is known of them
    person.succeeds(&["sign", "--registry", &third]);
    let run = person.run(&both);
    let told = |tag: &str| run.err.contains(&format!("removed {tag} from targets/releases"));
    assert!(run.code == Some(1) && told("new") && told("other"), "{}", run.transcript);
    assert!(!releases(&site.forge(), "new") && !releases(&site.forge(), "other"));
    // the person knows now
    person.succeeds(&both);
    assert!(["new", "other", "third"].iter().all(|tag| releases(&site.forge(), tag)));
}

#[test]
fn h147_an_update_whose_answer_is_lost_is_looked_for() {
    each(|name, site, person, args, wanted| {
        site.takes(|forge, upload| {
            forge.take_upload(upload);
            Some(reply(504, &[], "<html>gateway time-out"))
        });
        let run = person.succeeds(args);
        assert!(wanted(&site.forge()), "{name}");
        assert!(!run.err.contains("warning"), "{name}: {}", run.transcript);
        assert_eq!(site.lines().iter().filter(|line| line.starts_with("POST")).count(), 1, "{name}");
    });
}

#[test]
fn h154_what_a_proxy_still_shows_from_before_is_waited_for() {
    let (site, person) = owner();
    let old = site.forge().bytes["timestamp"].clone();
    let looks = std::sync::Mutex::new(0);
    site.fails(move |request| {
        let is_timestamp = request.method == "GET" && request.target.contains("timestamp.json");
        let mut looks = looks.lock().unwrap();
        *looks += usize::from(is_timestamp);
        (is_timestamp && *looks < 6).then(|| {
            let newest = request.target.ends_with("/timestamp.json");
            if newest { reply(200, &[], old.clone()) } else { reply(404, &[], "") }
        })
    });
    person.succeeds(&["sign", "--registry", &site.tag("new")]);
    assert!(releases(&site.forge(), "new"));
}

#[test]
fn h146_a_command_that_is_run_again_does_not_undo_what_another_has_decided_since() {
    let (site, person) = owner();
    let down = Arc::new(AtomicBool::new(false));
    let is_down = Arc::clone(&down);
    site.takes(move |forge, upload| {
        forge.take_upload(upload);
        is_down.store(true, Ordering::SeqCst);
        Some(reply(502, &[], ""))
    });
    let is_down = Arc::clone(&down);
    site.fails(move |_| is_down.load(Ordering::SeqCst).then(|| reply(503, &[], "")));
    let sign = ["sign", "--registry", &site.tag("new")];
    let (code, success, transcript) = says_success(&person, &sign);
    assert!(code == Some(1) && !success, "{transcript}");
    site.recovers();
    let mut forge = site.forge();
    assert!(releases(&forge, "new"), "it was applied");
    forge.add_target("targets/jeff", "new", "theirs").add_target("targets/releases", "new", "theirs");
    site.serve(forge.publish().clone());
    let run = person.run(&sign);
    assert!(run.code == Some(1) && run.err.contains("someone else signed new for"), "{}", run.transcript);
    assert_eq!(site.forge().signed["targets/releases"], forge.signed["targets/releases"]);
    // the person knows now
    person.succeeds(&sign);
    assert_ne!(site.forge().signed["targets/releases"], forge.signed["targets/releases"]);
}

#[test]
fn h146_a_command_that_is_run_again_changes_nothing_where_nobody_else_did() {
    let (site, person) = owner();
    site.takes(|forge, upload| {
        forge.take_upload(upload);
        Some(reply(502, &[], ""))
    });
    site.fails(|request| (request.method == "GET" && request.target.contains("3.timestamp.json")).then(|| reply(503, &[], "")));
    let _ = person.run(&["revoke", &site.tag("1")]);
    site.recovers();
    assert!(!releases(&site.forge(), "1"));
    let run = person.run(&["revoke", &site.tag("1")]);
    assert!(run.err.contains("No valid trust data for 1"), "{}", run.transcript);
}

/// Gives a role and `targets/releases` another key, as an administrator does.
fn gain_key(forge: &mut Forge, roles: &[&str], key: &Key) {
    forge.edit("targets", |targets| {
        targets["delegations"]["keys"][key.id()] = key.json();
        for role in targets["delegations"]["roles"].as_array_mut().unwrap() {
            if roles.contains(&role["name"].as_str().unwrap()) {
                role["keyids"].as_array_mut().unwrap().push(key.id().into());
            }
        }
    });
    forge.bump("targets").publish();
}

fn may_sign(forge: &Forge, key: &Key) -> bool {
    let roles = forge.signed["targets"]["delegations"]["roles"].as_array().unwrap();
    roles.iter().any(|role| role["keyids"].as_array().unwrap().contains(&key.id().into()))
}

#[test]
fn a_signer_who_gains_a_key_while_she_is_removed_loses_it_too() {
    let conflict = || reply(400, &[], r#"{"errors":[{"code":"VERSION","message":"newer","detail":null}]}"#);
    for late in [&["targets/ian", "targets/releases"][..], &["targets/ian"]] {
        let (site, person) = owner();
        let (ian, second) = (Key::p256("ian"), Key::p256("ian's second"));
        let (mut first, given) = (true, second.clone());
        site.takes(move |forge, _| std::mem::take(&mut first).then(|| gain_key(forge, late, &given)).map(|()| conflict()));
        person.succeeds(&["signer", "remove", "--force", "ian", &site.name()]);
        let forge = site.forge();
        assert!(!may_sign(&forge, &ian) && !may_sign(&forge, &second), "{late:?}");
    }
}

#[test]
fn a_key_that_another_signer_has_too_stays_with_her_and_is_told_of() {
    let (site, person) = owner();
    let ian = Key::p256("ian");
    let mut forge = site.forge();
    site.serve(forge.delegate("targets/ci", std::slice::from_ref(&ian), &[""]).publish().clone());
    let run = person.succeeds(&["signer", "remove", "--force", "ian", &site.name()]);
    assert!(run.err.contains("stays in targets/releases: it is also a key of ci"), "{}", run.transcript);
    assert!(may_sign(&site.forge(), &ian) && !delegates_to(&site.forge(), "targets/ian"));
    let run = person.succeeds(&["signer", "remove", "--force", "ci", &site.name()]);
    assert_eq!(run.err, "", "{}", run.transcript);
    assert!(!may_sign(&site.forge(), &ian));
}

#[test]
fn where_the_releases_are_hidden_no_signer_is_removed_without_a_question() {
    let (site, _) = owner();
    let mut forge = site.forge();
    site.serve(forge.set_signatures("targets/releases", &[]).publish().clone());
    let person = site.stranger();
    person.holds("targets", &format!("role: targets\ngun: {}", site.name()));
    let remove = |flags: &[&str]| person.run(&[&["signer", "remove"], flags, &["ian", &site.name()]].concat());
    let run = remove(&[]);
    assert!(run.err.contains("nobody answered") && delegates_to(&site.forge(), "targets/ian"), "{}", run.transcript);
    let run = remove(&["--force"]);
    assert!(run.code == Some(0) && !delegates_to(&site.forge(), "targets/ian"), "{}", run.transcript);
}

#[test]
fn a_server_that_always_says_conflict_is_left_in_time() {
    let (site, person) = owner();
    site.takes(|_, _| Some(reply(400, &[], r#"{"errors":[{"code":"VERSION","message":"newer","detail":null}]}"#)));
    let run = person.run(&["sign", &site.tag("1"), "--registry"]);
    assert!(run.code == Some(1) && run.err.contains("other publishers were faster"), "{}", run.transcript);
}

#[test]
fn what_is_staged_for_a_new_repository_that_the_server_does_not_show_stays_staged() {
    let site = Site::empty();
    let (mut person, name) = (site.stranger(), site.name());
    for role in ["ROOT", "TARGETS", "SNAPSHOT"] {
        person.variables.push((format!("NOTARY_{role}_PASSPHRASE"), "a passphrase".to_owned()));
    }
    site.fails(|request| (request.method == "POST").then(ok));
    person.write("file", "content");
    let url = format!("https://{}", site.host());
    let (trust, ca) = (person.trust(), person.home().join(".docker/tls").join(site.host()).join("ca.crt"));
    let flags = ["notary", "-d", trust.to_str().unwrap(), "-s", &url, "--tlscacert", ca.to_str().unwrap()];
    let notary = |args: &[&str]| person.run(&[&flags, args].concat());
    let run = notary(&["init", &name]);
    assert_eq!(run.code, Some(0), "{}", run.transcript);
    assert_eq!(notary(&["add", &name, "v1", "file"]).code, Some(0));
    let run = notary(&["publish", &name]);
    assert!(run.code == Some(1) && run.transcript.contains(NOT_VISIBLE), "{}", run.transcript);
    let status = notary(&["status", &name]);
    assert!(status.transcript.contains("v1"), "{}", status.transcript);
}

#[test]
fn a_new_repository_that_the_server_does_not_show_is_warned_of() {
    let site = Site::empty();
    let person = site.stranger();
    person.write("cert.pem", include_str!("../../testdata/peers/bundles/jeff-ec/cert.pem"));
    site.fails(|request| (request.method == "POST").then(ok));
    let run = person.succeeds(&["signer", "add", "--key", "cert.pem", "jeff", &site.name()]);
    assert!(
        run.err.contains("and does not show it yet; look at it with `dct inspect` before you rely on it"),
        "{}",
        run.transcript
    );
}
