//! Section A: rollback, freeze, fast-forward, mix-and-match. The number of a case begins the name of its test.

use trust::model::role::RoleName;

use crate::{
    support::{
        forge::{Forge, hashed_name, key::Key, meta_of},
        memory::{FORBIDDEN, NOT_FOUND, TLS, UNAUTHORIZED, UNAVAILABLE, UNREACHABLE},
    },
    world::{GUN, World, entries_of, gun},
};

#[test]
fn a01_an_older_timestamp() {
    let (world, mut forge) = World::warm();
    let old = forge.clone();
    forge.publish().publish();
    world.accepts(&forge);
    world.rejects(&old, "timestamp version 1 is below version 3", &forge);
}

/// What a peer wrote into the store after our last command, or before our first: it knows no floor of ours.
fn left_by_a_peer(world: &World, forge: &Forge) {
    let roles = forge.bytes.iter().map(|(role, bytes)| (RoleName::parse(role).unwrap(), bytes.clone().into()));
    world.store.change(&gun(), |stored| stored.files = roles.collect());
}

#[test]
fn a01_a06_what_a_peer_has_seen_is_seen() {
    for warm in [true, false] {
        for role in ["timestamp", "snapshot", "targets", "targets/releases"] {
            let mut forge = Forge::new(GUN);
            let world = World::cold();
            if warm {
                world.accepts(&forge);
            }
            let old = forge.clone();
            forge.add_target("targets", "2", "two").add_target("targets/releases", "2", "two").publish();
            left_by_a_peer(&world, &forge);
            let mut attack = forge.clone();
            attack.set_bytes(role, old.bytes[role].clone());
            match role {
                "timestamp" => attack = old,
                "snapshot" => drop(attack.stamp()),
                _ => drop(attack.publish()),
            }
            world.rejects(&attack, &format!("{role} version"), &forge);
        }
    }
}

#[test]
fn a01_a_peer_that_has_replaced_every_file_has_seen_them_all() {
    let (world, forge) = World::warm();
    let mut newer = forge.clone();
    newer.set_version("root", 2);
    for role in ["targets", "targets/releases", "targets/jeff"] {
        newer.add_target(role, "2", "two");
    }
    newer.publish();
    assert!(forge.bytes.iter().all(|(role, bytes)| newer.bytes[role] != *bytes), "none of them is ours");
    left_by_a_peer(&world, &newer);
    let mut attack = newer.clone();
    for role in ["timestamp", "snapshot", "targets", "targets/releases", "targets/jeff"] {
        attack.set_bytes(role, forge.bytes[role].clone());
    }
    world.rejects(&attack, "timestamp version 1 is below version 2", &newer);
}

#[test]
fn a01_drafts_of_a_repository_that_was_never_published_are_no_floor() {
    let (world, mut drafts) = (World::cold(), Forge::new(GUN));
    let published = drafts.clone();
    drafts.publish().publish();
    drafts.bytes.remove("timestamp");
    left_by_a_peer(&world, &drafts);
    world.accepts(&published);
}

#[test]
fn a01_a_peers_files_count_where_they_are_signed_alone() {
    let (world, forge) = World::warm();
    for role in ["timestamp", "snapshot", "targets", "targets/releases"] {
        let mut forged = forge.clone();
        forged.set_version(role, 900).sign_with(role, &[Key::p256("evil")]);
        left_by_a_peer(&world, &forged);
        world.accepts(&forge);
    }
    let mut expired = forge.clone();
    expired.publish().set_expires("timestamp", "2026-01-01T00:00:00Z");
    left_by_a_peer(&world, &expired);
    world.rejects(
        &forge,
        "timestamp version 1 is below version 2",
        expired.clone().stamp().set_expires("timestamp", "2045-01-01T00:00:00Z"),
    );
}

