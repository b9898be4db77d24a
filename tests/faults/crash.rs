//! The program is killed at every call by which it changes the trust folder. What is left is never a new trust, and never a lost key.

use std::{os::unix::process::ExitStatusExt as _, path::PathBuf, process::Command};

use forge::{Forge, key::Key};

use crate::{
    person::{Person, private_pem},
    site::Site,
    strace::{self, Point},
};

#[test]
fn killed_in_the_middle_of_an_update_the_next_run_does_not_trust_anew() {
    if !strace::works() {
        return;
    }
    let site = Site::new();
    let at_version_1 = site.reader();
    let mut forge = site.forge();
    forge.add_target("targets/jeff", "2", "two").add_target("targets/releases", "2", "two").publish();
    let unrelated = unrelated(&site.name());
    site.serve(unrelated.clone());
    let name = site.name();
    let inspect = ["inspect", name.as_str()];
    site.stranger().succeeds(&inspect); // in itself it is a good repository

    site.serve(forge.clone());
    let rehearsal = at_version_1.twin();
    let points = strace::points(&rehearsal, &inspect, &rehearsal.trust());
    let mut killed = 0;
    for point in &points {
        let person = at_version_1.twin();
        site.serve(forge.clone());
        killed += usize::from(was_killed(&mut strace::killed(&person, &inspect, point)));
        site.serve(unrelated.clone());
        let run = person.run(&inspect);
        assert_eq!(run.code, Some(1), "killed at {point:?}: {}", run.transcript);
        site.serve(forge.clone());
        let run = person.succeeds(&inspect);
        assert!(run.out.contains(r#""SignedTag": "2""#), "killed at {point:?}: {}", run.transcript);
        assert_eq!(names(&person), names(&rehearsal), "killed at {point:?}");
    }
    println!("{killed} of {} runs of inspect were killed", points.len());
    assert!(killed > 20 && killed + 3 >= points.len(), "only {killed}: the faults do not reach the commit");
}

#[test]
fn killed_while_a_key_is_loaded_no_key_is_lost() {
    if !strace::works() {
        return;
    }
    let with_keys = Person::new();
    with_keys.write("key.pem", private_pem("jeff", "role: jeff"));
    with_keys.holds("ian", "role: ian");
    let empty = with_keys.twin();
    let load = ["key", "load", "--name", "jeff", "key.pem"];
    with_keys.succeeds(&load);
    for before in [&empty, &with_keys] {
        let rehearsal = before.twin();
        let points = strace::points(&rehearsal, &load, &rehearsal.trust());
        let mut killed = 0;
        for point in &points {
            let person = before.twin();
            killed += usize::from(was_killed(&mut strace::killed(&person, &load, point)));
            let (then, now) = (before.keys(), person.keys());
            assert!(then.iter().all(|key| now.contains(key)), "killed at {point:?}: {now:?}");
            assert!(now.iter().all(|id| person.opens(id)), "killed at {point:?}: a key does not open");
            person.succeeds(&load);
            assert_eq!(person.keys(), rehearsal.keys(), "killed at {point:?}");
            assert!(person.opens(&Key::p256("jeff").id()), "killed at {point:?}");
        }
        println!("{killed} of {} runs of key load were killed", points.len());
        assert!(killed > 4 && killed + 1 >= points.len(), "only {killed}");
    }
}

#[test]
fn killed_while_a_repository_is_initialized_the_next_run_completes_it_with_the_same_root_key() {
    if !strace::works() {
        return;
    }
    let site = Site::empty();
    let newcomer = site.stranger();
    newcomer.write("cert.pem", include_str!("../../testdata/peers/bundles/jeff-ec/cert.pem"));
    let name = site.name();
    let add = ["signer", "add", "--key", "cert.pem", "jeff", name.as_str()];
    let rehearsal = newcomer.twin();
    let points = strace::points(&rehearsal, &add, &rehearsal.trust());
    // a file that is opened, written and synced has no name yet: what decides is how it gets one
    let decides = |point: &&Point| !matches!(point.call.as_str(), "openat" | "write" | "fsync" | "fchmod" | "chmod");
    let deciding: Vec<&Point> = points.iter().filter(decides).collect();
    let mut killed = 0;
    for point in &deciding {
        let person = newcomer.twin();
        site.forget();
        killed += usize::from(was_killed(&mut strace::killed(&person, &add, point)));
        let root = person.root_keys();
        assert!(root.len() <= 1, "killed at {point:?}: {root:?}");
        person.succeeds(&add);
        let after = person.root_keys();
        assert!(after.len() == 1 && (root.is_empty() || after == root), "killed at {point:?}: {root:?}, and then {after:?}");
        let run = person.succeeds(&["inspect", &name]);
        assert!(run.out.contains(r#""Name": "jeff""#), "killed at {point:?}: {}", run.transcript);
    }
    println!("{killed} of {} runs of signer add were killed, of {} points in all", deciding.len(), points.len());
    assert!(killed > 10 && killed + 3 >= deciding.len(), "only {killed}");
}

#[test]
fn killed_while_a_key_is_generated_no_public_key_is_without_its_private_one() {
    if !strace::works() {
        return;
    }
    let before = Person::new();
    before.holds("ian", "role: ian");
    let generate = ["key", "generate", "--dir", ".", "jeff"];
    let rehearsal = before.twin();
    let points = strace::points(&rehearsal, &generate, rehearsal.home());
    let mut killed = 0;
    for point in &points {
        let person = before.twin();
        killed += usize::from(was_killed(&mut strace::killed(&person, &generate, point)));
        let now = person.keys();
        assert!(now.iter().all(|id| id == &Key::p256("ian").id() || person.opens(id)), "killed at {point:?}");
        assert!(now.contains(&Key::p256("ian").id()), "killed at {point:?}");
        // an empty file holds the place until the private half is stored
        if std::fs::read(person.home().join("jeff.pub")).is_ok_and(|public| !public.is_empty()) {
            assert_eq!(now.len(), 2, "killed at {point:?}");
        } else {
            person.succeeds(&generate);
        }
    }
    println!("{killed} of {} runs of key generate were killed", points.len());
    assert!(killed > 6 && killed + 1 >= points.len(), "only {killed}");
}

#[test]
fn killed_while_signatures_or_a_signer_are_removed_the_next_run_completes_it() {
    if !strace::works() {
        return;
    }
    let site = Site::new();
    let owner = site.signer();
    owner.holds("targets", &format!("role: targets\ngun: {}", site.name()));
    let (name, tag, forge) = (site.name(), site.tag("1"), site.forge());
    let revoke = ["revoke", tag.as_str()];
    let remove = ["signer", "remove", "--force", "jeff", name.as_str()];
    for (args, done) in [(&revoke as &[&str], "No valid trust data for 1"), (&remove, "no signer jeff for repository")] {
        let rehearsal = owner.twin();
        let points = strace::points(&rehearsal, args, &rehearsal.trust());
        let decides = |point: &&Point| !matches!(point.call.as_str(), "openat" | "write" | "fsync" | "fchmod" | "chmod");
        let deciding: Vec<&Point> = points.iter().filter(decides).collect();
        for point in &deciding {
            let person = owner.twin();
            site.serve(forge.clone());
            was_killed(&mut strace::killed(&person, args, point));
            let run = person.run(args);
            assert!(run.code == Some(0) || run.err.contains(done), "killed at {point:?}: {}", run.transcript);
            let shown = person.succeeds(&["inspect", &tag]).out;
            assert!(shown.contains("\"SignedTags\": []"), "killed at {point:?}: {shown}");
        }
        println!("{} runs of {} were killed", deciding.len(), args[0]);
        assert!(!deciding.is_empty());
    }
}

fn was_killed(command: &mut Command) -> bool {
    let status = command.output().unwrap().status;
    let killed = status.signal() == Some(9) || status.code() == Some(137);
    assert!(killed || status.success(), "{status:?}");
    killed
}

/// A valid repository of that name, none of whose keys was in the other.
fn unrelated(name: &str) -> Forge {
    let mut forge = Forge::new(name);
    let old = Key::p256("root").certified(name).id();
    for role in ["timestamp", "snapshot", "targets"] {
        forge.rotate(role, &[Key::p256(&format!("mallory's {role}"))]);
    }
    forge.rotate("root", &[Key::p256("mallory").certified(name)]);
    forge.edit("root", |root| {
        root["version"] = 1.into();
        root["keys"].as_object_mut().unwrap().remove(&old);
    });
    forge.roots.retain(|version, _| *version == 1);
    for _ in 0..5 {
        forge.publish();
    }
    forge
}

/// The files of the trust folder.
fn names(person: &Person) -> Vec<PathBuf> {
    person.contents().into_keys().collect()
}
