//! Section D: signatures, thresholds, keys. The number of a case begins the name of its test.

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use crate::{
    support::forge::{Forge, json::canonical, key::Key},
    world::{GUN, World},
};

/// A repository whose root says of `targets` what `change` makes of it, with these keys in the root beside the others.
fn with_targets_role(keys: &[&Key], change: impl FnOnce(&mut Value)) -> Forge {
    let mut forge = Forge::new(GUN);
    forge.edit("root", |root| {
        for key in keys {
            root["keys"][key.id()] = key.json();
        }
        change(&mut root["roles"]["targets"]);
    });
    forge
}

fn two() -> (Key, Key) {
    (Key::p256("targets"), Key::p256("targets 2"))
}

/// A repository of two targets keys that must both sign, signed by these.
fn of_two(signers: &[Key]) -> Forge {
    let (a, b) = two();
    let mut forge = with_targets_role(&[&a, &b], |role| *role = json!({"keyids": [a.id(), b.id()], "threshold": 2}));
    forge.sign_with("targets", signers).publish();
    forge
}

fn payload(forge: &Forge, role: &str) -> Vec<u8> {
    canonical(&forge.signed[role])
}

const THRESHOLD: &str = "valid signatures did not meet threshold for targets";

#[test]
fn d66_the_same_signature_twice() {
    let (a, b) = two();
    let honest = of_two(&[a.clone(), b.clone()]);
    World::cold().rejects(&of_two(&[a.clone(), a.clone()]), THRESHOLD, &honest);
    // an ECDSA signature has a second form, with the other `s`
    let mut forge = of_two(std::slice::from_ref(&b));
    let message = payload(&forge, "targets");
    let (one, mut other) = (a.signature(&message), a.signature(&message));
    other["sig"] = Base64::encode_string(&high_s(&a.sign(&message))).into();
    forge.set_signatures("targets", &[one, other]).publish();
    World::cold().rejects(&forge, THRESHOLD, &honest);
}

#[test]
fn d68_one_id_listed_nine_times() {
    let key = Key::p256("targets");
    let honest = Forge::new(GUN);
    let mut forge = with_targets_role(&[], |role| *role = json!({"keyids": vec![key.id(); 9], "threshold": 6}));
    forge.sign_with("targets", &vec![key; 9]).publish();
    World::cold().rejects(&forge, THRESHOLD, &honest);
}

#[test]
fn d69_one_private_key_under_two_ids() {
    let key = Key::p256("targets");
    let honest = Forge::new(GUN);
    let mut twins = vec![key.certified(GUN), key.certified("other")];
    // another encoding of the same point is no key at all
    twins.push(key.compressed());
    twins.push(key.with_public([key.public.as_slice(), b"\0"].concat()));
    for twin in twins {
        let mut forge = with_targets_role(&[&key, &twin], |role| *role = json!({"keyids": [key.id(), twin.id()], "threshold": 2}));
        forge.sign_with("targets", &[key.clone(), twin]).publish();
        World::cold().rejects(&forge, THRESHOLD, &honest);
    }
    let (rsa, certified) = (Key::rsa(), Key::rsa().certified(GUN));
    let mut forge =
        with_targets_role(&[&rsa, &certified], |role| *role = json!({"keyids": [rsa.id(), certified.id()], "threshold": 2}));
    forge.sign_with("targets", &[rsa, certified]).publish();
    World::cold().rejects(&forge, THRESHOLD, &honest);
}

#[test]
fn d69_one_private_key_of_a_delegation_under_two_ids() {
    let (key, twin) = (Key::p256("ian"), Key::p256("ian").certified("ian"));
    let mut forge = Forge::new(GUN);
    let entry = json!({"keyids": [key.id(), twin.id()], "name": "targets/ian", "paths": [""], "threshold": 2});
    forge.delegate_as("targets/ian", &[key, twin], &entry).add_target("targets/ian", "x", "x").publish();
    World::cold().accepts_without(&forge, "targets/ian");
}