#[test]
fn a02_the_same_timestamp_version_with_another_content() {
    let (world, forge) = World::warm();
    let mut other = forge.clone();
    other.set_expires("timestamp", "2044-01-01T00:00:00Z");
    world.rejects(&other, "timestamp version 1 differs", &forge);
    let mut other = forge.clone();
    other.add_target("targets", "evil", "evil").snap();
    other.edit("timestamp", |t| t["meta"]["snapshot"] = meta_of(&other_snapshot(&forge)));
    world.rejects(&other, "timestamp version 1 differs", &forge);
}

fn other_snapshot(forge: &Forge) -> Vec<u8> {
    let mut forge = forge.clone();
    forge.add_target("targets", "evil", "evil").snap();
    forge.bytes["snapshot"].clone()
}

#[test]
fn a03_a04_an_older_snapshot_under_a_new_timestamp_every_time() {
    let (world, mut forge) = World::warm();
    let old = forge.clone();
    forge.publish().publish();
    world.accepts(&forge);
    let mut attack = forge.clone();
    attack.set_bytes("snapshot", old.bytes["snapshot"].clone()).stamp();
    world.rejects(&attack, "snapshot version 1 is below version 3", &forge);
}

#[test]
fn a05_older_targets_that_are_shorter() {
    let (world, mut forge) = World::warm();
    let old = forge.clone();
    forge.add_target("targets", "a-long-name-makes-the-file-longer", "new").publish();
    world.accepts(&forge);
    let mut attack = forge.clone();
    attack.set_bytes("targets", old.bytes["targets"].clone()).publish();
    assert!(attack.bytes["targets"].len() < forge.bytes["targets"].len());
    world.rejects(&attack, "targets version 3 is below version 4", &forge);
}

#[test]
fn a06_older_targets_that_are_longer() {
    let (world, mut forge) = World::warm();
    forge.add_target("targets", "a-long-name-makes-the-file-longer", "new").publish();
    world.accepts(&forge);
    let old = forge.clone();
    forge.edit("targets", |t| t["targets"].as_object_mut().unwrap().clear()).bump("targets").publish();
    world.accepts(&forge);
    let mut attack = forge.clone();
    attack.set_bytes("targets", old.bytes["targets"].clone()).publish();
    assert!(attack.bytes["targets"].len() > forge.bytes["targets"].len());
    world.rejects(&attack, "targets version 4 is below version 5", &forge);
}

#[test]
fn a05_an_older_delegation() {
    let (world, mut forge) = World::warm();
    let old = forge.clone();
    forge.add_target("targets/releases", "1", "another").publish();
    world.accepts(&forge);
    let mut attack = forge.clone();
    attack.set_bytes("targets/releases", old.bytes["targets/releases"].clone()).publish();
    world.rejects(&attack, "targets/releases version 2 is below version 3", &forge);
}

#[test]
fn a05_an_older_delegation_than_one_that_has_expired() {
    let (world, mut forge) = World::warm();
    let old = forge.bytes["targets/jeff"].clone();
    forge.bump("targets/jeff").set_expires("targets/jeff", "2026-01-01T00:00:00Z").publish();
    world.accepts_without(&forge, "targets/jeff");
    let mut attack = forge.clone();
    attack.set_bytes("targets/jeff", old).publish();
    let honest = forge.clone().bump("targets/jeff").set_expires("targets/jeff", "2045-01-01T00:00:00Z").publish().clone();
    world.rejects(&attack, "targets/jeff version 2 is below version 3", &honest);
}

#[test]
fn a08_the_snapshot_hides_the_released_tags() {
    let (world, mut forge) = World::warm();
    forge.add_target("targets", "1", "older").publish();
    world.accepts(&forge);
    let mut attack = forge.clone();
    attack.publish().edit("snapshot", |s| drop(s["meta"].as_object_mut().unwrap().remove("targets/releases"))).stamp();
    world.rejects(&attack, "targets/releases was removed from the snapshot", &forge);
}

#[test]
fn a08_a_delegation_that_was_removed_properly_goes() {
    let (world, mut forge) = World::warm();
    forge.undelegate("targets/releases").publish();
    let answer = world.accepts(&forge);
    assert!(answer.warnings.is_empty(), "{:?}", answer.warnings);
    world.accepts(&forge);
}

