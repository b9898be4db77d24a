//! Section E: expiry, root rotation, trust pinning. The number of a case begins the name of its test.

use std::collections::BTreeMap;

use client::ports::Bytes;
use trust::{
    model::{key_id::TufKeyId, role::RoleName},
    verify::{
        bootstrap::{MAX_ROOT_STEPS, RootWalk},
        floor::Floor,
        pinning::{Authorities, FirstUse},
    },
};

use crate::{
    support::{
        forge::{Forge, certificate::Certificate, key::Key},
        memory::{NOT_FOUND, UNAVAILABLE},
    },
    world::{GUN, World, by_certificates, entries_of, gun},
};

const PAST: &str = "2026-01-02T00:00:00Z";

fn root_key(name: &str) -> Key {
    Key::p256(name).certified(GUN)
}

#[test]
fn e80_each_base_role_expired() {
    let honest = Forge::new(GUN);
    for role in ["root", "timestamp", "snapshot", "targets"] {
        let mut forge = Forge::new(GUN);
        forge.set_expires(role, PAST);
        match role {
            "timestamp" => &mut forge,
            "snapshot" => forge.stamp(),
            _ => forge.publish(),
        };
        World::cold().rejects(&forge, &format!("{role} expired at Fri Jan  2 00:00:00 UTC 2026"), &honest);
    }
}

#[test]
fn e80_each_base_role_expired_in_an_update() {
    for role in ["timestamp", "snapshot", "targets"] {
        let (world, mut forge) = World::warm();
        let mut honest = forge.clone();
        honest.bump("targets").publish();
        forge.bump("targets").set_expires(role, PAST).publish();
        if role == "timestamp" {
            forge.set_expires("timestamp", PAST);
        }
        world.rejects(&forge, &format!("{role} expired"), &honest);
    }
}

#[test]
fn e81_an_expired_delegation() {
    let (world, mut forge) = World::warm();
    forge.bump("targets/jeff").set_expires("targets/jeff", PAST).publish();
    world.accepts_without(&forge, "targets/jeff");
    World::cold().accepts_without(&forge, "targets/jeff");
}

#[test]
fn e82_a_new_root_that_one_side_alone_has_signed() {
    for signers in [vec![root_key("root")], vec![root_key("root 2")], vec![Key::p256("evil").certified(GUN)]] {
        let (world, forge) = World::warm();
        let mut attack = forge.clone();
        attack.rotate("root", &[root_key("root 2")]).sign_with("root", &signers).publish();
        let mut honest = forge.clone();
        honest.rotate("root", &[root_key("root 2")]).publish();
        world.rejects(&attack, "the new root is not signed by the keys of the one before it", &honest);
    }
}

#[test]
fn e83_a_chain_of_roots() {
    let (world, mut forge) = World::warm();
    for n in 2..6 {
        forge.rotate("root", &[root_key(&format!("root {n}"))]);
        if n < 5 {
            // those between may have expired
            let previous = root_key(&if n == 2 { "root".to_owned() } else { format!("root {}", n - 1) });
            let payload = forge.signed["root"].clone();
            forge.edit("root", |root| root["expires"] = PAST.into());
            forge.sign_with("root", &[previous, root_key(&format!("root {n}"))]);
            forge.signed.insert("root".to_owned(), payload);
        }
    }
    forge.publish();
    world.accepts(&forge);
    World::cold().accepts(&forge);
}

#[test]
fn e83_a_chain_whose_last_root_has_expired() {
    let (world, mut forge) = World::warm();
    let mut honest = forge.clone();
    honest.rotate("targets", &[Key::p256("targets 2")]).publish();
    forge.rotate("targets", &[Key::p256("targets 2")]).set_expires("root", PAST).publish();
    world.rejects(&forge, "root expired", &honest);
}

#[test]
fn e84_a_root_in_the_middle_that_does_not_follow() {
    let (world, forge) = World::warm();
    let mut honest = forge.clone();
    honest.rotate("root", &[root_key("root 2")]).rotate("root", &[root_key("root 3")]).publish();
    let mut attack = honest.clone();
    attack.roots.insert(2, {
        let mut other = forge.clone();
        other.rotate("root", &[root_key("root 2")]).sign_with("root", &[root_key("root 2")]);
        other.bytes["root"].clone()
    });
    world.rejects(&attack, "the new root is not signed by the keys of the one before it", &honest);
    // another version under the name
    let (world, _) = World::warm();
    attack.roots.insert(2, forge.bytes["root"].clone());
    world.rejects(&attack, "root version 1 does not follow", &honest);
}

