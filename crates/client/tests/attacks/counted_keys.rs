//! A root is verified by those of its keys that count, and by no others. A certificate is public: whoever writes a root may list the owner's beside a key
//! of his own, so a key that is listed and has not signed vouches for nothing. The numbers are those of section E.

use client::{
    error::OpsError,
    ports::Bytes,
    session::{RefuseUnreleased, Session},
    state::refresh::recovery::{for_recovery, for_recreation, for_renewal},
};
use trust::{
    edit::recovery::Recoverable,
    model::{
        key_id::{CanonicalKeyId, TufKeyId},
        role::RoleName,
    },
    verify::pinning::{Authorities, FirstUse, Pin, RootId},
};

use crate::{
    support::forge::{Forge, certificate::Certificate, json::canonical, key::Key},
    world::{GUN, World, by_certificates, gun},
};

const PAST: &str = "2026-01-02T00:00:00Z";
const NOT_SIGNED: &str = "keys that count have signed";

/// A repository from its beginning: these root keys, of which so many must sign, and these do.
fn rooted(keys: &[Key], threshold: u64, signers: &[Key]) -> Forge {
    let mut forge = Forge::new(GUN);
    forge.give("root", keys).edit("root", |root| root["roles"]["root"]["threshold"] = threshold.into());
    forge.sign_with("root", signers).publish();
    forge
}

fn certified(name: &str) -> Key {
    Key::p256(name).certified(GUN)
}

fn ended(name: &str, not_after: &str) -> Key {
    Key::p256(name).in_certificate(&Certificate { not_after: not_after.to_owned(), ..Certificate::of(GUN) })
}

fn certificate_id(key: &Key) -> TufKeyId {
    TufKeyId::from_hex(&key.id()).unwrap()
}

/// The ID of a P-256 key whatever its certificate.
fn key_id(name: &str) -> CanonicalKeyId {
    CanonicalKeyId::from_hex(&Key::p256(name).id()).unwrap()
}

fn authority() -> Key {
    Key::p256("authority")
}

/// A root key in a certificate of the authority's.
fn issued(name: &str, not_after: &str) -> Key {
    let certificate = Certificate { not_after: not_after.to_owned(), ..Certificate::of(GUN) };
    let key = Key::p256(name);
    let pem = certificate.issued_by(&key, "Root CA", &authority());
    key.certified(GUN).with_public(pem.into_bytes())
}

fn by_authority() -> Pin {
    let pem = Certificate::of("Root CA").of_authority(&authority());
    Pin { authorities: Some(Authorities::Pem(pem.into_bytes())), ..Pin::default() }
}

fn pinned(pattern: &str, pin: Pin) -> World {
    let mut world = World::cold();
    world.pins.pins.insert(pattern.to_owned(), pin);
    world
}

/// Every key that cannot count for the repository now, by why not.
fn worthless() -> Vec<(&'static str, Key)> {
    let of = |certificate: Certificate| Key::p256("mallory").in_certificate(&certificate);
    let valid = Certificate::of(GUN);
    let two_leaves = [certified("mallory").public, certified("other").public].concat();
    vec![
        ("bare", Key::p256("mallory")),
        ("bare Ed25519", Key::ed25519("mallory")),
        ("bare RSA", Key::rsa()),
        ("bare P-384", Key::p384("mallory")),
        ("expired", of(Certificate { not_after: "260601000000Z".to_owned(), ..valid.clone() })),
        ("not valid yet", of(Certificate { not_before: "270101000000Z".to_owned(), ..valid })),
        ("for another repository", of(Certificate::of("example.com/prod/other"))),
        ("for everything", of(Certificate::of("*"))),
        ("for nothing", of(Certificate::of(""))),
        ("in a bundle of two leaves", certified("mallory").with_public(two_leaves)),
    ]
}

#[test]
fn e96_a_key_that_does_not_count_beside_one_that_does() {
    let good = certified("root");
    for (why, bad) in worthless() {
        for keys in [[bad.clone(), good.clone()], [good.clone(), bad.clone()]] {
            World::cold().rejects(&rooted(&keys, 1, std::slice::from_ref(&bad)), NOT_SIGNED, &Forge::new(GUN));
            // the same keys, and the other one has signed
            World::cold().accepts(&rooted(&keys, 1, std::slice::from_ref(&good)));
            World::cold().accepts(&rooted(&keys, 1, &keys));
        }
        // of two that must sign one counts, or none does
        let (more, third) = (Key::p256("mallory 2"), certified("root 2"));
        let keys = [bad.clone(), more.clone(), good.clone(), third];
        for signers in [[bad.clone(), more], [bad.clone(), good.clone()]] {
            assert!(!why.is_empty());
            World::cold().rejects(&rooted(&keys, 2, &signers), NOT_SIGNED, &Forge::new(GUN));
        }
    }
}