#[test]
fn a08_a_delegation_that_was_removed_properly_may_come_back() {
    let (world, mut forge) = World::warm();
    let file = forge.bytes["targets/releases"].clone();
    forge.undelegate("targets/releases").publish();
    world.accepts(&forge);
    // again, and no file of it for now
    forge.delegate("targets/releases", &[Key::p256("jeff")], &[""]);
    forge.bytes.remove("targets/releases");
    forge.publish();
    world.accepts(&forge);
    world.accepts(&forge);
    // its old file stays what it was: old
    let mut attack = forge.clone();
    attack.set_version("targets/releases", 1).publish();
    world.rejects(&attack, "targets/releases version 1 is below version 2", &forge);
    forge.set_bytes("targets/releases", file);
    forge.signed.get_mut("targets/releases").unwrap()["targets"]["1"] = forge::target_of("one");
    forge.publish();
    world.accepts(&forge);
    // and once it is back it does not vanish
    let mut attack = forge.clone();
    attack.publish().edit("snapshot", |s| drop(s["meta"].as_object_mut().unwrap().remove("targets/releases"))).stamp();
    world.rejects(&attack, "targets/releases was removed from the snapshot", &forge);
}

#[test]
fn a09_another_file_than_the_snapshot_names() {
    let (world, mut forge) = World::warm();
    let old = forge.bytes["targets"].clone();
    forge.add_target("targets", "new", "new").publish();
    let mut files = forge.files();
    files.insert(hashed_name("targets", &forge.bytes["targets"]), old);
    world.rejects_files(files.clone(), "targets: it has", &forge);
    let cold = World::cold();
    cold.rejects_files(files, "targets: it has", &forge);
}

#[test]
fn a10_a_root_with_an_extra_space() {
    let forge = Forge::new(GUN);
    let mut files = forge.files();
    files.insert("root.json".to_owned(), [forge.bytes["root"].as_slice(), b" "].concat());
    World::cold().rejects_files(files, "root", &forge);
}

#[test]
fn a11_an_outage_is_answered_from_the_last_state() {
    let (world, forge) = World::warm();
    for fault in [UNAVAILABLE, UNREACHABLE] {
        world.remote.serve(forge.files());
        world.is_stale("timestamp", fault, &entries_of(&forge));
    }
}

#[test]
fn a11_what_is_an_answer_is_no_outage() {
    let (world, forge) = World::warm();
    for (fault, why) in [(NOT_FOUND, "404"), (FORBIDDEN, "403"), (UNAUTHORIZED, "401"), (TLS, "TLS")] {
        world.rejects_fault("timestamp", fault, why, &forge);
    }
}

#[test]
fn a12_an_outage_with_an_expired_timestamp() {
    let (mut world, mut forge) = World::warm();
    forge.edit("timestamp", |t| t["expires"] = "2026-11-22T00:00:00Z".into()).bump("timestamp");
    world.accepts(&forge);
    world.now = "2026-11-23T00:00:00Z".parse().unwrap();
    world.remote.fail("timestamp", UNAVAILABLE);
    world.refuses("timestamp expired");
}

#[test]
fn a13_the_same_timestamp_until_it_expires() {
    let (mut world, mut forge) = World::warm();
    forge.edit("timestamp", |t| t["expires"] = "2026-11-22T00:00:00Z".into()).bump("timestamp");
    world.accepts(&forge);
    world.now = "2026-11-21T23:59:59Z".parse().unwrap();
    world.accepts(&forge);
    world.now = "2026-11-22T00:00:01Z".parse().unwrap();
    let mut honest = forge.clone();
    honest.set_expires("timestamp", "2026-12-06T00:00:00Z").bump("timestamp");
    world.rejects(&forge, "timestamp expired", &honest);
}

#[test]
fn a14_a_rotated_timestamp_key_starts_anew_in_one_run() {
    let (world, mut forge) = World::warm();
    forge.set_version("timestamp", (1 << 31) - 1);
    world.accepts(&forge);
    forge.rotate("timestamp", &[Key::p256("timestamp 2")]).set_version("timestamp", 0).publish();
    world.accepts(&forge);
    world.accepts(&forge);
}

