//! Section F: delegations. The number of a case begins the name of its test.

use serde_json::json;

use crate::{
    support::forge::{Forge, key::Key},
    world::{GUN, World, entries_of},
};

#[test]
fn f104_a_delegation_that_others_signed() {
    for key in [Key::p256("evil"), Key::p256("ian"), Key::p256("targets")] {
        let (world, mut forge) = World::warm();
        forge.delegate("targets/ian", &[Key::p256("ian")], &[""]).add_target("targets/ian", "2", "two");
        forge.publish();
        world.accepts(&forge);
        forge.bump("targets/jeff").sign_with("targets/jeff", &[key]).publish();
        World::cold().accepts_without(&forge, "targets/jeff");
        // jeff is still a signer of what is here, so it is the server that puts this in its place
        let why = "targets/jeff: in place of version 2, which its keys have signed, the snapshot lists a version 3";
        world.rejects(&forge.clone(), why, forge.sign("targets/jeff").publish());
    }
}

#[test]
fn f105_names_beyond_a_roles_paths() {
    let mut forge = Forge::new(GUN);
    forge.delegate("targets/ian", &[Key::p256("ian")], &["a/"]);
    forge.delegate("targets/ian/deep", &[Key::p256("deep")], &["a/b", "", "c"]);
    forge.delegate("targets/nothing", &[Key::p256("ian")], &[]);
    for name in ["a/1", "a/b1", "b", "c"] {
        for role in ["targets/ian", "targets/ian/deep", "targets/nothing"] {
            forge.add_target(role, name, name);
        }
    }
    forge.publish();
    let world = World::cold();
    world.remote.serve(forge.files());
    let found = world.read().unwrap().entries;
    let of = |role: &str| found.iter().filter(|e| e.0 == role).map(|e| e.1.as_str()).collect::<Vec<_>>();
    assert_eq!(of("targets/ian"), ["a/1", "a/b1"]);
    assert_eq!(of("targets/ian/deep"), ["a/b1"]);
    assert!(of("targets/nothing").is_empty());
}

#[test]
fn f106_a_path_is_a_prefix() {
    let mut forge = Forge::new(GUN);
    forge.delegate("targets/ian", &[Key::p256("ian")], &["only"]).add_target("targets/ian", "onlyevil", "x").publish();
    World::cold().accepts(&forge);
}

#[test]
fn f107_names_that_no_role_has() {
    let honest = Forge::new(GUN);
    let long = format!("targets/{}", "x".repeat(300));
    for name in [
        "targets/../evil",
        "targets/A",
        "targets//a",
        "targets/a/",
        "targets/",
        "targets",
        "root",
        "a",
        "targets/a b",
        "targets/%2f",
        "targets/é",
        "targets/.",
        "targets/a\u{0}",
        "/etc/passwd",
        "targets/jeff/deep",
        &long,
    ] {
        let mut forge = Forge::new(GUN);
        let key = Key::p256("ian");
        forge.edit("targets", |t| {
            t["delegations"]["keys"][key.id()] = key.json();
            let entry = json!({"keyids": [key.id()], "name": name, "paths": [""], "threshold": 1});
            t["delegations"]["roles"].as_array_mut().unwrap().push(entry);
        });
        World::cold().rejects(forge.publish(), "targets.delegations.roles", &honest);
    }
    // in the snapshot such a name is nobody's file, and is not asked for
    let mut forge = Forge::new(GUN);
    forge.edit("snapshot", |s| s["meta"]["targets/../evil"] = s["meta"]["targets"].clone()).stamp();
    let world = World::cold();
    world.accepts(&forge);
    let asked = world.remote.take_requests().concat();
    assert!(asked.iter().all(|name| !name.contains("..")), "{asked:?}");
}

#[test]
fn f107_one_delegation_listed_twice() {
    let mut forge = Forge::new(GUN);
    let evil = Key::p256("evil");
    forge.edit("targets", |t| {
        t["delegations"]["keys"][evil.id()] = evil.json();
        let entry = json!({"keyids": [evil.id()], "name": "targets/jeff", "paths": [""], "threshold": 1});
        t["delegations"]["roles"].as_array_mut().unwrap().insert(0, entry);
    });
    World::cold().rejects(forge.publish(), "stands twice", &Forge::new(GUN));
}

#[test]
fn f109_a_delegation_that_has_no_file_yet() {
    let (world, mut forge) = World::warm();
    forge.delegate("targets/ian", &[Key::p256("ian")], &[""]);
    forge.bytes.remove("targets/ian");
    forge.publish();
    world.accepts(&forge);
    World::cold().accepts(&forge);
}