#[test]
fn e85_a_root_in_the_middle_that_does_not_come() {
    for fault in [NOT_FOUND, UNAVAILABLE] {
        let (world, mut forge) = World::warm();
        let last = entries_of(&forge);
        forge.rotate("root", &[root_key("root 2")]).rotate("root", &[root_key("root 3")]).publish();
        world.remote.serve(forge.files());
        if fault as usize == UNAVAILABLE as usize {
            world.is_stale("2.root", fault, &last);
        } else {
            world.remote.fail("2.root", fault);
            world.refuses("the server lacks root version 2");
        }
        world.accepts(&forge);
    }
}

#[test]
fn e86_a_root_that_skips_versions() {
    let (world, forge) = World::warm();
    let mut honest = forge.clone();
    honest.rotate("targets", &[Key::p256("targets 2")]).publish();
    let mut attack = honest.clone();
    attack.roots.clear();
    attack.set_version("root", 9).publish();
    world.rejects(&attack, "the server lacks root version 2", &honest);
    // signed by the key of version 1, and served in the place of each between
    for version in 2..9 {
        attack.roots.insert(version, attack.bytes["root"].clone());
    }
    world.remote.serve(attack.files());
    let (world, _) = World::warm();
    world.rejects(&attack, "root version 9 does not follow on version 1", &honest);
}

#[test]
fn e88_an_older_root() {
    let (world, mut forge) = World::warm();
    let first = forge.clone();
    for n in 2..6 {
        forge.rotate("targets", &[Key::p256(&format!("targets {n}"))]);
    }
    forge.publish();
    world.accepts(&forge);
    let mut attack = first.clone();
    attack.set_version("snapshot", 20).set_version("timestamp", 20).snap().stamp();
    world.rejects(&attack, "root version 1 is below version 5", forge.publish());
}

#[test]
fn e89_the_same_root_version_with_another_content() {
    let (world, forge) = World::warm();
    let mut attack = forge.clone();
    attack.set_expires("root", "2044-01-01T00:00:00Z").publish();
    world.rejects(&attack, "root version 1 differs", &forge);
}

#[test]
fn e90_a_huge_root_version_by_a_key_that_nobody_knows() {
    let (world, forge) = World::warm();
    let mut attack = forge.clone();
    attack.keys.insert("root".to_owned(), vec![Key::p256("evil").certified(GUN)]);
    for version in [1 << 31, 1 << 53] {
        attack.set_version("root", version).sign("root").snap().stamp();
        world.remote.serve(attack.files());
        world.remote.take_requests();
        world.refuses("the server lacks root version 2");
        let rounds = world.remote.take_requests().len();
        assert!(rounds <= 4 * 4, "{rounds} round trips in four runs");
    }
    world.accepts(&forge);
}

#[test]
fn e91_more_roots_than_one_run_walks() {
    // one run stops, and the next goes on from where it stopped
    let (world, mut forge) = World::warm();
    for version in 2..=1100 {
        forge.set_version("root", version);
    }
    forge.publish();
    world.remote.serve(forge.files());
    let (mut reached, mut runs) = (1, 0);
    while let Err(error) = world.read() {
        let words = error.to_string();
        let words = words.strip_suffix(" was reached, and the next run goes on from there").unwrap_or_else(|| panic!("{words}"));
        let version: u64 = words.rsplit(' ').next().unwrap().parse().unwrap();
        assert!(version > reached && version <= reached + 1024, "from {reached} to {version}");
        (reached, runs) = (version, runs + 1);
    }
    assert!(runs > 0 && reached > 1);
    world.accepts(&forge);
    // as many as a run may take
    let (world, mut forge) = World::warm();
    for version in 2..=100 {
        forge.set_version("root", version);
    }
    forge.publish();
    world.accepts(&forge);
}

#[test]
fn e91_a_walk_has_its_bound_wherever_it_begins() {
    let mut forge = Forge::new(GUN);
    for version in 2..=5 {
        forge.set_version("root", version);
    }
    let walk = RootWalk::first_use(&gun(), forge.bytes["root"].clone().into()).unwrap();
    let steps = walk.steps_to(&forge.set_version("root", 1_000_000).bytes["root"].clone().into()).unwrap();
    let versions: Vec<u64> = steps.versions.iter().map(|version| version.get()).collect();
    assert_eq!((versions.first(), versions.last(), steps.arrive), (Some(&6), Some(&(5 + MAX_ROOT_STEPS)), false));
}