#[test]
fn d71_thresholds_that_are_none_or_too_high() {
    let honest = Forge::new(GUN);
    for threshold in [json!(0), json!(-1), json!(null), json!("1"), json!(1_u64 << 40), json!(2), json!(true), json!([1])] {
        let mut forge = with_targets_role(&[], |role| role["threshold"] = threshold.clone());
        World::cold().rejects(forge.publish(), "t", &honest);
    }
    let mut forge = with_targets_role(&[], |role| drop(role.as_object_mut().unwrap().remove("threshold")));
    World::cold().rejects(forge.publish(), "threshold", &honest);
    // the root's own
    for threshold in [json!(0), json!(2)] {
        let mut forge = Forge::new(GUN);
        forge.edit("root", |root| root["roles"]["root"]["threshold"] = threshold).publish();
        World::cold().rejects(&forge, "root", &honest);
    }
}

#[test]
fn d72_no_signature_or_not_the_roles() {
    let honest = Forge::new(GUN);
    let mut forge = Forge::new(GUN);
    forge.set_signatures("targets", &[]).publish();
    World::cold().rejects(&forge, "tuf: data has no signatures", &honest);
    for key in [Key::p256("unknown"), Key::p256("snapshot"), Key::p256("root")] {
        let mut forge = Forge::new(GUN);
        forge.sign_with("targets", std::slice::from_ref(&key)).publish();
        World::cold().rejects(&forge, THRESHOLD, &honest);
        // under the label of the key that should have signed
        let mut signature = key.signature(&payload(&forge, "targets"));
        signature["keyid"] = Key::p256("targets").id().into();
        forge.set_signatures("targets", &[signature]).publish();
        World::cold().rejects(&forge, THRESHOLD, &honest);
    }
}

#[test]
fn d73_an_id_over_another_key() {
    let (wanted, evil) = (Key::p256("targets"), Key::p256("evil"));
    let mut forge = Forge::new(GUN);
    forge.edit("root", |root| root["keys"][wanted.id()] = evil.json());
    let mut signature = evil.signature(&payload(&forge, "targets"));
    signature["keyid"] = wanted.id().into();
    forge.set_signatures("targets", &[signature]).publish();
    World::cold().rejects(&forge, "is not valid for key content", &Forge::new(GUN));
}

#[test]
fn d74_a_method_that_is_not_the_keys() {
    for method in [
        json!("rsapss"),
        json!("eddsa"),
        json!("rsapkcs1v15"),
        json!("none"),
        json!(""),
        json!(null),
        json!("ecdsa "),
        json!(["ecdsa"]),
    ] {
        let mut forge = Forge::new(GUN);
        let mut signature = Key::p256("targets").signature(&payload(&forge, "targets"));
        signature["method"] = method;
        forge.set_signatures("targets", &[signature]).publish();
        World::cold().rejects(&forge, "targets", &Forge::new(GUN));
    }
}

#[test]
fn d75_forms_that_every_reader_takes() {
    let key = Key::p256("targets");
    let mut forge = Forge::new(GUN);
    let message = payload(&forge, "targets");
    let good = key.signature(&message);
    let mut upper = good.clone();
    upper["method"] = "ECDSA".into();
    forge.set_signatures("targets", &[upper]).publish();
    World::cold().accepts(&forge);

    let mut bad = good.clone();
    bad["sig"] = Base64::encode_string(&[7; 64]).into();
    forge.set_signatures("targets", &[bad, Key::p256("unknown").signature(&message), good]).publish();
    World::cold().accepts(&forge);

    for sig in [key.sign(&message), high_s(&key.sign(&message))] {
        let signature = json!({"keyid": key.id(), "method": "ecdsa", "sig": Base64::encode_string(&sig)});
        forge.set_signatures("targets", &[signature]).publish();
        World::cold().accepts(&forge);
    }
}

#[test]
fn d76_signatures_that_are_none() {
    let key = Key::p256("targets");
    let honest = Forge::new(GUN);
    let message = payload(&honest, "targets");
    let good = key.sign(&message);
    let (r, s) = good.split_at(32);
    let der = {
        let int = |n: &[u8]| [&[2, 33, 0][..], n].concat();
        [&[0x30, 70][..], &int(r), &int(s)].concat()
    };
    let text = |bytes: &[u8]| Base64::encode_string(bytes);
    for sig in [
        text(&[0; 64]),
        text(&[r, &[0; 32]].concat()),
        text(&[&[0; 32], s].concat()),
        text(&[0xff; 64]),
        text(&der),
        text(&good[..63]),
        text(&[&good[..], &[0]].concat()),
        text(&[&[0][..], &good].concat()),
        text(&[]),
        "*".to_owned(),
        text(&good).trim_end_matches('=').to_owned(),
        format!("{}\n", text(&good)),
    ] {
        let mut forge = Forge::new(GUN);
        forge.set_signatures("targets", &[json!({"keyid": key.id(), "method": "ecdsa", "sig": sig})]).publish();
        World::cold().rejects(&forge, "targets", &honest);
    }
    let mut forge = Forge::new(GUN);
    let mut signature = key.signature(&message);
    signature["keyid"] = key.id().to_uppercase().into();
    forge.set_signatures("targets", &[signature]).publish();
    World::cold().rejects(&forge, THRESHOLD, &honest);
}