#[test]
fn e96_keys_of_every_kind_count_where_their_certificates_do() {
    for good in [Key::p256("a"), Key::p384("a"), Key::p521("a"), Key::rsa()] {
        let (good, bad) = (good.certified(GUN), Key::ed25519("mallory"));
        let keys = [bad.clone(), good.clone()];
        World::cold().accepts(&rooted(&keys, 1, std::slice::from_ref(&good)));
        World::cold().rejects(&rooted(&keys, 1, &[bad]), NOT_SIGNED, &Forge::new(GUN));
    }
}

#[test]
fn e97_a_certificate_for_more_repositories_counts_and_one_for_all_does_not() {
    let wide = Key::p256("root").certified("example.com/prod/*");
    let everything = Key::p256("mallory").certified("*");
    let keys = [everything.clone(), wide.clone()];
    World::cold().accepts(&rooted(&keys, 1, &[wide]));
    World::cold().rejects(&rooted(&keys, 1, &[everything]), NOT_SIGNED, &Forge::new(GUN));
}

#[test]
fn e98_a_key_counts_until_its_certificate_ends() {
    let (short, long) = (ended("short", "261201000000Z"), certified("long"));
    let forge = rooted(&[short.clone(), long.clone()], 1, std::slice::from_ref(&short));
    let mut world = World::cold();
    world.accepts(&forge);
    // the other certificate is valid still, and its key has signed nothing
    world.now = "2026-12-24T00:00:00Z".parse().unwrap();
    world.remote.serve(forge.files());
    world.refuses(NOT_SIGNED);
    let mut next = forge.clone();
    next.set_version("root", 2).sign_with("root", &[short, long]).publish();
    world.accepts(&next);
}

#[test]
fn e99_two_certificates_of_one_key_are_one_key() {
    let twice = [certified("root"), ended("root", "450101000000Z")];
    World::cold().rejects(&rooted(&twice, 2, &twice), "valid signatures did not meet threshold for root: 1 of 2", &Forge::new(GUN));
    // one certificate counts and one does not: the key has signed under both
    let mixed = [certified("root"), ended("root", "260601000000Z")];
    World::cold().accepts(&rooted(&mixed, 1, &mixed));
    World::cold().rejects(&rooted(&mixed, 1, &mixed[1..]), NOT_SIGNED, &Forge::new(GUN));
}

/// Roots by someone who has the owner's certificate, as everybody has, and not the owner's key.
fn by_mallory(owner: &Key) -> Vec<Forge> {
    let (mallory, more) = (certified("mallory"), certified("mallory 2"));
    let mut forges = vec![
        rooted(&[mallory.clone(), owner.clone()], 1, std::slice::from_ref(&mallory)),
        rooted(&[owner.clone(), mallory.clone()], 1, std::slice::from_ref(&mallory)),
        rooted(&[mallory.clone(), more.clone(), owner.clone()], 2, &[mallory.clone(), more]),
        rooted(&[owner.clone(), Key::p256("mallory")], 1, &[Key::p256("mallory")]),
    ];
    // signatures that claim to be the owner's: by another key, and over another message
    let own = rooted(&[mallory.clone(), owner.clone()], 1, &[]);
    let message = canonical(&own.signed["root"]);
    let mut wrong = mallory.signature(&message);
    wrong["keyid"] = owner.id().into();
    let mut old = owner.signature(b"another message");
    old["keyid"] = owner.id().into();
    for lie in [wrong, old] {
        let mut forge = own.clone();
        forge.set_signatures("root", &[mallory.signature(&message), lie]).publish();
        forges.push(forge);
    }
    forges
}

