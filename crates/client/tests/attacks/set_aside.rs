//! Files of delegations that cannot be used: what a server puts in their place, and what a delegate breaks.

use client::{
    error::OpsError,
    image::{
        inspect_image::{self, Unknown},
        list_targets, resolve_image,
    },
    session::RefuseUnreleased,
};
use client::{image::error::ImageError, ports::Warning};
use serde_json::{Value, json};
use trust::{
    model::{image_name::ImageName, role::RoleName, tag::Tag},
    verify::update::Freshness,
};

use crate::{
    publishing::{Signer, everywhere},
    support::{
        forge::{Forge, hashed_name, json::canonical, key::Key},
        memory::{NOT_FOUND, UNREACHABLE},
    },
    world::{GUN, World, entries_of, gun},
};

const RELEASES: &str = "targets/releases";

/// What a server can serve in the place of a role's file without any key of the role.
fn forgeries(role: &str) -> Vec<(String, Forge)> {
    let mut found = Vec::new();
    let mut add = |name: &str, change: &dyn Fn(&mut Forge)| {
        let mut forge = Forge::new(GUN);
        change(&mut forge);
        forge.publish();
        found.push((format!("{role}: {name}"), forge));
    };
    add("no signatures", &|forge| {
        forge.set_signatures(role, &[]);
    });
    for version in [1, 3, 1 << 31, (1 << 53) - 1] {
        add(&format!("no signatures, version {version}"), &|forge| {
            forge.set_version(role, version).set_signatures(role, &[]);
        });
    }
    add("another's signature", &|forge| {
        forge.bump(role).sign_with(role, &[Key::p256("server")]);
    });
    add("another kind of key", &|forge| {
        forge.bump(role).sign_with(role, &[Key::ed25519("server")]);
    });
    add("the signature of another content", &|forge| {
        let stolen = Key::p256("jeff").signature(b"another content");
        forge.bump(role).set_signatures(role, &[stolen]);
    });
    add("no JSON", &|forge| {
        forge.set_bytes(role, b"{junk".to_vec());
    });
    add("nothing", &|forge| {
        forge.set_bytes(role, Vec::new());
    });
    add("an empty object", &|forge| {
        forge.set_bytes(role, b"{}".to_vec());
    });
    found
}

#[test]
fn what_no_signer_has_signed_does_not_take_the_place_of_what_they_have() {
    for role in ["targets/jeff", RELEASES] {
        for (name, attack) in forgeries(role) {
            let (world, honest) = World::warm();
            world.remote.serve(attack.files());
            world.refuses(&format!("{role}: in place of version 2, which its keys have signed"));
            world.accepts(&honest);
            println!("{name}");
        }
    }
}

#[test]
fn nor_while_the_role_is_set_aside_for_another_reason_in_between() {
    let (world, honest) = World::warm();
    let mut gone = honest.clone();
    gone.bump("snapshot").edit("snapshot", |s| s["meta"][RELEASES]["length"] = (1_u64 << 31).into()).stamp();
    world.accepts_without(&gone, RELEASES);
    let mut attack = gone.clone();
    attack.set_signatures(RELEASES, &[]).publish();
    world.rejects(&attack, "in place of version 2", gone.clone().sign(RELEASES).publish());
    // and what has expired is still its signers' word
    let mut expired = gone.clone();
    expired.publish().bump(RELEASES).set_expires(RELEASES, "2026-01-02T00:00:00Z").publish();
    world.accepts_without(&expired, RELEASES);
    expired.set_signatures(RELEASES, &[]).publish();
    world.remote.serve(expired.files());
    world.refuses("in place of version 3");
}

#[test]
fn nor_below_a_delegation_whose_file_is_the_same() {
    let (world, mut honest) = World::warm();
    honest.delegate("targets/jeff/deep", &[Key::p256("deep")], &[""]).add_target("targets/jeff/deep", "d", "d").publish();
    world.accepts(&honest);
    let mut attack = honest.clone();
    attack.set_signatures("targets/jeff/deep", &[]).publish();
    world.rejects(&attack, "targets/jeff/deep: in place of version 2", honest.publish());
}

#[test]
fn what_a_peer_has_stored_counts_as_well() {
    let (peer, honest) = World::warm();
    let world = World::cold();
    world.store.change(&gun(), |stored| stored.files = peer.store.of(&gun()).files);
    let mut attack = honest.clone();
    attack.set_signatures(RELEASES, &[]).publish();
    world.rejects(&attack, "in place of version 2", &honest);
}