#[test]
fn d78_every_kind_of_key() {
    let keys = [
        Key::p256("x"),
        Key::p384("x"),
        Key::p521("x"),
        Key::ed25519("x"),
        Key::rsa(),
        Key::rsa().certified("x"),
        Key::p384("x").certified("x"),
    ];
    for key in keys {
        let mut forge = Forge::new(GUN);
        forge.rotate("targets", std::slice::from_ref(&key));
        forge.delegate("targets/ian", &[key], &[""]).add_target("targets/ian", "x", "x").publish();
        World::cold().accepts(&forge);
    }
    let mut forge = Forge::new(GUN);
    forge.rotate("targets", &[Key::rsa()]);
    let sig = Base64::encode_string(&Key::rsa().sign_pkcs1(&payload(&forge, "targets")));
    forge.set_signatures("targets", &[json!({"keyid": Key::rsa().id(), "method": "rsapkcs1v15", "sig": sig})]).publish();
    World::cold().accepts(&forge);
}

#[test]
fn d79_a_key_that_carries_a_private_half() {
    let key = Key::p256("targets");
    let mut forge = Forge::new(GUN);
    forge.edit("root", |root| root["keys"][key.id()]["keyval"]["private"] = "c2VjcmV0".into()).publish();
    World::cold().accepts(&forge);
}

#[test]
fn d29_thousands_of_signatures_that_do_not_count() {
    let key = Key::p256("targets");
    let mut forge = Forge::new(GUN);
    let good = key.signature(&payload(&forge, "targets"));
    let junk = (0..4000).map(|n| {
        let mut bad = good.clone();
        bad["sig"] = Base64::encode_string(&[u8::try_from(n % 251).unwrap(); 64]).into();
        if n % 2 == 0 {
            bad["keyid"] = format!("{n:064}").into();
        }
        bad
    });
    let signatures: Vec<Value> = junk.chain([good.clone()]).collect();
    forge.set_signatures("targets", &signatures).publish();
    let start = std::time::Instant::now();
    World::cold().accepts(&forge);
    println!("4000 signatures that do not count: {:?}", start.elapsed());
}

#[test]
fn d30_signatures_that_are_costly_to_refuse() {
    let (world, forge) = World::warm();
    let mut attack = forge.clone();
    let mut bad = forge.keys["root"][0].signature(b"another message");
    // a certificate is named by its ID, and whoever serves the file needs no key for this
    attack.rotate("root", &[Key::p256("evil").certified(GUN)]).edit("root", |root| root["x"] = "x".repeat(2 << 20).into());
    bad["keyid"] = forge.keys["root"][0].id().into();
    let signatures = vec![bad; 12_000];
    attack.set_signatures("root", &signatures);
    attack.sign_with("timestamp", &[Key::p256("evil")]);
    let start = std::time::Instant::now();
    world.remote.serve(attack.files());
    let error = world.read().map(|answer| answer.entries).unwrap_err().to_string();
    assert!(error.contains("more signatures than are checked"), "{error}");
    let took = start.elapsed();
    assert!(took < std::time::Duration::from_secs(20), "{took:?} (unoptimised)");
    world.accepts(&forge);
}

/// The order of P-256 minus `s`: the other signature of the same message.
fn high_s(signature: &[u8]) -> Vec<u8> {
    let order: [u8; 32] = base16ct::lower::decode_vec("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
        .unwrap()
        .try_into()
        .unwrap();
    let (r, s) = signature.split_at(32);
    let (mut other, mut borrow) = ([0; 32], 0);
    for i in (0..32).rev() {
        let difference = i32::from(order[i]) - i32::from(s[i]) - borrow;
        borrow = i32::from(difference < 0);
        other[i] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    [r, &other].concat()
}