#[test]
fn a14_a_rotated_snapshot_key_starts_anew_in_one_run() {
    let (world, mut forge) = World::warm();
    forge.set_version("snapshot", (1 << 31) - 1).stamp();
    world.accepts(&forge);
    forge.rotate("snapshot", &[Key::p256("snapshot 2")]).set_version("snapshot", 0).publish();
    world.accepts(&forge);
}

#[test]
fn a14_a_new_root_that_keeps_the_keys_keeps_the_floor() {
    let (world, mut forge) = World::warm();
    forge.publish().publish();
    world.accepts(&forge);
    let mut attack = forge.clone();
    attack.rotate("targets", &[Key::p256("targets 2")]).set_version("timestamp", 0).set_version("snapshot", 9).snap().stamp();
    let mut honest = forge.clone();
    honest.rotate("targets", &[Key::p256("targets 2")]).publish();
    world.rejects(&attack, "timestamp version 1 is below", &honest);
}

#[test]
fn a16_an_update_that_breaks_off_leaves_the_last_state() {
    let (world, mut forge) = World::warm();
    let last = entries_of(&forge);
    forge.add_target("targets", "new", "new").publish();
    for part in ["snapshot", "targets"] {
        for fault in [UNAVAILABLE, UNREACHABLE] {
            world.remote.serve(forge.files());
            world.is_stale(part, fault, &last);
            world.is_stale("", UNREACHABLE, &last);
        }
        world.remote.serve(forge.files());
        world.remote.fail(part, NOT_FOUND);
        world.refuses("404");
        world.is_stale("timestamp", UNREACHABLE, &last);
    }
    world.accepts(&forge);
}

#[test]
fn a17_a_version_may_jump() {
    let (world, mut forge) = World::warm();
    forge.set_version("targets", 900).publish();
    world.accepts(&forge);
}

#[test]
fn a18_a_clock_that_is_far_off() {
    let (mut world, forge) = World::warm();
    for (now, why) in [("2046-11-21T12:00:00Z", "expired"), ("2006-11-21T12:00:00Z", "certificate")] {
        world.remote.serve(forge.files());
        world.now = now.parse().unwrap();
        world.refuses(why);
    }
    world.now = World::cold().now;
    world.accepts(&forge);
}

#[test]
fn a20_the_same_versions_with_another_content() {
    let (world, forge) = World::warm();
    let mut other = forge.clone();
    other.edit("targets", |t| t["targets"]["0"] = forge::target_of("evil")).publish();
    // the attacker may also begin at the versions that are known
    world.rejects(&other, "targets version 3 differs", &forge);
    other.set_version("snapshot", 1).set_version("timestamp", 0).stamp();
    world.rejects(&other, "version 1 differs", &forge);
}

/// Two processes of one machine read at the same time, and the server shows the slower one an older state.
#[test]
fn a_state_that_another_process_has_passed_meanwhile_is_judged_again() {
    let (other, mut forge) = World::warm();
    let older = forge.clone();
    forge.add_target("targets/releases", "1", "newer").publish();
    other.accepts(&forge);
    let later = other.store.of(&gun());

    let world = World::cold();
    world.store.overtake_commit(later.clone());
    world.remote.serve(older.files());
    let error = world.read().map(|answer| answer.entries).unwrap_err().to_string();
    assert!(error.contains("is below version"), "{error}");
    assert_eq!(world.store.of(&gun()).floor, later.floor);

    let world = World::cold();
    world.store.overtake_commit(later.clone());
    world.accepts(&forge);

    // not for ever
    let world = World::cold();
    for _ in 0..10 {
        world.store.overtake_commit(client::ports::Stored::default());
    }
    world.remote.serve(forge.files());
    let error = world.read().map(|answer| answer.entries).unwrap_err().to_string();
    assert!(error.contains("other processes on this machine have stored a later state"), "{error}");
}