#[test]
fn e100_a_pinned_key_that_has_not_signed() {
    let owner = certified("root");
    let honest = rooted(&[certified("second"), owner.clone()], 1, std::slice::from_ref(&owner));
    let pins = || [by_certificates(&[certificate_id(&owner)]), Pin { keys: vec![key_id("root")], ..Pin::default() }];
    for pattern in [GUN, "example.com/prod/*", "example.com/*"] {
        for (pin, first_use) in pins().into_iter().flat_map(|pin| [(pin.clone(), FirstUse::Trust), (pin, FirstUse::Refuse)]) {
            for attack in by_mallory(&owner) {
                let mut world = pinned(pattern, pin.clone());
                world.pins.first_use = first_use;
                world.rejects(&attack, NOT_SIGNED, &honest);
            }
        }
    }
}

#[test]
fn e100_honest_roots_of_several_keys() {
    let (a, b) = (certified("a"), certified("b"));
    let both = [a.clone(), b.clone()];
    let one_of = |signers: &[Key]| rooted(&both, 1, signers);
    pinned(GUN, by_certificates(&[certificate_id(&a)])).accepts(&one_of(std::slice::from_ref(&a)));
    pinned(GUN, by_certificates(&[certificate_id(&a)])).accepts(&one_of(&[b.clone(), a.clone()]));
    pinned(GUN, by_certificates(&[certificate_id(&b), certificate_id(&a)])).accepts(&rooted(&both, 2, &both));
    pinned(GUN, by_certificates(&[certificate_id(&b), certificate_id(&a)])).accepts(&one_of(std::slice::from_ref(&b)));
    // a pin by certificate and one by key together
    let mixed = Pin { certificates: vec![certificate_id(&a)], keys: vec![key_id("b")], authorities: None };
    pinned(GUN, mixed).accepts(&rooted(&both, 2, &both));
    // two must sign, and one of them is pinned
    pinned(GUN, by_certificates(&[certificate_id(&a)])).rejects(&rooted(&both, 2, &both), NOT_SIGNED, &one_of(&both));
    let worthless = [ended("old", "260601000000Z"), Key::p256("bare")];
    for beside in worthless {
        let keys = [beside, a.clone()];
        pinned(GUN, by_certificates(&[certificate_id(&a)])).accepts(&rooted(&keys, 1, std::slice::from_ref(&a)));
    }
}

#[test]
fn e100_a_pin_gives_no_key_what_its_certificate_lacks() {
    for (_, bad) in worthless() {
        let pins = [by_certificates(&[certificate_id(&bad)]), Pin { keys: vec![key_id("mallory")], ..Pin::default() }];
        for pin in pins {
            let world = pinned(GUN, pin);
            world.remote.serve(rooted(std::slice::from_ref(&bad), 1, std::slice::from_ref(&bad)).files());
            world.refuses("no root key stands in a valid certificate");
        }
    }
}

#[test]
fn e100_a_pinned_key_holds_in_any_certificate() {
    let pin = || Pin { keys: vec![key_id("root")], ..Pin::default() };
    for certificate in [Certificate::of(GUN), Certificate::of("example.com/*")] {
        let key = Key::p256("root").in_certificate(&certificate);
        pinned("example.com/prod/*", pin()).accepts(&rooted(std::slice::from_ref(&key), 1, std::slice::from_ref(&key)));
    }
    let world = pinned(GUN, pin());
    world.remote.serve(rooted(&[certified("mallory")], 1, &[certified("mallory")]).files());
    world.refuses("no key that is pinned is one of the root");
}

#[test]
fn e101_a_pinned_authority_vouches_for_who_signed() {
    let (a, b) = (issued("a", "460101000000Z"), issued("b", "460101000000Z"));
    let world = || pinned("example.com/*", by_authority());
    let honest = rooted(&[a.clone(), b.clone()], 1, std::slice::from_ref(&b));
    world().accepts(&honest);
    world().accepts(&rooted(&[a.clone(), b.clone()], 2, &[a.clone(), b.clone()]));
    world().accepts(&rooted(&[certified("own"), a.clone()], 1, std::slice::from_ref(&a)));
    for attack in by_mallory(&a) {
        world().rejects(&attack, NOT_SIGNED, &honest);
    }
    // two must sign, and the authority has issued one certificate
    let own = certified("own");
    world().rejects(&rooted(&[own.clone(), a.clone()], 2, &[own.clone(), a.clone()]), NOT_SIGNED, &honest);
    let alone = world();
    alone.remote.serve(rooted(std::slice::from_ref(&own), 1, std::slice::from_ref(&own)).files());
    alone.refuses("no key that is pinned is one of the root");
    // notary's form of the same pin, by a prefix
    let mut by_prefix = World::cold();
    by_prefix.pins.authorities.insert("example.com/".to_owned(), by_authority().authorities.unwrap());
    by_prefix.rejects(&by_mallory(&a)[0], NOT_SIGNED, &honest);
}

