//! Recovery overlooks ends, and nothing else.

use client::{
    error::OpsError,
    session::RefuseUnreleased,
    state::{error::StateError, refresh::recovery::for_recovery},
};
use trust::{
    edit::recovery::Recoverable,
    model::{key_id::TufKeyId, role::RoleName},
};

use crate::{
    support::{
        forge::{Forge, certificate::Certificate, key::Key},
        memory::{NOT_FOUND, UNAVAILABLE, UNREACHABLE},
    },
    world::{GUN, World, by_certificates, gun},
};

const PAST: &str = "2026-01-02T00:00:00Z";

impl World {
    fn recovered(&self) -> Result<Recoverable, OpsError> {
        self.ask(&RefuseUnreleased::default(), |session| for_recovery(session, &gun())).0
    }

    /// Recovery refuses what is served, and says `why`; what is stored stays as it is.
    fn lets_nothing_recover(&self, forge: &Forge, why: &str) {
        self.remote.serve(forge.files());
        let before = self.store.of(&gun());
        let error = match self.recovered() {
            Ok(repo) => panic!("it was taken up: {:?}", repo.role_ends()),
            Err(error) => error.to_string(),
        };
        assert!(error.contains(why), "{error:?} does not say {why:?}");
        assert_eq!(format!("{before:?}"), format!("{:?}", self.store.of(&gun())));
    }
}

#[test]
fn what_has_expired_is_taken_up_by_recovery_alone() {
    for warm in [false, true] {
        for role in ["root", "timestamp", "snapshot", "targets"] {
            let (world, mut forge) = if warm { World::warm() } else { (World::cold(), Forge::new(GUN)) };
            if warm && role == "root" {
                forge.rotate("targets", &[Key::p256("targets 2")]);
            } else {
                forge.bump("targets");
            }
            forge.set_expires(role, PAST);
            match role {
                "timestamp" => forge.publish().set_expires(role, PAST),
                "snapshot" => forge.snap().set_expires(role, PAST).stamp(),
                _ => forge.publish(),
            };
            world.remote.serve(forge.files());
            world.refuses(&format!("{role} expired"));
            let repo = world.recovered().unwrap_or_else(|error| panic!("{role}, warm {warm}: {error}"));
            let ended: Vec<_> = repo.role_ends().into_iter().filter(|end| end.expires.is_past(world.now)).collect();
            assert_eq!(ended.iter().map(|end| end.role.as_str()).collect::<Vec<_>>(), [role]);
            world.refuses(&format!("{role} expired"));
        }
    }
}

#[test]
fn an_expired_delegation_is_taken_up_and_one_that_is_badly_signed_is_not() {
    let (world, mut forge) = (World::cold(), Forge::new(GUN));
    forge.bump("targets/releases").set_expires("targets/releases", PAST);
    forge.bump("targets/jeff").sign_with("targets/jeff", &[Key::p256("mallory")]).publish();
    world.remote.serve(forge.files());
    let repo = world.recovered().unwrap();
    assert!(repo.role_ends().iter().any(|end| end.role == RoleName::releases() && end.expires.is_past(world.now)));
    assert_eq!(repo.unusable().map(|(role, _)| role.to_string()).collect::<Vec<_>>(), ["targets/jeff"]);
    assert!(repo.as_signed(&RoleName::releases()).is_some());
    assert!(repo.as_signed(&RoleName::parse("targets/jeff").unwrap()).is_none());
}

#[test]
fn an_expired_file_that_too_few_keys_have_signed_is_refused() {
    for role in ["root", "timestamp", "snapshot", "targets"] {
        let mut forge = Forge::new(GUN);
        forge.edit(role, |signed| signed["expires"] = PAST.into()).sign_with(role, &[Key::p256("mallory")]);
        match role {
            "timestamp" => &mut forge,
            "snapshot" => forge.stamp(),
            _ => forge.publish(),
        };
        World::cold().lets_nothing_recover(&forge, "valid signatures did not meet threshold");
    }
}

