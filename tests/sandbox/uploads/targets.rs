//! Targets and delegations: signatures, thresholds, parents, versions.

use serde_json::json;

use super::world::{Row, World, differs, row};
use forge::{Forge, key::Key};

/// A first upload of a repository that was changed.
fn first(w: &mut World<'_>, change: impl FnOnce(&mut Forge) -> &mut Forge) {
    let mut forge = w.forge();
    change(&mut forge);
    w.post(&forge, &["root", "targets", "targets/jeff"]);
}

fn two_keys(w: &World<'_>, keys: &[Key]) -> Forge {
    let mut forge = w.forge();
    forge.give("targets", keys).edit("root", |root| root["roles"]["targets"]["threshold"] = 2.into());
    forge
}

fn two_signers(w: &mut World<'_>) -> Forge {
    let mut forge = w.published();
    let keys = [Key::p256("one"), Key::ed25519("two")];
    let ids: Vec<String> = keys.iter().map(Key::id).collect();
    forge.delegate_as("targets/both", &keys, &json!({"keyids": ids, "name": "targets/both", "paths": [""], "threshold": 2}));
    forge
}

pub(super) const ROWS: &[Row] = &[
    row("first publish with delegations", |w| {
        let forge = w.published();
        w.see(&forge).get("targets/jeff.json");
    }),
    row("targets by another key", |w| first(w, |forge| forge.sign_with("targets", &[Key::p256("other")]))),
    row("targets by nobody", |w| first(w, |forge| forge.set_signatures("targets", &[]))),
    row("targets with a signature under the wrong ID", |w| {
        first(w, |forge| {
            let mut signature = Key::p256("other").signature(b"x");
            signature["keyid"] = Key::p256("targets").id().into();
            forge.set_signatures("targets", &[signature])
        });
    }),
    row("targets by an unknown method", |w| {
        first(w, |forge| forge.replace("targets", "\"method\":\"ecdsa\"", "\"method\":\"rot13\""));
    }),
    row("targets by a method in capitals", |w| {
        let mut forge = w.forge();
        forge.replace("targets", "\"method\":\"ecdsa\"", "\"method\":\"ECDSA\"");
        w.post(&forge, &["root", "targets"]).see(&forge);
    }),
    row("targets under an ID that is not the key's", |w| {
        let mut forge = w.forge();
        let (id, other) = (Key::p256("targets").id(), "0".repeat(64));
        forge.edit("root", |root| {
            let key = root["keys"][&id].clone();
            root["keys"][&other] = key;
            root["roles"]["targets"]["keyids"] = json!([other]);
        });
        w.post(&forge, &["root", "targets"]);
        let mut signature = Key::p256("targets").signature(b"x");
        signature["keyid"] = other.into();
        w.post(forge.set_signatures("targets", &[signature]), &["root", "targets"]);
    }),
    row("targets whose threshold of two is met", |w| {
        let forge = two_keys(w, &[Key::p256("one"), Key::rsa()]);
        let mut signed = forge.clone();
        w.post(signed.sign("targets"), &["root", "targets"]);
    }),
    row("targets whose threshold of two is not met", |w| {
        let mut forge = two_keys(w, &[Key::p256("one"), Key::p256("two")]);
        w.post(forge.sign_with("targets", &[Key::p256("one")]), &["root", "targets"]);
    }),
    row("one signature twice", |w| {
        let mut forge = two_keys(w, &[Key::p256("one"), Key::p256("two")]);
        w.post(forge.sign_with("targets", &[Key::p256("one"), Key::p256("one")]), &["root", "targets"]);
    }),
    differs(
        "one key under two IDs",
        "the real server counts IDs; there is one threshold loop in this program, and it counts keys",
        |w| {
            let keys = [Key::p256("one"), Key::p256("one").certified("one")];
            let mut forge = two_keys(w, &keys);
            w.post(forge.sign_with("targets", &keys), &["root", "targets"]);
        },
    ),
    row("a key whose point is compressed", |w| {
        let mut forge = w.forge();
        w.post(forge.give("targets", &[Key::p256("targets").compressed()]).sign("targets"), &["root", "targets"]);
    }),
    row("a key of an unknown type", |w| {
        let mut key = Key::p256("targets");
        "quantum".clone_into(&mut key.keytype);
        let mut forge = w.forge();
        w.post(forge.give("targets", &[key]).sign("targets"), &["root", "targets"]);
    }),
    row("targets of another type", |w| {
        first(w, |forge| forge.edit("targets", |targets| targets["_type"] = "targets".into()));
        first(w, |forge| forge.edit("targets/jeff", |targets| targets["_type"] = "Root".into()));
    }),
    row("targets of version 0", |w| {
        first(w, |forge| forge.set_version("targets", 0));
        first(w, |forge| forge.set_version("targets/jeff", 0));
    }),
    row("targets that have expired", |w| first(w, |forge| forge.set_expires("targets", "2020-02-01T00:00:00Z"))),
    row("a delegation that has expired", |w| first(w, |forge| forge.set_expires("targets/jeff", "2020-02-01T00:00:00Z"))),
    row("targets without an expiry", |w| {
        first(w, |forge| forge.edit("targets", |targets| drop(targets.as_object_mut().expect("targets").remove("expires"))));
    }),
    row("the same targets again", |w| {
        let forge = w.published();
        w.post(&forge, &["targets"]).see(&forge);
    }),
    row("older targets", |w| {
        let mut forge = w.published();
        w.post(forge.set_version("targets", 9), &["targets"]).post(forge.set_version("targets", 8), &["targets"]);
    }),
    row("targets that leave versions out", |w| {
        let mut forge = w.published();
        w.post(forge.set_version("targets", 1_000_000), &["targets"]).see(&forge).get("1000000.targets.json");
    }),
    row("one of two files is old", |w| {
        let mut forge = w.published();
        w.post(forge.bump("targets"), &["targets", "targets/jeff"]).see(&forge);
    }),
    row("targets with null lists", |w| {
        let mut forge = w.published();
        forge.edit("targets", |targets| targets["delegations"] = json!({"keys": {}, "roles": null}));
        w.post(forge.bump("targets"), &["targets"]).see(&forge);
        forge.edit("targets", |targets| targets["delegations"] = json!({"keys": null, "roles": []}));
        w.post(forge.bump("targets"), &["targets"]).see(&forge);
        forge.edit("targets", |targets| drop(targets.as_object_mut().expect("targets").remove("delegations")));
        w.post(forge.bump("targets"), &["targets"]).see(&forge);
        forge.edit("targets", |targets| targets["targets"] = json!(null));
        w.post(forge.bump("targets"), &["targets"]).see(&forge);
    }),
    row("targets of wrong members", |w| {
        let mut forge = w.published();
        for (name, value) in [
            ("targets", json!([])),
            ("targets", json!({"a": 3})),
            ("delegations", json!([])),
            ("delegations", json!({"roles": {}})),
        ] {
            let before = forge.signed["targets"][name].clone();
            forge.edit("targets", |targets| targets[name] = value);
            w.post(forge.bump("targets"), &["targets"]);
            forge.edit("targets", |targets| targets[name] = before);
        }
    }),
    row("a delegation by another key", |w| first(w, |forge| forge.sign_with("targets/jeff", &[Key::p256("ian")]))),
    row("a delegation that nobody made", |w| {
        let mut forge = w.published();
        forge.delegate("targets/ian", &[Key::p256("ian")], &[""]);
        w.post(&forge, &["targets/ian"]).post(&forge, &["targets", "targets/ian"]).see(&forge);
    }),
    row("a delegation before all else", |w| {
        let forge = w.forge();
        w.post(&forge, &["root", "targets/jeff"]).post(&forge, &["targets/jeff"]);
    }),
    row("a delegation of a delegation", |w| {
        let mut forge = w.published();
        forge.delegate("targets/jeff/ci", &[Key::p256("ci")], &["ci"]);
        w.post(&forge, &["targets/jeff/ci"]).post(&forge, &["targets/jeff/ci", "targets/jeff"]).see(&forge);
        w.post(forge.bump("targets/jeff/ci"), &["targets/jeff/ci"]).see(&forge);
        w.post(forge.set_version("targets/jeff", 9).undelegate("targets/jeff"), &["targets"]);
        w.post(forge.bump("targets/jeff/ci"), &["targets/jeff/ci"]);
    }),
    row("a delegation of a delegation that is not there", |w| {
        let mut forge = w.published();
        forge.delegate("targets/ian", &[Key::p256("ian")], &[""]).delegate("targets/ian/ci", &[Key::p256("ci")], &[""]);
        w.post(&forge, &["targets", "targets/ian/ci"]).post(&forge, &["targets/ian/ci"]);
        w.post(&forge, &["targets"]).post(&forge, &["targets/ian/ci"]);
    }),
    row("a delegation that is no child of its parent", |w| {
        let mut forge = w.published();
        for name in ["targets/a/b", "other", "targets", "targets/A", ""] {
            forge.edit("targets", |targets| {
                targets["delegations"]["roles"][0]["name"] = name.into();
            });
            w.post(forge.bump("targets"), &["targets"]);
        }
    }),
    row("a delegation of bad keys", |w| {
        let mut forge = w.published();
        for (member, value) in
            [("threshold", json!(0)), ("threshold", json!(-1)), ("keyids", json!(["abc"])), ("keyids", json!(null))]
        {
            let before = forge.signed["targets"]["delegations"]["roles"][0][member].clone();
            forge.edit("targets", |targets| targets["delegations"]["roles"][0][member] = value);
            w.post(forge.bump("targets"), &["targets"]);
            forge.edit("targets", |targets| targets["delegations"]["roles"][0][member] = before);
        }
    }),
    row("a delegation that stands twice", |w| {
        let mut forge = w.published();
        forge.edit("targets", |targets| {
            let first = targets["delegations"]["roles"][0].clone();
            targets["delegations"]["roles"].as_array_mut().expect("roles").push(first);
        });
        w.post(forge.bump("targets"), &["targets"]).see(&forge);
        w.post(forge.bump("targets/jeff"), &["targets/jeff"]).see(&forge);
    }),
    row("a delegation whose two signers have signed", |w| {
        let forge = two_signers(w);
        w.post(&forge, &["targets", "targets/both"]).see(&forge);
    }),
    row("a delegation of which one signer has signed", |w| {
        let mut forge = two_signers(w);
        w.post(forge.sign_with("targets/both", &[Key::ed25519("two")]), &["targets", "targets/both"]);
    }),
    row("a delegation to a certificate", |w| {
        let mut forge = w.published();
        let mut certificate = forge::certificate::Certificate::of("ian");
        "260102000000Z".clone_into(&mut certificate.not_after);
        forge.delegate("targets/ian", &[Key::p256("ian").in_certificate(&certificate)], &[""]);
        w.post(&forge, &["targets", "targets/ian"]).see(&forge);
        "270101000000Z".clone_into(&mut certificate.not_before);
        forge.delegate("targets/eve", &[Key::p256("eve").in_certificate(&certificate)], &[""]);
        w.post(&forge, &["targets", "targets/eve"]);
    }),
    row("names outside a delegation's paths", |w| {
        let mut forge = w.published();
        forge.delegate("targets/ci", &[Key::p256("ci")], &["ci-"]).add_target("targets/ci", "release", "x");
        w.post(&forge, &["targets", "targets/ci"]).see(&forge);
        forge.delegate("targets/none", &[Key::p256("ci")], &[]);
        w.post(forge.bump("targets/none"), &["targets", "targets/none"]).see(&forge);
    }),
    row("entries that no client could use", |w| {
        let mut forge = w.published();
        forge.edit("targets", |targets| {
            targets["targets"]["no-hash"] = json!({"length": 3, "hashes": {}});
            targets["targets"]["negative"] = json!({"length": -3, "hashes": {"md5": "AAAA"}});
            targets["targets"]["nothing"] = json!({});
        });
        w.post(forge.bump("targets"), &["targets"]);
    }),
];