#[test]
fn e101_authorities_that_cannot_be_read_let_nothing_in() {
    let a = issued("a", "460101000000Z");
    let forge = rooted(std::slice::from_ref(&a), 1, std::slice::from_ref(&a));
    let unreadable = Authorities::Unreadable("/etc/dct/ca.pem: no such file or directory".to_owned());
    // not even what is pinned beside them
    let pin = Pin { certificates: vec![certificate_id(&a)], keys: vec![key_id("a")], authorities: Some(unreadable) };
    let world = pinned(GUN, pin);
    world.remote.serve(forge.files());
    world.refuses("the pinned authorities cannot be used: /etc/dct/ca.pem: no such file or directory");
    let world = pinned(GUN, Pin { authorities: Some(Authorities::Pem(Vec::new())), ..Pin::default() });
    world.remote.serve(forge.files());
    world.refuses("the pinned authorities cannot be used");
    pinned("example.com/other", Pin { authorities: Some(Authorities::Pem(Vec::new())), ..Pin::default() }).accepts(&forge);
}

#[test]
fn e103_a_new_root_is_verified_by_the_keys_that_count() {
    let owner = certified("root");
    for pin in [None, Some(by_certificates(&[certificate_id(&owner)])), Some(Pin { keys: vec![key_id("root")], ..Pin::default() })]
    {
        let first = rooted(&[owner.clone(), Key::p256("bare")], 1, std::slice::from_ref(&owner));
        let mut world = World::cold();
        world.pins.pins.extend(pin.clone().map(|pin| (GUN.to_owned(), pin)));
        world.accepts(&first);
        let mut honest = first.clone();
        honest.set_version("root", 2).sign_with("root", std::slice::from_ref(&owner)).publish();
        // a key of the trusted root that stands in no certificate replaces nothing
        let mut attack = first.clone();
        attack.rotate("root", &[certified("mallory"), owner.clone()]);
        attack.sign_with("root", &[Key::p256("bare"), certified("mallory")]).publish();
        world.rejects(&attack, "the new root is not signed by the keys of the one before it", &honest);
    }
    // one whose certificate has expired since may sign the next, and may not replace what is pinned
    let old = ended("old", "260601000000Z");
    let first = rooted(&[owner.clone(), old.clone()], 1, std::slice::from_ref(&owner));
    let world = pinned(GUN, by_certificates(&[certificate_id(&owner)]));
    world.accepts(&first);
    let mut attack = first.clone();
    attack.rotate("root", &[certified("mallory"), owner.clone()]).sign_with("root", &[old, certified("mallory")]).publish();
    let mut honest = first.clone();
    honest.set_version("root", 2).sign_with("root", std::slice::from_ref(&owner)).publish();
    world.rejects(&attack, NOT_SIGNED, &honest);
}

#[test]
fn e100_first_use_is_refused_where_a_person_says_so() {
    let forge = Forge::new(GUN);
    for (everywhere, here) in [(FirstUse::Refuse, None), (FirstUse::Trust, Some(FirstUse::Refuse))] {
        let mut world = World::cold();
        world.pins.first_use = everywhere;
        world.pins.first_use_at.extend(here.map(|here| ("example.com".to_owned(), here)));
        world.remote.serve(forge.files());
        world.refuses("nothing is pinned for example.com/prod/nginx and trust on first use is off");
        // nor does an empty way there lead past it: a root that has expired is walked from
        let mut expired = forge.clone();
        expired.set_expires("root", PAST).publish();
        world.remote.serve(expired.files());
        world.refuses("trust on first use is off");
        world.pins.pins.insert("example.com/*".to_owned(), by_certificates(&[certificate_id(&forge.keys["root"][0])]));
        world.accepts(&forge);
    }
    // elsewhere it is as ever, and who has read the repository goes on
    let mut world = World::cold();
    world.pins.first_use = FirstUse::Refuse;
    world.pins.first_use_at.insert("example.com".to_owned(), FirstUse::Trust);
    world.accepts(&forge);
    world.pins.first_use_at.clear();
    world.accepts(&forge);
}