#[test]
fn f110_fewer_keys_than_the_threshold() {
    let mut forge = Forge::new(GUN);
    let key = Key::p256("ian");
    let entry = json!({"keyids": [key.id()], "name": "targets/ian", "paths": [""], "threshold": 2});
    forge.delegate_as("targets/ian", &[key], &entry).add_target("targets/ian", "x", "x").publish();
    World::cold().accepts_without(&forge, "targets/ian");
    // Go writes null where the last key went
    let mut forge = Forge::new(GUN);
    let entry = json!({"keyids": null, "name": "targets/ian", "paths": [""], "threshold": 1});
    forge.delegate_as("targets/ian", &[Key::p256("ian")], &entry).add_target("targets/ian", "x", "x").publish();
    World::cold().accepts_without(&forge, "targets/ian");
}

#[test]
fn f110_the_lists_that_go_writes_as_null() {
    let mut forge = Forge::new(GUN);
    forge.undelegate("targets/jeff").undelegate("targets/releases");
    forge.edit("targets", |t| t["delegations"]["roles"] = json!(null)).publish();
    World::cold().accepts(&forge);
}

#[test]
fn f28_a_chain_of_delegations() {
    let mut forge = Forge::new(GUN);
    let mut role = "targets".to_owned();
    for _ in 0..60 {
        role.push_str("/a");
        forge.delegate(&role, &[Key::p256("a")], &[""]);
    }
    forge.add_target(&role, "deep", "deep").publish();
    let world = World::cold();
    world.accepts(&forge);
    // all of them travel together
    assert_eq!(world.remote.take_requests().len(), 3);
}

#[test]
fn f28_more_delegations_than_are_followed() {
    let mut forge = Forge::new(GUN);
    let key = Key::p256("a");
    forge.edit("targets", |t| {
        t["delegations"]["keys"][key.id()] = key.json();
        let roles = t["delegations"]["roles"].as_array_mut().unwrap();
        roles.extend(
            (0..5000).map(|n| json!({"keyids": [key.id()], "name": format!("targets/n{n}"), "paths": [""], "threshold": 1})),
        );
    });
    World::cold().rejects(forge.publish(), "more than 4096 delegations", &Forge::new(GUN));
}

#[test]
fn f28_a_delegate_with_very_many_delegations_and_paths() {
    let key = Key::p256("jeff");
    let mut forge = Forge::new(GUN);
    forge.edit("targets/jeff", |jeff| {
        jeff["delegations"]["keys"][key.id()] = key.json();
        let role = |n| json!({"keyids": [key.id()], "name": format!("targets/jeff/n{n}"), "paths": [""], "threshold": 1});
        jeff["delegations"]["roles"] = (0..40_000).map(role).collect();
    });
    let start = std::time::Instant::now();
    World::cold().accepts_without(forge.publish(), "targets/jeff");
    let took = start.elapsed();
    assert!(took < std::time::Duration::from_secs(30), "{took:?} (unoptimised)");
}

#[test]
fn f28_paths_that_multiply() {
    let mut forge = Forge::new(GUN);
    let paths: Vec<String> = (0..30_000).map(|n| format!("p{n:05}/")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    forge.delegate("targets/jeff/a", &[Key::p256("jeff")], &paths);
    forge.delegate("targets/jeff/a/b", &[Key::p256("jeff")], &paths);
    forge.edit("targets/jeff/a/b", |b| {
        let entry = forge_target();
        b["targets"] = paths.iter().map(|path| ((*path).to_owned(), entry.clone())).collect::<serde_json::Map<_, _>>().into();
    });
    forge.publish();
    let start = std::time::Instant::now();
    World::cold().accepts(&forge);
    let took = start.elapsed();
    assert!(took < std::time::Duration::from_secs(20), "{took:?} (unoptimised)");
}

fn forge_target() -> serde_json::Value {
    forge::target_of("x")
}

#[test]
fn f28_large_files_of_nobody_are_not_fetched() {
    let mut forge = Forge::new(GUN);
    let large = json!({"hashes": {"sha256": "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="}, "length": 64 << 20});
    forge.edit("snapshot", |s| s["meta"]["targets/nobody"] = large).stamp();
    let world = World::cold();
    world.accepts(&forge);
    let asked = world.remote.take_requests().concat();
    assert!(asked.iter().all(|name| !name.starts_with("targets/nobody")), "{asked:?}");
}

#[test]
fn f27_many_delegations_with_files() {
    let mut forge = Forge::new(GUN);
    for n in 0..75 {
        let role = format!("targets/n{n}");
        forge.delegate(&role, &[Key::p256("many")], &[""]).add_target(&role, &n.to_string(), "x");
    }
    forge.publish();
    World::cold().accepts(&forge);
}

#[test]
fn f112_the_same_name_in_several_roles() {
    let mut forge = Forge::new(GUN);
    forge.add_target("targets", "1", "older").publish();
    let answer = World::cold().accepts(&forge);
    let roles: Vec<_> = answer.entries.iter().filter(|(_, name, _)| name == "1").map(|(role, ..)| role.as_str()).collect();
    assert_eq!(roles, ["targets", "targets/jeff", "targets/releases"]);
    assert_eq!(answer.entries, entries_of(&forge));
}
