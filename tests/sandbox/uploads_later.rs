//! What the real servers cannot be asked for in a test: days that pass, a folder that is opened again, two uploads at once, and bytes of any kind.

use std::sync::Arc;

use base64ct::{Base64, Encoding as _};
use forge::{Forge, NOW, key::Key};
use hyper::{Request, Response, body::Bytes};
use jiff::{SignedDuration, Timestamp};
use sandbox::{notary::TrustEndpoint, shelf::Shelf};
use serde_json::Value;

const GUN: &str = "example.com/later";

/// An endpoint and the time at which it is asked.
struct World {
    endpoint: TrustEndpoint,
    now: Timestamp,
}

impl World {
    fn new(shelf: Shelf) -> Self {
        Self { endpoint: TrustEndpoint::new(Arc::new(shelf)), now: NOW.parse().unwrap() }
    }

    fn ask(&self, method: &str, path: &str, body: Vec<u8>) -> Response<Bytes> {
        let request = Request::builder().method(method).uri(format!("/v2/{GUN}/_trust/tuf/{path}"));
        let request = request.header("Content-Type", "multipart/form-data; boundary=b").body(Bytes::from(body)).unwrap();
        self.endpoint.answer(&request, self.now)
    }

    fn signed(&self, path: &str) -> Value {
        serde_json::from_slice::<Value>(self.ask("GET", path, Vec::new()).body()).unwrap()["signed"].clone()
    }

    fn post(&self, forge: &Forge, roles: &[&str]) -> u16 {
        self.ask("POST", "", form(forge, roles)).status().as_u16()
    }

    fn forge(&self, snapshot_of_server: bool) -> Forge {
        let key = |role: &str| {
            let answer = self.ask("GET", &format!("{role}.key"), Vec::new());
            let json: Value = serde_json::from_slice(answer.body()).unwrap();
            let public = json["keyval"]["public"].as_str().unwrap().to_owned();
            Key::p256("of the server").with_public(Base64::decode_vec(&public).unwrap())
        };
        let mut forge = Forge::new(GUN);
        forge.give("timestamp", &[key("timestamp")]);
        if snapshot_of_server {
            forge.give("snapshot", &[key("snapshot")]);
        }
        forge.snap();
        forge
    }

    fn pass(&mut self, days: i64) {
        self.now = self.now.checked_add(SignedDuration::from_hours(24 * days)).unwrap();
    }
}

fn form(forge: &Forge, roles: &[&str]) -> Vec<u8> {
    let mut body = Vec::new();
    for role in roles {
        body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{role}\"\r\n\r\n").into_bytes());
        body.extend_from_slice(&forge.bytes[*role]);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--b--\r\n");
    body
}

#[test]
fn a_timestamp_that_has_expired_is_made_anew() {
    let mut world = World::new(Shelf::in_memory());
    assert_eq!(world.post(&world.forge(true), &["root", "targets"]), 200);
    let first = world.signed("timestamp.json");
    world.pass(13);
    assert_eq!(world.signed("timestamp.json"), first);
    world.pass(2);
    let second = world.signed("timestamp.json");
    assert_eq!((&second["version"], &second["meta"]), (&Value::from(2), &first["meta"]));
    assert_eq!(world.signed("timestamp.json"), second);
    assert_eq!(world.signed("1.timestamp.json"), first);
    assert_eq!(world.signed("snapshot.json")["version"], 1);
}

#[test]
fn a_snapshot_that_has_expired_is_made_anew_with_its_timestamp() {
    let mut world = World::new(Shelf::in_memory());
    let forge = world.forge(true);
    assert_eq!(world.post(&forge, &["root", "targets", "targets/jeff"]), 200);
    let first = world.signed("snapshot.json");
    world.pass(1096);
    let second = world.signed("snapshot.json");
    assert_eq!((&second["version"], &second["meta"]), (&Value::from(2), &first["meta"]));
    assert_eq!(world.signed("timestamp.json")["version"], 2);
    assert_eq!(world.signed("2.snapshot.json"), second);
}

#[test]
fn a_snapshot_of_the_client_s_that_has_expired_is_the_client_s_to_make() {
    let mut world = World::new(Shelf::in_memory());
    let mut forge = world.forge(false);
    forge.set_expires("snapshot", "2026-11-30T00:00:00Z");
    assert_eq!(world.post(&forge, &["root", "targets", "snapshot"]), 200);
    world.pass(20);
    assert_eq!(world.ask("GET", "timestamp.json", Vec::new()).status(), 500);
    assert_eq!(world.post(forge.set_expires("snapshot", forge::EXPIRES).snap(), &["snapshot"]), 200);
    assert_eq!(world.signed("timestamp.json")["version"], 2);
}

#[test]
fn a_folder_is_continued_where_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(Shelf::in_folder(folder.path()).unwrap());
    let mut forge = world.forge(true);
    assert_eq!(world.post(&forge, &["root", "targets", "targets/jeff"]), 200);
    let timestamp = world.ask("GET", "timestamp.json", Vec::new()).into_body();
    let mut world = World::new(Shelf::in_folder(folder.path()).unwrap());
    assert_eq!(world.ask("GET", "timestamp.json", Vec::new()).into_body(), timestamp);
    world.pass(30);
    assert_eq!(world.signed("timestamp.json")["version"], 2, "the server's keys are there too");
    assert_eq!(world.post(forge.bump("targets"), &["targets"]), 200);
    assert_eq!(world.signed("snapshot.json")["version"], 2);
}

#[test]
fn of_many_uploads_of_one_version_one_is_taken() {
    let world = World::new(Shelf::in_memory());
    let mut forge = world.forge(true);
    assert_eq!(world.post(&forge, &["root", "targets"]), 200);
    forge.bump("targets");
    let statuses = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| world.post(&forge, &["targets"]))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 400)), "{statuses:?}");
    assert_eq!(world.signed("timestamp.json")["version"], 2);
}

/// Bytes cut, flipped, doubled: whatever the verdict, there is one.
#[test]
fn no_bytes_bring_it_down() {
    let world = World::new(Shelf::in_memory());
    let forge = world.forge(true);
    let good = form(&forge, &["root", "targets", "targets/jeff"]);
    let mut seed = 0x9e37_79b9_u32;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed as usize % below
    };
    for _ in 0..400 {
        let mut bytes = good.clone();
        for _ in 0..=random(3) {
            let at = random(bytes.len());
            match random(4) {
                0 => bytes[at] ^= 1 << random(8),
                1 => bytes.truncate(at.max(1)),
                2 => drop(bytes.drain(at..(at + random(40)).min(bytes.len()))),
                _ => bytes.splice(at..at, good[..random(good.len())].iter().copied()).for_each(drop),
            }
            if bytes.is_empty() {
                bytes.push(b'-');
            }
        }
        let status = world.ask("POST", "", bytes).status().as_u16();
        assert!(matches!(status, 200 | 400), "{status}");
    }
}