/// What may be done with a state of which something may have expired.
#[derive(Clone, Copy, Debug)]
enum Wish {
    Tell,
    Renew,
    Recreate,
}

fn recovered(world: &World, wish: Wish, named: Option<&str>) -> Result<Recoverable, OpsError> {
    let pins = named.map_or_else(|| world.pins.clone(), |id| world.pins.naming(RootId::from_hex(id).unwrap()));
    let recover = |session: &Session<'_>| match wish {
        Wish::Tell => for_recovery(session, &gun()),
        Wish::Renew => for_renewal(session, &gun()),
        Wish::Recreate => for_recreation(session, &gun()),
    };
    world.ask(&RefuseUnreleased::default(), |session| recover(&Session { pins: &pins, ..*session })).0
}

/// It is refused, says `why`, and leaves nothing that would be trusted later.
fn is_refused(world: &World, wish: Wish, named: Option<&str>, why: &str) {
    let before = format!("{:?}", world.store.of(&gun()));
    match recovered(world, wish, named) {
        Ok(repo) => panic!("{wish:?} took it up: {:?}", repo.role_ends()),
        Err(error) => assert!(error.to_string().contains(why), "{wish:?}: {error} does not say {why:?}"),
    }
    assert_eq!(before, format!("{:?}", world.store.of(&gun())));
}

#[test]
fn e96_recovery_asks_the_keys_that_counted_last() {
    let (sooner, later) = (ended("sooner", "260301000000Z"), ended("later", "260601000000Z"));
    let (world, keys) = (World::cold(), [sooner.clone(), later.clone()]);
    for wish in [Wish::Tell, Wish::Renew, Wish::Recreate] {
        for (keys, signer) in [
            // whose certificate had expired before the others' has no word in recovery either
            (keys.to_vec(), sooner.clone()),
            (vec![sooner.clone(), certified("root")], sooner.clone()),
            (vec![certified("root"), Key::p256("bare")], Key::p256("bare")),
            (vec![certified("root"), Key::p256("x").certified("example.com/other")], Key::p256("x").certified("example.com/other")),
        ] {
            world.remote.serve(rooted(&keys, 1, &[signer]).files());
            is_refused(&world, wish, None, NOT_SIGNED);
        }
    }
    world.remote.serve(rooted(&keys, 1, std::slice::from_ref(&later)).files());
    recovered(&world, Wish::Tell, None).unwrap();
    // a certificate for another repository moves no moment
    let beside = Key::p256("x").certified("example.com/other");
    world.remote.serve(rooted(&[later.clone(), beside], 1, std::slice::from_ref(&later)).files());
    recovered(&world, Wish::Tell, None).unwrap();
}

#[test]
fn e100_recovery_asks_who_signed_for_a_pinned_key() {
    let owner = ended("root", "260601000000Z");
    for mallory in [ended("mallory", "260601000000Z"), certified("mallory")] {
        let world = pinned(GUN, Pin { keys: vec![key_id("root")], ..Pin::default() });
        world.remote.serve(rooted(&[mallory.clone(), owner.clone()], 1, std::slice::from_ref(&mallory)).files());
        for wish in [Wish::Tell, Wish::Renew, Wish::Recreate] {
            is_refused(&world, wish, None, "the root is not trusted");
        }
    }
    let world = pinned(GUN, Pin { keys: vec![key_id("root")], ..Pin::default() });
    world.remote.serve(rooted(std::slice::from_ref(&owner), 1, std::slice::from_ref(&owner)).files());
    recovered(&world, Wish::Renew, None).unwrap();
}

/// A repository of which something has expired, by what it is.
fn aged(what: &str) -> Forge {
    let mut forge = match what {
        "certificate" => rooted(&[ended("root", "260601000000Z")], 1, &[ended("root", "260601000000Z")]),
        _ => Forge::new(GUN),
    };
    match what {
        "nothing" | "certificate" => {}
        "timestamp" => drop(forge.set_expires("timestamp", PAST)),
        "snapshot" => drop(forge.set_expires("snapshot", PAST).stamp()),
        role => drop(forge.set_expires(role, PAST).publish()),
    }
    forge
}