/// Gives a delegation other keys.
pub(crate) fn rekey(forge: &mut Forge, role: &str, keys: &[Key]) {
    let parent = role.rsplit_once('/').unwrap().0;
    forge.edit(parent, |file| {
        for key in keys {
            file["delegations"]["keys"][key.id()] = key.json();
        }
        let roles = file["delegations"]["roles"].as_array_mut().unwrap();
        let delegation = roles.iter_mut().find(|delegation| delegation["name"] == role).unwrap();
        delegation["keyids"] = keys.iter().map(Key::id).collect();
    });
    forge.bump(parent);
    forge.keys.insert(role.to_owned(), keys.to_vec());
}

#[test]
fn a_role_that_has_lost_its_signers_is_set_aside() {
    let (jeff, ian) = (Key::p256("jeff"), Key::p256("ian"));
    // the file that was seen, and one that was signed since
    for (newer, signer) in [(false, &jeff), (true, &ian)] {
        let (world, mut forge) = World::warm();
        rekey(&mut forge, RELEASES, &[jeff.clone(), ian.clone()]);
        forge.sign_with(RELEASES, std::slice::from_ref(&jeff)).publish();
        world.accepts(&forge);
        if newer {
            forge.add_target(RELEASES, "2", "two").sign_with(RELEASES, std::slice::from_ref(signer));
        }
        let left = if newer { jeff.clone() } else { ian.clone() };
        rekey(&mut forge, RELEASES, &[left]);
        forge.publish();
        for _ in 0..3 {
            world.accepts_without(&forge, RELEASES);
        }
        World::cold().accepts_without(&forge, RELEASES);
        world.accepts(forge.bump(RELEASES).publish());
    }
}

#[test]
fn a_delegate_cannot_use_the_keys_of_her_own_delegation_against_the_repository() {
    let (world, mut forge) = World::warm();
    forge.delegate("targets/jeff/deep", &[Key::p256("one")], &[""]).publish();
    world.accepts(&forge);
    // a key is given, has signed and is taken back, between two looks
    forge.bump("targets/jeff/deep").sign_with("targets/jeff/deep", &[Key::p256("two")]).bump("targets/jeff").publish();
    for _ in 0..3 {
        world.accepts_without(&forge, "targets/jeff/deep");
    }
}