#[test]
fn e92_a_stored_root_that_is_no_root() {
    let whole = Forge::new(GUN).bytes["root"].clone();
    for bytes in [&whole[..whole.len() / 2], b"", &[0; 512], b"null"] {
        let (world, forge) = World::warm();
        world.store.change(&gun(), |stored| drop(stored.files.insert(RoleName::root(), Bytes::from(bytes))));
        world.remote.serve(forge.files());
        world.refuses("root");
        world.remote.serve(unrelated().files());
        world.refuses("root");
    }
}

/// A valid repository of the same name by someone else.
fn unrelated() -> Forge {
    let mut forge = Forge::new(GUN);
    forge.keys.insert("root".to_owned(), vec![Key::p256("evil").certified(GUN)]);
    let key = forge.keys["root"][0].clone();
    forge.edit("root", |root| {
        root["keys"][key.id()] = key.json();
        root["roles"]["root"]["keyids"] = serde_json::json!([key.id()]);
    });
    forge.publish().publish();
    forge
}

#[test]
fn e93_no_stored_root_beside_other_trust_data() {
    // anything that is left shows that this is not the first use
    let keep: [&[&str]; 4] = [&["timestamp", "snapshot", "targets"], &["targets/jeff"], &["timestamp"], &[]];
    for kept in keep {
        let (world, forge) = World::warm();
        world.store.change(&gun(), |stored| {
            stored.files.retain(|role, _| kept.contains(&role.as_str()));
        });
        for served in [&forge, &unrelated()] {
            world.remote.serve(served.files());
            world.refuses("the trusted root of example.com/prod/nginx is missing");
        }
    }
    // and so do the peers' files, which have no floor
    let (world, _) = World::warm();
    world.store.change(&gun(), |stored| {
        stored.files.remove(&RoleName::root());
        stored.floor = Floor::default();
    });
    world.remote.serve(unrelated().files());
    world.refuses("is missing");
}

#[test]
fn e93_another_root_than_the_trusted_one() {
    let (world, forge) = World::warm();
    let mut attack = unrelated();
    attack.set_version("root", 2).publish();
    world.rejects(&attack, "the new root is not signed by the keys of the one before it", &forge);
    World::cold().accepts(&attack);
}

#[test]
fn e96_a_first_root_without_a_certificate_for_it() {
    let honest = Forge::new(GUN);
    let key = Key::p256("root");
    let valid = Certificate::of(GUN);
    for (key, why) in [
        (key.clone(), "no certificate"),
        (key.certified("example.com/prod/other"), "certificate is for"),
        (key.certified(""), "certificate is for"),
        (key.in_certificate(&Certificate { not_after: "260601000000Z".to_owned(), ..valid.clone() }), "certificate"),
        (key.in_certificate(&Certificate { not_before: "261124120000Z".to_owned(), ..valid.clone() }), "certificate"),
        (key.in_certificate(&Certificate { not_before: "470101000000Z".to_owned(), ..valid.clone() }), "certificate"),
    ] {
        World::cold().rejects(&with_root_key(key), why, &honest);
    }
    // Notary allows for a clock that is a day slow
    let early = Certificate { not_before: "261122110000Z".to_owned(), ..valid };
    World::cold().accepts(&with_root_key(key.in_certificate(&early)));
}

/// A repository of which this is the root key from the beginning.
fn with_root_key(key: Key) -> Forge {
    let mut forge = Forge::new(GUN);
    forge.edit("root", |root| {
        root["keys"][key.id()] = key.json();
        root["roles"]["root"]["keyids"] = serde_json::json!([key.id()]);
    });
    forge.keys.insert("root".to_owned(), vec![key]);
    forge.sign("root").publish();
    forge
}

#[test]
fn e97_certificates_for_many_repositories() {
    for name in ["example.com/prod/*", "example.com/pr*", "e*"] {
        World::cold().accepts(&with_root_key(Key::p256("root").certified(name)));
    }
    for name in ["*", "example.com/other/*", "*nginx"] {
        World::cold().rejects(&with_root_key(Key::p256("root").certified(name)), "certificate is for", &Forge::new(GUN));
    }
}