#[test]
fn what_has_expired_is_not_signed_anew_on_a_machine_that_never_saw_it() {
    for what in ["root", "targets", "targets/releases", "targets/jeff", "snapshot", "timestamp", "certificate"] {
        let forge = aged(what);
        let world = World::cold();
        world.remote.serve(forge.files());
        for wish in [Wish::Renew, Wish::Recreate] {
            is_refused(&world, wish, None, "example.com/prod/nginx was never read on this machine");
            // a person may tell of it, and a root that is another's is not the one
            is_refused(&world, wish, Some(&certified("mallory").id()), "it is not the root that was named");
        }
        recovered(&world, Wish::Tell, None).unwrap();
        let key = &forge.keys["root"][0];
        for id in [key.id(), Key::p256("root").id()] {
            recovered(&world, Wish::Renew, Some(&id)).unwrap();
            let mut world = World::cold();
            world.remote.serve(forge.files());
            world.pins.first_use = FirstUse::Refuse;
            recovered(&world, Wish::Recreate, Some(&id)).unwrap();
        }
        for pin in [by_certificates(&[certificate_id(key)]), Pin { keys: vec![key_id("root")], ..Pin::default() }] {
            let world = pinned(GUN, pin);
            world.remote.serve(forge.files());
            recovered(&world, Wish::Renew, None).unwrap();
        }
    }
}

#[test]
fn what_has_not_expired_or_was_seen_before_is_renewed_as_ever() {
    let world = World::cold();
    world.remote.serve(aged("nothing").files());
    recovered(&world, Wish::Renew, None).unwrap();
    let (world, mut forge) = World::warm();
    forge.bump("targets").set_expires("targets", PAST).publish();
    world.remote.serve(forge.files());
    recovered(&world, Wish::Renew, None).unwrap();
    // a root that is named is asked for even so
    is_refused(&world, Wish::Renew, Some(&certified("mallory").id()), "it is not the root that was named");
}

/// The peers store a root as soon as they see it, and what they have verified below it: of a state that they refuse, too.
#[test]
fn what_a_peer_has_stored_of_a_state_that_it_refused_is_not_seen() {
    let mut forge = Forge::new(GUN);
    forge.set_expires("targets", PAST).publish();
    let store = |roles: &[&str]| {
        let world = World::cold();
        let file = |role: &&str| (RoleName::parse(role).unwrap(), Bytes::from(forge.bytes[*role].clone()));
        world.store.change(&gun(), |stored| stored.files = roles.iter().map(file).collect());
        world.remote.serve(forge.files());
        world
    };
    for roles in [&["root"][..], &["root", "timestamp"], &["root", "timestamp", "snapshot"]] {
        for wish in [Wish::Renew, Wish::Recreate] {
            is_refused(&store(roles), wish, None, "was never read on this machine");
        }
        recovered(&store(roles), Wish::Renew, Some(&certified("root").id())).unwrap();
    }
    recovered(&store(&["root", "timestamp", "snapshot", "targets"]), Wish::Renew, None).unwrap();
}

#[test]
fn a_named_root_is_one_that_the_named_key_has_signed() {
    let owner = certified("root");
    for mut attack in by_mallory(&owner) {
        attack.set_expires("targets", PAST).publish();
        let world = World::cold();
        world.remote.serve(attack.files());
        for id in [owner.id(), Key::p256("root").id()] {
            is_refused(&world, Wish::Renew, Some(&id), NOT_SIGNED);
        }
    }
    // a pin holds beside the name
    let forge = aged("targets");
    let world = pinned(GUN, by_certificates(&[certificate_id(&certified("other"))]));
    world.remote.serve(forge.files());
    is_refused(&world, Wish::Renew, Some(&owner.id()), "no key that is pinned is one of the root");
}

#[test]
fn an_authority_vouches_for_no_certificate_that_has_expired() {
    let key = issued("a", "260601000000Z");
    let world = pinned(GUN, by_authority());
    world.remote.serve(rooted(std::slice::from_ref(&key), 1, std::slice::from_ref(&key)).files());
    recovered(&world, Wish::Tell, None).unwrap();
    is_refused(&world, Wish::Renew, None, "was never read on this machine");
    recovered(&world, Wish::Renew, Some(&key.id())).unwrap();
    // one that is valid still vouches for what else has expired
    let key = issued("a", "460101000000Z");
    let mut forge = rooted(std::slice::from_ref(&key), 1, std::slice::from_ref(&key));
    forge.set_expires("targets", PAST).publish();
    world.remote.serve(forge.files());
    recovered(&world, Wish::Renew, None).unwrap();
}