/// What a delegate may have signed, with what is said of it.
fn breakages() -> Vec<(&'static str, Forge)> {
    let jeff = "targets/jeff";
    let mut found = Vec::new();
    let mut add = |said, change: &dyn Fn(&mut Forge)| {
        let mut forge = Forge::new(GUN);
        change(forge.bump(jeff));
        found.push((said, forge));
    };
    let deep = format!("{}1{}", r#"{"a":"#.repeat(70), "}".repeat(70));
    add("nested deeper than 64 levels", &|forge| {
        let deep: Value = serde_json::from_str(&deep).unwrap();
        forge.edit(jeff, |file| file["targets"]["1"]["custom"] = deep).publish();
    });
    add("stands twice", &|forge| {
        forge.edit(jeff, |file| file["x"] = json!({"a": 1})).replace(jeff, r#"{"a":1}"#, r#"{"a":1,"a":1}"#).publish();
    });
    add("not an exact integer", &|forge| {
        forge.edit(jeff, |file| file["x"] = json!([1])).replace(jeff, "[1]", "[1.5]").publish();
    });
    add("surrogate", &|forge| {
        forge.edit(jeff, |file| file["x"] = json!("A")).replace(jeff, r#""x":"A""#, r#""x":"\udc00A""#).publish();
    });
    add("more values than are read", &|forge| {
        forge.edit(jeff, |file| file["x"] = vec![0; 5 << 20].into()).publish();
    });
    add("expected type", &|forge| {
        forge.edit(jeff, |file| file["_type"] = json!("Snapshot")).publish();
    });
    add("more than are followed", &|forge| {
        let key = Key::p256("jeff");
        forge
            .edit(jeff, |file| {
                file["delegations"]["keys"][key.id()] = key.json();
                let role = |n| json!({"keyids": [key.id()], "name": format!("{jeff}/n{n}"), "paths": [""], "threshold": 1});
                file["delegations"]["roles"] = (0..1025).map(role).collect();
            })
            .publish();
    });
    add("bytes, more than a delegate's files may have", &|forge| {
        forge.publish().edit("snapshot", |s| s["meta"][jeff]["length"] = (101_u64 << 20).into()).stamp();
    });
    add("too far above version 2", &|forge| {
        forge.set_version(jeff, 1 << 53).publish();
    });
    add("too far above version 2", &|forge| {
        forge.set_version(jeff, (1 << 31) - 1).publish();
    });
    found
}

#[test]
fn what_a_delegate_breaks_is_set_aside_for_her_alone() {
    for (said, forge) in breakages() {
        let (world, honest) = World::warm();
        for world in [&world, &world, &World::cold()] {
            if said.starts_with("too far") && world.store.of(&gun()).floor.is_empty() {
                continue;
            }
            let answer = world.accepts_without(&forge, "targets/jeff");
            assert!(answer.sets_aside("targets/jeff", said), "{said}: {:?}", answer.warnings);
        }
        // what the floor knew, it knows still
        let seen = world.store.of(&gun()).floor.of(&RoleName::parse("targets/jeff").unwrap()).unwrap().version.get();
        assert_eq!(seen, honest.version("targets/jeff"), "{said}");
    }
}

#[test]
fn a_file_of_a_delegate_that_the_server_lists_and_does_not_have() {
    for role in ["targets/jeff", RELEASES] {
        let (world, mut forge) = World::warm();
        forge.bump(role).publish();
        for world in [&world, &World::cold()] {
            world.remote.serve(forge.files());
            world.remote.fail(&hashed_name(role, &forge.bytes[role]), NOT_FOUND);
            let answer = world.read().unwrap();
            assert!(answer.entries.iter().all(|(of, ..)| of != role) && !answer.entries.is_empty());
            assert!(answer.sets_aside(role, "404"), "{:?}", answer.warnings);
        }
        world.accepts(&forge);
    }
}

#[test]
fn what_a_delegate_breaks_does_not_end_the_last_state_either() {
    for role in ["targets/jeff", RELEASES] {
        let (world, mut forge) = World::warm();
        forge.edit(role, |file| file["_type"] = json!("Snapshot")).publish();
        world.accepts_without(&forge, role);
        world.remote.fail("", UNREACHABLE);
        let answer = world.read().unwrap();
        assert_eq!(answer.freshness, Freshness::Cached);
        assert!(answer.entries.iter().all(|(of, ..)| of != role) && answer.entries.len() == 2);
        assert!(answer.sets_aside(role, ""), "{:?}", answer.warnings);
        let tag = Tag::parse("0").unwrap();
        let outage = resolve_image::Outage::AnswerFromStore;
        let (resolved, _) =
            world.ask(&RefuseUnreleased::default(), |session| resolve_image::resolve(session, &gun(), &tag, outage));
        assert_eq!(resolved.is_ok(), role != RELEASES);
    }
}

#[test]
fn the_signatures_of_one_delegates_files_are_tried_up_to_a_bound_for_all_of_them() {
    // by kind of key: what is dearer is tried less often
    for (key, files, each) in [(Key::p256("jeff"), 8, 400), (Key::p384("jeff"), 4, 300), (Key::p521("jeff"), 3, 150)] {
        let (world, mut forge) = World::warm();
        for n in 0..files {
            let role = format!("targets/jeff/n{n}");
            forge.delegate(&role, std::slice::from_ref(&key), &[""]).add_target(&role, &n.to_string(), "x");
            let payload = canonical(&forge.signed[&role]);
            let mut signatures = vec![key.signature(b"another message"); each];
            signatures.push(key.signature(&payload));
            forge.set_signatures(&role, &signatures);
        }
        forge.publish();
        world.remote.serve(forge.files());
        let answer = world.read().unwrap();
        let read = answer.entries.iter().filter(|(role, ..)| role.starts_with("targets/jeff/")).count();
        assert!((1..files).contains(&read), "{read} of {files}");
        let others = entries_of(&forge).into_iter().filter(|(role, ..)| !role.starts_with("targets/jeff/"));
        assert!(others.into_iter().all(|entry| answer.entries.contains(&entry)));
        let unchecked = |n: &usize| answer.sets_aside(&format!("targets/jeff/n{n}"), "more signatures than are checked");
        assert!((0..files).any(|n| unchecked(&n)), "{:?}", answer.warnings);
    }
}

#[test]
fn a_version_that_leaps_does_not_count_for_targets() {
    for version in [(1 << 20) + 4, (1 << 31) - 1, 1 << 53] {
        let (world, honest) = World::warm();
        let mut attack = honest.clone();
        attack.set_version("targets", version).publish();
        world.rejects(&attack, "which its keys have signed, is too far above version 3", &honest);
    }
    let mut first = Forge::new(GUN);
    first.set_version("targets", (1 << 30) + 1).publish();
    World::cold().rejects(&first, "is too far above a first version", &Forge::new(GUN));
}

#[test]
fn other_keys_of_a_role_begin_its_versions_anew_and_the_first_ones_do_not_come_back() {
    let (one, two) = (Key::p256("one"), Key::p256("two"));
    for role in ["targets", "targets/jeff"] {
        let (world, mut forge) = World::warm();
        let give = |forge: &mut Forge, key: &Key| {
            if role == "targets" {
                forge.rotate(role, std::slice::from_ref(key));
            } else {
                rekey(forge, role, std::slice::from_ref(key));
            }
        };
        give(&mut forge, &one);
        world.accepts(forge.set_version(role, 500).publish());
        let early = forge.clone().set_version(role, 400).bytes[role].clone();
        give(&mut forge, &two);
        world.accepts(forge.set_version(role, 1).publish());
        world.accepts(forge.set_version(role, 3).publish());
        let honest = forge.clone();
        world.rejects(forge.set_version(role, 2).publish(), &format!("{role} version 2 is below version 3"), &honest);
        // the first key again: from where that was
        give(&mut forge, &one);
        let mut attack = forge.clone();
        attack.set_version(role, 400).set_bytes(role, early).publish();
        let why = format!("{role} version 400 is below version 500");
        world.remote.serve(attack.set_version(role, 400).publish().files());
        world.refuses(&why);
        world.accepts(forge.set_version(role, 501).publish());
    }
}

#[test]
fn one_key_that_stays_keeps_the_floor() {
    let (one, two, three) = (Key::p256("one"), Key::p256("two"), Key::p256("three"));
    let (world, mut forge) = World::warm();
    rekey(&mut forge, "targets/jeff", &[one.clone(), two.clone()]);
    world.accepts(forge.set_version("targets/jeff", 500).publish());
    rekey(&mut forge, "targets/jeff", &[two, three]);
    let mut honest = forge.clone();
    let honest = honest.set_version("targets/jeff", 501).publish();
    world.rejects(forge.set_version("targets/jeff", 1).publish(), "version 1 is below version 500", honest);
}

/// Every way to look, with what each says.
fn looks(world: &World, unreleased: &RefuseUnreleased) -> Vec<(&'static str, Result<usize, OpsError>, Vec<Warning>)> {
    let (tag, roles) = (Tag::parse("0").unwrap(), [RoleName::releases(), RoleName::targets()]);
    let image = ImageName::parse(GUN).unwrap();
    let outage = resolve_image::Outage::Fail;
    let mut all = Vec::new();
    let mut look = |name, command: &dyn Fn(&client::session::Session<'_>) -> Result<usize, OpsError>| {
        let (result, warnings) = world.ask(unreleased, command);
        all.push((name, result, warnings));
    };
    look("resolve", &|session| resolve_image::resolve(session, &gun(), &tag, outage).map(|_| 1));
    look("resolve all", &|session| resolve_image::resolve_all(session, &gun(), outage).map(|tags| tags.result.len()));
    look("inspect", &|session| {
        let report = inspect_image::inspect(session, &image)?.result;
        match report.unknown {
            Some(Unknown { why, reason }) => Err(OpsError::Image(ImageError::ReleasesUnusable { gun: gun(), why, reason })),
            None => Ok(report.tags.len()),
        }
    });
    look("list", &|session| list_targets::list(session, &gun(), &[]).map(|targets| targets.result.len()));
    look("list of roles", &|session| list_targets::list(session, &gun(), &roles).map(|targets| targets.result.len()));
    look("lookup", &|session| list_targets::lookup(session, &gun(), &[], "0").map(|found| found.result.iter().count()));
    look("lookup in roles", &|session| list_targets::lookup(session, &gun(), &roles, "0").map(|found| found.result.iter().count()));
    all
}

#[test]
fn nobody_answers_in_the_place_of_releases_that_cannot_be_used() {
    let mut unsigned = Forge::new(GUN);
    unsigned.set_signatures(RELEASES, &[]).publish();
    let mut expired = Forge::new(GUN);
    expired.set_expires(RELEASES, "2026-01-02T00:00:00Z").publish();
    for forge in [unsigned, expired] {
        let world = World::cold();
        world.remote.serve(forge.files());
        for (name, result, _) in looks(&world, &RefuseUnreleased::default()) {
            let error = result.map(|_| name).unwrap_err().to_string();
            assert!(error.contains("cannot be known") && error.contains(RELEASES), "{name}: {error}");
        }
        // what another role signs does not depend on it
        let jeff = [RoleName::parse("targets/jeff").unwrap()];
        let (listed, _) = world.ask(&RefuseUnreleased::default(), |session| list_targets::list(session, &gun(), &jeff));
        assert_eq!(listed.unwrap().result.len(), 1);
    }
}

#[test]
fn a_role_that_is_named_and_cannot_be_used_is_no_empty_one() {
    let mut forge = Forge::new(GUN);
    forge.add_target("targets", "1", "older").set_signatures("targets/jeff", &[]).publish();
    let world = World::cold();
    world.remote.serve(forge.files());
    let roles = ["targets/jeff", "targets"].map(|role| RoleName::parse(role).unwrap());
    let (found, _) = world.ask(&RefuseUnreleased::default(), |session| list_targets::lookup(session, &gun(), &roles, "1"));
    assert!(found.unwrap_err().to_string().contains("what targets/jeff signs cannot be known"));
}

#[test]
fn a_first_look_without_a_file_of_releases_is_told_of_or_refused() {
    let mut forge = Forge::new(GUN);
    let hidden = |forge: &mut Forge| {
        forge.edit("snapshot", |s| drop(s["meta"].as_object_mut().unwrap().remove(RELEASES))).stamp();
    };
    hidden(&mut forge);
    let refusing = RefuseUnreleased::refused_for([gun().host()]);
    let world = World::cold();
    world.remote.serve(forge.files());
    for (name, result, warnings) in looks(&world, &RefuseUnreleased::refused_for(["another.example.com"])) {
        assert!(result.is_ok(), "{name}");
        assert_eq!(warnings, [Warning::MissingReleases { gun: gun() }], "{name}");
    }
    for (name, result, _) in looks(&world, &refusing) {
        assert!(matches!(result, Err(OpsError::Image(ImageError::Unreleased { .. }))), "{name}");
    }
    // where targets signs nothing, nothing is answered: so it is before the first release
    let mut young = Forge::new(GUN);
    young.edit("targets", |targets| targets["targets"] = json!({})).publish();
    young.edit("targets/jeff", |jeff| jeff["targets"] = json!({})).publish();
    hidden(&mut young);
    let world = World::cold();
    world.remote.serve(young.files());
    for (name, _, warnings) in looks(&world, &refusing) {
        assert!(warnings.is_empty(), "{name}: {warnings:?}");
    }
}

/// A signer who has seen nothing, and the file of releases without signatures.
fn blind() -> (Signer, Forge) {
    let (ian, mut forge) = Signer::ian();
    forge.set_signatures(RELEASES, &[]).publish();
    ian.remote.host(&forge);
    (ian, forge)
}

#[test]
fn no_role_begins_anew_unless_a_person_says_so() {
    let (ian, _) = blind();
    let error = ian.sign("2").unwrap_err().to_string();
    assert!(error.starts_with("targets/releases cannot be changed, since what it signs is not known: "), "{error}");
    assert!(ian.remote.uploads().is_empty());
    ian.sign_anew("2").unwrap();
    assert_eq!(ian.uploaded("2"), everywhere(b"mine"));
    assert!(ian.uploaded("1").is_empty());
    assert_eq!(ian.uploaded_version(RELEASES), Some(3));
}

#[test]
fn nothing_is_signed_above_a_version_of_the_servers_choice() {
    for claimed in [(1_u64 << 20) + 3, (1 << 31) - 2, (1 << 53) - 1] {
        let (ian, mut forge) = blind();
        forge.edit(RELEASES, |releases| releases["version"] = claimed.into()).set_signatures(RELEASES, &[]).publish();
        ian.remote.host(&forge);
        for signed in [ian.sign("2"), ian.sign_anew("2")] {
            let error = signed.unwrap_err().to_string();
            assert!(error.contains(&format!("the server has a file of version {claimed}")), "{error}");
        }
        assert!(ian.remote.uploads().is_empty());
    }
}

#[test]
fn what_cannot_be_read_is_not_revoked() {
    let (ian, _) = blind();
    for tag in ["0", "1"] {
        let error = ian.revoke(tag).unwrap_err().to_string();
        assert!(error.contains("what is released") && error.contains("cannot be known"), "{error}");
    }
    assert!(ian.remote.uploads().is_empty());
}