#[test]
fn an_older_expired_file_is_refused() {
    for role in ["timestamp", "snapshot", "targets", "targets/jeff"] {
        let old = Forge::new(GUN);
        let (world, mut new) = World::warm();
        for role in ["targets", "targets/jeff"] {
            new.bump(role);
        }
        new.publish();
        world.accepts(&new);
        let mut attack = new.clone();
        // an old file of the role, which has expired since, under parents that fit
        attack.signed.insert(role.to_owned(), old.signed[role].clone());
        attack.set_expires(role, PAST);
        match role {
            "timestamp" => &mut attack,
            "snapshot" => attack.stamp(),
            _ => attack.publish(),
        };
        world.lets_nothing_recover(&attack, "is below version");
    }
}

#[test]
fn an_expired_root_must_follow_and_be_for_the_repository_and_satisfy_the_pins() {
    let (world, forge) = World::warm();
    let mut attack = forge.clone();
    attack.rotate("root", &[Key::p256("mallory").certified(GUN)]).set_expires("root", PAST);
    attack.sign_with("root", &[Key::p256("mallory").certified(GUN)]).publish();
    world.lets_nothing_recover(&attack, "the new root is not signed by the keys of the one before it");

    let of_another = Certificate { not_after: "260102000000Z".to_owned(), ..Certificate::of("example.com/other") };
    let mut attack = Forge::new(GUN);
    attack.give("root", &[Key::p256("root").in_certificate(&of_another)]).publish();
    World::cold().lets_nothing_recover(&attack, "no root key stands in a valid certificate");

    let ended = Certificate { not_after: "260102000000Z".to_owned(), ..Certificate::of(GUN) };
    let mut forge = Forge::new(GUN);
    let key = Key::p256("root").in_certificate(&ended);
    forge.give("root", std::slice::from_ref(&key)).publish();
    let mut world = World::cold();
    world.remote.serve(forge.files());
    let ends = world.recovered().unwrap().certificate_ends();
    assert!(ends.len() == 1 && ends[0].not_after < world.now && ends[0].is_self_issued, "{ends:?}");
    world
        .pins
        .pins
        .insert(GUN.to_owned(), by_certificates(&[TufKeyId::from_hex(&Key::p256("other").certified(GUN).id()).unwrap()]));
    world.lets_nothing_recover(&forge, "no key that is pinned is one of the root");
    world.pins.pins.insert(GUN.to_owned(), by_certificates(&[TufKeyId::from_hex(&key.id()).unwrap()]));
    world.recovered().unwrap();
}

#[test]
fn the_last_timestamp_is_found_by_its_version_and_is_none_below_the_floor() {
    for updates in [0, 1, 2, 5, 40] {
        let (world, mut forge) = World::warm();
        let mut files = forge.files();
        for _ in 0..updates {
            let version = forge.version("timestamp");
            files.insert(format!("{version}.timestamp.json"), forge.bytes["timestamp"].clone());
            forge.bump("targets").publish();
            files.extend(forge.files());
        }
        let version = forge.version("timestamp");
        files.insert(format!("{version}.timestamp.json"), forge.bytes["timestamp"].clone());
        world.remote.serve(files);
        world.remote.fail("timestamp.json", UNAVAILABLE);
        let repo = world.recovered().unwrap();
        let targets = repo.role_ends().into_iter().find(|end| end.role == RoleName::targets()).unwrap();
        assert_eq!(targets.version.get(), forge.version("targets"));
        assert!(world.remote.take_requests().len() < 30);
    }
    let (world, old) = World::warm();
    let mut new = old.clone();
    new.bump("targets").publish();
    world.accepts(&new);
    // the newest version's name, and an old timestamp under it
    world.remote.put(&format!("{}.timestamp.json", new.version("timestamp")), old.bytes["timestamp"].clone());
    world.remote.fail("timestamp.json", UNAVAILABLE);
    assert!(world.recovered().unwrap_err().to_string().contains("is below version"));
    world.remote.serve(new.files());
    world.remote.fail("", UNREACHABLE);
    assert!(matches!(world.recovered(), Err(OpsError::Remote(_))));
    world.remote.fail("", NOT_FOUND);
    assert!(matches!(world.recovered(), Err(OpsError::State(StateError::Gone { .. }))));
}