#[test]
fn e98_a_trusted_root_whose_certificate_has_expired() {
    let short = Key::p256("root").in_certificate(&Certificate { not_after: "261201000000Z".to_owned(), ..Certificate::of(GUN) });
    let mut forge = with_root_key(short);
    let mut world = World::cold();
    world.accepts(&forge);
    world.now = "2026-12-24T00:00:00Z".parse().unwrap();
    world.remote.serve(forge.files());
    world.refuses("certificate");
    forge.rotate("root", &[root_key("root 2")]).publish();
    world.accepts(&forge);
    world.accepts(&forge);
}

#[test]
fn e98_a_trusted_root_that_has_expired() {
    let mut forge = Forge::new(GUN);
    forge.set_expires("root", "2026-12-01T00:00:00Z").publish();
    let mut world = World::cold();
    world.accepts(&forge);
    world.now = "2026-12-24T00:00:00Z".parse().unwrap();
    world.remote.serve(forge.files());
    world.refuses("root expired");
    forge.rotate("targets", &[Key::p256("targets 2")]).publish();
    world.accepts(&forge);
}

#[test]
fn e99_a_bundle_that_is_no_chain_of_one_leaf() {
    let (a, b) = (Key::p256("root"), Key::p256("other"));
    let two_leaves = [a.certified(GUN).public, b.certified(GUN).public].concat();
    let honest = Forge::new(GUN);
    for public in
        [two_leaves, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec(), Vec::new(), b"x".to_vec()]
    {
        let forge = with_root_key(a.certified(GUN).with_public(public));
        World::cold().rejects(&forge, "", &honest);
    }
}

#[test]
fn e100_pins_fail_closed() {
    let forge = Forge::new(GUN);
    let own = TufKeyId::from_hex(&forge.keys["root"][0].id()).unwrap();
    let other = TufKeyId::from_hex(&Key::p256("other").certified(GUN).id()).unwrap();
    let pins = |pattern: &str, ids: &[TufKeyId]| {
        let mut world = World::cold();
        world.pins.pins.insert(pattern.to_owned(), by_certificates(ids));
        world.remote.serve(forge.files());
        world
    };
    for pattern in [GUN, "example.com/prod/*", "example.com/*"] {
        pins(pattern, &[other, own]).accepts(&forge);
        pins(pattern, &[other]).refuses("no key that is pinned is one of the root");
        pins(pattern, &[]).refuses("no key that is pinned is one of the root");
    }
    let mut world = World::cold();
    world.pins.first_use = FirstUse::Refuse;
    world.remote.serve(forge.files());
    world.refuses("trust on first use is off");
    world.pins.authorities = BTreeMap::from([("example.com/".to_owned(), Authorities::Pem(b"no certificate".to_vec()))]);
    world.refuses("the pinned authorities cannot be used");
    world.pins.authorities =
        BTreeMap::from([("example.com/".to_owned(), Authorities::Pem(Key::p256("ca").certified("ca").public))]);
    world.refuses("no key that is pinned is one of the root");
}

#[test]
fn e103_pins_hold_when_the_root_changes() {
    let (mut world, mut forge) = World::warm();
    let own = TufKeyId::from_hex(&forge.keys["root"][0].id()).unwrap();
    world.pins.pins.insert(GUN.to_owned(), by_certificates(&[own]));
    world.accepts(&forge);
    forge.rotate("root", &[root_key("root 2")]).publish();
    world.remote.serve(forge.files());
    world.refuses("no key that is pinned is one of the root");
    world.pins.pins.insert(GUN.to_owned(), by_certificates(&[TufKeyId::from_hex(&root_key("root 2").id()).unwrap()]));
    world.accepts(&forge);
}

/// A peer without our floor may have trusted another root by its own rules, and have put it in the place of ours.
#[test]
fn e94_a_peer_s_new_root_counts_only_where_it_follows_from_ours() {
    let (world, forge) = World::warm();
    let mut attack = unrelated();
    attack.set_version("root", 2).publish();
    let evil = attack.bytes["root"].clone();
    world.store.change(&gun(), |stored| drop(stored.files.insert(RoleName::root(), evil.into())));
    world.rejects(&attack, "the new root is not signed by the keys of the one before it", &forge);
    // and one that does follow is walked to
    let (world, mut forge) = World::warm();
    forge.rotate("root", &[root_key("root 2")]).publish();
    let next = forge.bytes["root"].clone();
    world.store.change(&gun(), |stored| drop(stored.files.insert(RoleName::root(), next.into())));
    world.accepts(&forge);
}
