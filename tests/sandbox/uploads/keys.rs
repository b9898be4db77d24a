//! The server's keys, and how they change.

use super::world::{Row, World, row};
use forge::key::Key;

pub(super) const ROWS: &[Row] = &[
    row("keys of a repository that is not there", |w| {
        w.get("timestamp.key").get("snapshot.key").get("root.key").get("targets.key").get("targets/a.key");
        w.send("POST", "timestamp.key", &[], b"").send("POST", "snapshot.key", &[], b"").send("POST", "root.key", &[], b"");
        w.send("DELETE", "timestamp.key", &[], b"").send("PUT", "snapshot.key", &[], b"").send("HEAD", "timestamp.key", &[], b"");
    }),
    row("a key is the root's as soon as there is one", |w| {
        let forge = w.published();
        for role in ["timestamp", "snapshot"] {
            let same = w.server_key(role).public == forge.keys[role][0].public;
            let rotated = w.rotated_key(role).public == forge.keys[role][0].public;
            let still = w.server_key(role).public == forge.keys[role][0].public;
            w.note(format!("{role}: {same} {rotated} {still}"));
        }
    }),
    row("a key of the server after the client has taken it over", |w| {
        let forge = w.client_forge();
        w.post(&forge, &["root", "targets", "snapshot"]);
        let foreign = w.server_key("snapshot").public == forge.keys["snapshot"][0].public;
        w.note(format!("{foreign}"));
    }),
    row("rotation of the timestamp key", |w| rotation(w, "timestamp")),
    row("rotation of the snapshot key", |w| rotation(w, "snapshot")),
    row("rotation to a timestamp key that the server has not", |w| {
        let mut forge = w.published();
        w.post(forge.rotate("timestamp", &[Key::p256("foreign")]), &["root"]).see(&forge);
    }),
    row("a first root with a timestamp key that the server has not", |w| {
        let mut forge = w.forge();
        w.post(forge.give("timestamp", &[Key::p256("foreign")]), &["root", "targets"]);
    }),
    row("the snapshot key goes to the client and back", |w| {
        let mut forge = w.published();
        let before = forge.keys["snapshot"].clone();
        forge.rotate("snapshot", &[Key::p256("client")]);
        w.post(&forge, &["root"]);
        forge.set_version("snapshot", 1).snap();
        w.post(&forge, &["root", "snapshot"]).see(&forge);
        forge.bump("targets").snap();
        w.post(&forge, &["targets"]).post(&forge, &["targets", "snapshot"]).see(&forge);
        forge.rotate("snapshot", &before);
        w.post(&forge, &["root"]).see(&forge);
    }),
    row("two snapshot keys of which the server has one", |w| {
        let mut forge = w.forge();
        let server = forge.keys["snapshot"][0].clone();
        w.post(forge.give("snapshot", &[Key::p256("client"), server]), &["root", "targets"]).see(&forge);
    }),
    row("two snapshot keys that must both sign", |w| {
        let mut forge = w.forge();
        let server = forge.keys["snapshot"][0].clone();
        forge
            .give("snapshot", &[Key::p256("client"), server])
            .edit("root", |root| root["roles"]["snapshot"]["threshold"] = 2.into());
        w.post(&forge, &["root", "targets"]);
        forge.edit("root", |root| root["roles"]["snapshot"]["threshold"] = 1.into());
        forge.edit("root", |root| root["roles"]["timestamp"]["threshold"] = 2.into());
        w.post(&forge, &["root", "targets"]);
    }),
    row("the key of another repository", |w| {
        let others = World::new(w.server, "another repository").server_key("timestamp");
        let mut forge = w.forge();
        w.post(forge.give("timestamp", &[others]), &["root", "targets"]).see(&forge);
    }),
];

fn rotation(w: &mut World<'_>, role: &str) {
    let mut forge = w.published();
    let new = w.rotated_key(role);
    w.post(forge.rotate(role, &[new]), &["root"]).see(&forge);
    let key = w.server_key(role).public == forge.keys[role][0].public;
    w.note(format!("the key is the new one: {key}"));
    w.post(forge.bump("targets"), &["targets"]).see(&forge);
}
