//! Snapshots that the client makes, and those that the server makes.

use base64ct::{Base64, Encoding as _};
use serde_json::{Value, json};

use super::world::{Row, World, row};
use forge::{Forge, key::Key};

/// A first upload with a snapshot of the client's that was changed.
fn first(w: &mut World<'_>, change: impl FnOnce(&mut Forge) -> &mut Forge) {
    let mut forge = w.client_forge();
    change(&mut forge);
    w.post(&forge, &["root", "targets", "snapshot"]);
}

fn listed(w: &mut World<'_>, change: impl FnOnce(&mut Value)) {
    first(w, |forge| forge.edit("snapshot", |snapshot| change(&mut snapshot["meta"])));
}

fn hash(bytes: usize) -> Value {
    json!(Base64::encode_string(&vec![7; bytes]))
}

pub(super) const ROWS: &[Row] = &[
    row("first publish with a snapshot", |w| {
        let forge = w.client_forge();
        w.post(&forge, &["root", "targets", "snapshot", "targets/jeff", "targets/releases"]).see(&forge).get("snapshot.json");
    }),
    row("a snapshot where the server holds the key", |w| {
        let mut forge = w.forge();
        w.post(&forge, &["root", "targets", "snapshot"]);
        forge.sign_with("snapshot", &[Key::p256("snapshot")]);
        w.post(&forge, &["root", "targets", "snapshot"]);
    }),
    row("a snapshot is withheld", |w| {
        let mut forge = w.client_forge();
        w.post(&forge, &["root", "targets"]).post(&forge, &["root", "targets", "snapshot"]);
        w.post(forge.bump("targets"), &["targets"]).see(&forge);
    }),
    row("a snapshot by another key", |w| first(w, |forge| forge.sign_with("snapshot", &[Key::p256("other")]))),
    row("a snapshot by nobody", |w| first(w, |forge| forge.set_signatures("snapshot", &[]))),
    row("a snapshot of another type", |w| first(w, |forge| forge.edit("snapshot", |s| s["_type"] = "Targets".into()))),
    row("a snapshot of version 0", |w| first(w, |forge| forge.set_version("snapshot", 0))),
    row("a snapshot that has expired", |w| first(w, |forge| forge.set_expires("snapshot", "2020-01-12T00:00:00Z"))),
    row("a snapshot with another hash of the root", |w| listed(w, |meta| meta["root"]["hashes"] = json!({"sha256": hash(32)}))),
    row("a snapshot with another hash of targets", |w| listed(w, |meta| meta["targets"]["hashes"]["sha512"] = hash(64))),
    row("a snapshot with another length", |w| {
        let mut forge = w.client_forge();
        forge.edit("snapshot", |snapshot| snapshot["meta"]["targets"]["length"] = 1.into());
        w.post(&forge, &["root", "targets", "snapshot"]).see(&forge);
    }),
    row("a snapshot without the root", |w| listed(w, |meta| drop(meta.as_object_mut().expect("meta").remove("root")))),
    row("a snapshot without targets", |w| listed(w, |meta| drop(meta.as_object_mut().expect("meta").remove("targets")))),
    row("a snapshot without SHA-256", |w| {
        listed(w, |meta| drop(meta["root"]["hashes"].as_object_mut().expect("hashes").remove("sha256")));
    }),
    row("a snapshot with a short hash", |w| {
        listed(w, |meta| meta["root"]["hashes"]["sha256"] = hash(31));
        listed(w, |meta| meta["targets"]["hashes"]["sha512"] = hash(3));
    }),
    row("a snapshot without an uploaded delegation", |w| {
        let mut forge = w.client_forge();
        forge.edit("snapshot", |snapshot| drop(snapshot["meta"].as_object_mut().expect("meta").remove("targets/jeff")));
        w.post(&forge, &["root", "targets", "targets/jeff", "snapshot"]);
    }),
    row("a snapshot that lists what is not there", |w| {
        let forge = w.client_forge();
        w.post(&forge, &["root", "targets", "snapshot"]).see(&forge).get("targets/jeff.json");
    }),
    row("a snapshot alone", |w| {
        let mut forge = w.client_forge();
        w.post(&forge, &["root", "targets", "snapshot"]);
        w.post(&forge, &["snapshot"]).post(forge.snap(), &["snapshot"]).see(&forge);
    }),
    row("an older snapshot", |w| {
        let mut forge = w.client_forge();
        w.post(forge.set_version("snapshot", 9), &["root", "targets", "snapshot"]);
        w.post(forge.bump("targets").snap().set_version("snapshot", 8), &["targets", "snapshot"]).see(&forge);
    }),
    row("a snapshot as Go would not write it", |w| {
        let mut forge = w.client_forge();
        forge.raw("snapshot", |mut bytes| {
            bytes.push(b' ');
            bytes
        });
        w.post(&forge, &["root", "targets", "snapshot"]).see(&forge).get("root.json").get("timestamp.json").get("snapshot.json");
    }),
    row("delegations that vanish stay listed", |w| {
        let mut forge = w.published();
        w.post(forge.undelegate("targets/jeff"), &["targets"]).see(&forge).get("targets/jeff.json");
        forge.delegate("targets/jeff", &[Key::p256("jeff")], &[""]);
        w.post(&forge, &["targets", "targets/jeff"]);
        w.post(forge.set_version("targets/jeff", 7), &["targets", "targets/jeff"]).see(&forge);
    }),
    row("a snapshot of the client's that expires", |w| {
        let mut forge = w.client_forge();
        let soon = super::world::now() + jiff::SignedDuration::from_millis(1200);
        w.post(forge.set_expires("snapshot", &soon.to_string()), &["root", "targets", "snapshot"]).get("timestamp.json");
        std::thread::sleep(std::time::Duration::from_millis(1300));
        w.get("timestamp.json").get("snapshot.json").get("root.json");
        w.post(forge.set_expires("snapshot", forge::EXPIRES).snap(), &["snapshot"]).see(&forge);
    }),
    row("a snapshot of wrong members", |w| {
        listed(w, |meta| *meta = json!(null));
        listed(w, |meta| meta["root"] = json!(null));
    }),
];
