//! Roots: versions, certificates, signatures, rotation.

use serde_json::json;

use super::world::{Row, World, row};
use forge::{Forge, certificate::Certificate, key::Key};

/// A first upload of a repository that was changed.
fn first(w: &mut World<'_>, change: impl FnOnce(&mut Forge) -> &mut Forge) {
    let mut forge = w.forge();
    change(&mut forge);
    w.post(&forge, &["root", "targets"]);
}

/// A first upload whose root key stands in this certificate.
fn certified(w: &mut World<'_>, change: impl FnOnce(&mut Certificate)) {
    let mut certificate = Certificate::of(&w.gun);
    change(&mut certificate);
    first(w, |forge| forge.give("root", &[Key::p256("root").in_certificate(&certificate)]));
}

const PAST: &str = "2020-01-01T00:00:00Z";

pub(super) const ROWS: &[Row] = &[
    row("first publish", |w| {
        let forge = w.forge();
        w.post(&forge, &["root", "targets"]).see(&forge).get("root.json").get("targets.json");
    }),
    row("first publish without a root", |w| {
        let forge = w.forge();
        w.post(&forge, &["targets"]).post(&forge, &["snapshot"]).post(&forge, &["targets/jeff"]);
    }),
    row("first publish without targets", |w| {
        let forge = w.forge();
        w.post(&forge, &["root"]);
        let forge = w.client_forge();
        w.post(&forge, &["root", "snapshot"]);
    }),
    row("first root of version 2", |w| first(w, |forge| forge.set_version("root", 2))),
    row("first root of version 3", |w| first(w, |forge| forge.set_version("root", 3))),
    row("first root of version 0", |w| first(w, |forge| forge.set_version("root", 0))),
    row("first root of version -1", |w| first(w, |forge| forge.edit("root", |root| root["version"] = (-1).into()))),
    row("root not signed by its key", |w| first(w, |forge| forge.sign_with("root", &[Key::p256("other").certified("x")]))),
    row("root not signed at all", |w| first(w, |forge| forge.set_signatures("root", &[]))),
    row("root of another type", |w| first(w, |forge| forge.edit("root", |root| root["_type"] = "root".into()))),
    row("root without a role", |w| {
        for role in ["root", "targets", "snapshot", "timestamp"] {
            first(w, |forge| forge.edit("root", |root| drop(root["roles"].as_object_mut().expect("roles").remove(role))));
        }
    }),
    row("root with a role of null", |w| first(w, |forge| forge.edit("root", |root| root["roles"]["targets"] = json!(null)))),
    row("root that names a key it has not", |w| {
        first(w, |forge| forge.edit("root", |root| root["roles"]["targets"]["keyids"] = json!(["abc"])));
    }),
    row("root with a threshold of 0", |w| {
        first(w, |forge| forge.edit("root", |root| root["roles"]["targets"]["threshold"] = 0.into()));
        first(w, |forge| forge.edit("root", |root| root["roles"]["root"]["threshold"] = (-2).into()));
    }),
    row("root whose threshold is not met", |w| {
        first(w, |forge| forge.edit("root", |root| root["roles"]["root"]["threshold"] = 2.into()));
    }),
    row("root of two keys that both sign", |w| {
        let mut forge = w.forge();
        let keys = [Key::p256("root").certified(&w.gun), Key::p384("second").certified(&w.gun)];
        forge.give("root", &keys).edit("root", |root| root["roles"]["root"]["threshold"] = 2.into());
        w.post(&forge, &["root", "targets"]).see(&forge);
    }),
    row("root of an RSA key", |w| {
        let mut forge = w.forge();
        w.post(forge.give("root", &[Key::rsa().certified(&w.gun)]), &["root", "targets"]).see(&forge);
    }),
    row("root with another role", |w| {
        let mut forge = w.forge();
        forge.edit("root", |root| root["roles"]["mirrors"] = json!({"keyids": [], "threshold": 1}));
        w.post(&forge, &["root", "targets"]).see(&forge);
    }),
    row("root of wrong members", |w| {
        first(w, |forge| forge.edit("root", |root| root["consistent_snapshot"] = "no".into()));
        first(w, |forge| forge.edit("root", |root| root["roles"]["targets"]["threshold"] = "1".into()));
        first(w, |forge| forge.edit("root", |root| root["roles"]["targets"]["keyids"] = json!(null)));
    }),
    row("root that has expired", |w| first(w, |forge| forge.set_expires("root", PAST))),
    row("root that has expired in another zone", |w| first(w, |forge| forge.set_expires("root", "2020-01-01T00:00:00.5+00:00"))),
    row("root whose time has a fraction", |w| {
        let mut forge = w.forge();
        w.post(forge.set_expires("root", "2045-01-01T00:00:00.120-05:00"), &["root", "targets"]).see(&forge);
    }),
    row("certificate for another repository", |w| certified(w, |certificate| certificate.common_name.push('x'))),
    row("certificate for all that begins so", |w| {
        certified(w, |certificate| "example.com/*".clone_into(&mut certificate.common_name));
        certified(w, |certificate| "example.org/*".clone_into(&mut certificate.common_name));
    }),
    row("certificate without a name", |w| certified(w, |certificate| certificate.common_name.clear())),
    row("certificate that has expired", |w| certified(w, |certificate| "260102000000Z".clone_into(&mut certificate.not_after))),
    row("certificate that is not valid yet", |w| {
        certified(w, |certificate| "450102000000Z".clone_into(&mut certificate.not_before));
    }),
    row("certificate that ends before it begins", |w| {
        certified(w, |certificate| {
            "460101000000Z".clone_into(&mut certificate.not_before);
            "450101000000Z".clone_into(&mut certificate.not_after);
        });
    }),
    row("root key without a certificate", |w| first(w, |forge| forge.give("root", &[Key::p256("root")]))),
    row("root key in text that is no certificate", |w| {
        let key = Key::p256("root")
            .certified("x")
            .with_public(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec());
        first(w, |forge| forge.give("root", &[key]));
    }),
    row("the same root again", |w| {
        let forge = w.published();
        w.post(&forge, &["root"]);
        w.post(&forge, &["root", "targets"]);
    }),
    row("a root that leaves a version out", |w| {
        let mut forge = w.published();
        w.post(forge.set_version("root", 3), &["root"]);
    }),
    row("an older root", |w| {
        let mut forge = w.published();
        let first = forge.clone();
        w.post(forge.bump("root"), &["root"]).post(&first, &["root"]).see(&forge);
    }),
    row("rotation of the root key", |w| {
        let mut forge = w.published();
        w.post(forge.rotate("root", &[Key::p256("new root").certified(&w.gun)]), &["root"]).see(&forge);
        w.post(forge.bump("targets"), &["targets"]).see(&forge).get("1.root.json").get("2.root.json");
    }),
    row("rotation that the old root key has not signed", |w| {
        let mut forge = w.published();
        let new = Key::p256("new root").certified(&w.gun);
        forge.rotate("root", std::slice::from_ref(&new)).sign_with("root", &[new]);
        w.post(&forge, &["root"]);
    }),
    row("rotation that the new root key has not signed", |w| {
        let mut forge = w.published();
        let old = forge.keys["root"].clone();
        forge.rotate("root", &[Key::p256("new root").certified(&w.gun)]).sign_with("root", &old);
        w.post(&forge, &["root"]);
    }),
    row("rotation of the targets key, with and without new targets", |w| {
        let mut forge = w.published();
        forge.rotate("targets", &[Key::p256("new targets")]);
        w.post(&forge, &["root"]).see(&forge);
        let mut jeff = forge.clone();
        w.post(jeff.bump("targets/jeff"), &["targets/jeff"]);
        w.post(&forge, &["targets"]).post(&jeff, &["targets/jeff"]).see(&jeff);
    }),
    row("rotation of the targets key with the old key's targets", |w| {
        let mut forge = w.published();
        let old = forge.keys["targets"].clone();
        forge.rotate("targets", &[Key::p256("new targets")]).sign_with("targets", &old);
        w.post(&forge, &["root", "targets"]);
    }),
    row("a root as Go would not write it", |w| {
        let mut forge = w.forge();
        forge.raw("root", |mut bytes| {
            bytes.push(b'\n');
            bytes
        });
        w.post(&forge, &["root", "targets"]).see(&forge).get("root.json").get("1.root.json");
        forge.bump("targets");
        w.post(&forge, &["targets"]).get("timestamp.key").get("timestamp.json");
    }),
];
