//! Forges Notary-v1 repositories from raw bytes, valid and hostile, without a line of the crate `trust`: a bug must not hide in both.
//!
//! A forge holds each role's payload as JSON and its file as bytes. `edit` changes a payload and signs it; `raw` changes the bytes after that; `snap` and
//! `stamp` make the parents fit, which an attacker can do who holds their keys. What is not called does not happen, so every lie is possible.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail loudly"
)]

pub mod certificate;
mod der;
pub mod json;
pub mod key;

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha512};

use self::{
    json::{canonical, envelope},
    key::Key,
};

/// When every file expires unless a test says otherwise.
pub const EXPIRES: &str = "2045-01-01T00:00:00Z";

/// A moment at which everything is valid.
pub const NOW: &str = "2026-11-21T12:00:00Z";

/// A repository.
#[derive(Clone)]
pub struct Forge {
    /// Its name.
    pub gun: String,
    /// The keys that sign a role.
    pub keys: BTreeMap<String, Vec<Key>>,
    /// The payload of a role.
    pub signed: BTreeMap<String, Value>,
    /// The file of a role, as it is served.
    pub bytes: BTreeMap<String, Vec<u8>>,
    /// The file of each version of the root.
    pub roots: BTreeMap<u64, Vec<u8>>,
}

impl Forge {
    /// A valid repository: a root of version 1 with a certificate, targets with tag `0`, and the signer jeff, whose tag `1` is released.
    pub fn new(gun: &str) -> Self {
        let mut forge = Self {
            gun: gun.to_owned(),
            keys: BTreeMap::new(),
            signed: BTreeMap::new(),
            bytes: BTreeMap::new(),
            roots: BTreeMap::new(),
        };
        forge.keys.insert("root".to_owned(), vec![Key::p256("root").certified(gun)]);
        for role in ["targets", "snapshot", "timestamp"] {
            forge.keys.insert(role.to_owned(), vec![Key::p256(role)]);
        }
        forge.signed.insert("root".to_owned(), forge.root_payload());
        forge.signed.insert("targets".to_owned(), empty_targets());
        forge.signed.insert("snapshot".to_owned(), json!({"_type": "Snapshot", "expires": EXPIRES, "meta": {}, "version": 0}));
        forge.signed.insert("timestamp".to_owned(), json!({"_type": "Timestamp", "expires": EXPIRES, "meta": {}, "version": 0}));
        forge.sign("root");
        forge.delegate("targets/jeff", &[Key::p256("jeff")], &[""]);
        forge.delegate("targets/releases", &[Key::p256("jeff")], &[""]);
        forge.add_target("targets", "0", "zero");
        forge.add_target("targets/jeff", "1", "one");
        forge.add_target("targets/releases", "1", "one");
        forge.publish();
        forge
    }

    /// The same root again, in which `role` has these keys: for a repository that is not published yet.
    pub fn give(&mut self, role: &str, keys: &[Key]) -> &mut Self {
        self.keys.insert(role.to_owned(), keys.to_vec());
        let version = self.version("root");
        let mut payload = self.root_payload();
        payload["version"] = version.into();
        self.signed.insert("root".to_owned(), payload);
        self.sign("root")
    }

    /// Changes a role's payload and signs it with the role's keys. Nothing else follows: neither its version nor its parents.
    pub fn edit(&mut self, role: &str, change: impl FnOnce(&mut Value)) -> &mut Self {
        change(self.signed.get_mut(role).unwrap());
        self.sign(role)
    }

    /// The next version of a role.
    pub fn bump(&mut self, role: &str) -> &mut Self {
        let next = self.version(role) + 1;
        self.set_version(role, next)
    }

    /// The version of a role's payload.
    pub fn version(&self, role: &str) -> u64 {
        self.signed[role]["version"].as_u64().unwrap()
    }

    /// Gives a role this version, and signs.
    pub fn set_version(&mut self, role: &str, version: u64) -> &mut Self {
        self.edit(role, |signed| signed["version"] = version.into())
    }

    /// Gives a role this end, and signs.
    pub fn set_expires(&mut self, role: &str, expires: &str) -> &mut Self {
        self.edit(role, |signed| signed["expires"] = expires.into())
    }

    /// Signs a role's payload with the role's keys.
    pub fn sign(&mut self, role: &str) -> &mut Self {
        let keys = self.keys[role].clone();
        self.sign_with(role, &keys)
    }

    /// Signs a role's payload with these keys.
    pub fn sign_with(&mut self, role: &str, keys: &[Key]) -> &mut Self {
        let payload = canonical(&self.signed[role]);
        let signatures: Vec<Value> = keys.iter().map(|key| key.signature(&payload)).collect();
        self.set_signatures(role, &signatures)
    }

    /// Puts these signatures over a role's payload.
    pub fn set_signatures(&mut self, role: &str, signatures: &[Value]) -> &mut Self {
        let bytes = envelope(&canonical(&self.signed[role]), signatures);
        self.set_bytes(role, bytes)
    }

    /// Changes the bytes of a role's file as they are.
    pub fn raw(&mut self, role: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> &mut Self {
        let bytes = change(self.bytes[role].clone());
        self.set_bytes(role, bytes)
    }

    /// Replaces a text in a role's file, which must have it.
    pub fn replace(&mut self, role: &str, from: &str, to: &str) -> &mut Self {
        self.raw(role, |bytes| {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(from), "{from} is not in {text}");
            text.replacen(from, to, 1).into_bytes()
        })
    }

    /// Serves these bytes as a role's file.
    pub fn set_bytes(&mut self, role: &str, bytes: Vec<u8>) -> &mut Self {
        if role == "root" {
            self.roots.insert(self.signed["root"]["version"].as_u64().unwrap_or_default(), bytes.clone());
        }
        self.bytes.insert(role.to_owned(), bytes);
        self
    }

    /// The next snapshot and the next timestamp, over all files as they are.
    pub fn publish(&mut self) -> &mut Self {
        self.snap().stamp()
    }

    /// The next snapshot, over all files as they are.
    pub fn snap(&mut self) -> &mut Self {
        let listed = self.bytes.iter().filter(|(role, _)| !matches!(role.as_str(), "snapshot" | "timestamp"));
        let meta: serde_json::Map<String, Value> = listed.map(|(role, bytes)| (role.clone(), meta_of(bytes))).collect();
        self.signed.get_mut("snapshot").unwrap()["meta"] = meta.into();
        self.bump("snapshot")
    }

    /// The next timestamp, over the snapshot as it is.
    pub fn stamp(&mut self) -> &mut Self {
        let meta = json!({"snapshot": meta_of(&self.bytes["snapshot"])});
        self.signed.get_mut("timestamp").unwrap()["meta"] = meta;
        self.bump("timestamp")
    }

    /// Adds a tag to a role, or changes it; `content` is what its digest is of. The role gets its next version.
    pub fn add_target(&mut self, role: &str, name: &str, content: &str) -> &mut Self {
        let entry = target_of(content);
        self.signed.get_mut(role).unwrap()["targets"][name] = entry;
        self.bump(role)
    }

    /// Makes a delegation with these keys, of which one must sign. Both it and its parent get their next version.
    pub fn delegate(&mut self, role: &str, keys: &[Key], paths: &[&str]) -> &mut Self {
        let ids: Vec<String> = keys.iter().map(Key::id).collect();
        self.delegate_as(role, keys, &json!({"keyids": ids, "name": role, "paths": paths, "threshold": 1}))
    }

    /// Makes a delegation whose entry is this.
    pub fn delegate_as(&mut self, role: &str, keys: &[Key], entry: &Value) -> &mut Self {
        let parent = role.rsplit_once('/').unwrap().0.to_owned();
        let delegations = &mut self.signed.get_mut(&parent).unwrap()["delegations"];
        for key in keys {
            delegations["keys"][key.id()] = key.json();
        }
        delegations["roles"].as_array_mut().unwrap().push(entry.clone());
        self.bump(&parent);
        self.keys.insert(role.to_owned(), keys.to_vec());
        self.signed.insert(role.to_owned(), empty_targets());
        self.bump(role)
    }

    /// Removes a delegation from its parent, and its file.
    pub fn undelegate(&mut self, role: &str) -> &mut Self {
        let parent = role.rsplit_once('/').unwrap().0.to_owned();
        let roles = self.signed.get_mut(&parent).unwrap()["delegations"]["roles"].as_array_mut().unwrap();
        roles.retain(|entry| entry["name"] != role);
        self.bytes.remove(role);
        self.signed.remove(role);
        self.bump(&parent)
    }

    /// The next root, in which `role` has these keys; signed by the root keys before and after. The role gets its next version.
    pub fn rotate(&mut self, role: &str, keys: &[Key]) -> &mut Self {
        let before = self.keys["root"].clone();
        self.keys.insert(role.to_owned(), keys.to_vec());
        let after = self.keys["root"].clone();
        let version = self.version("root") + 1;
        let mut payload = self.root_payload();
        payload["version"] = version.into();
        for key in &before {
            payload["keys"][key.id()] = key.json();
        }
        self.signed.insert("root".to_owned(), payload);
        let mut signers = before;
        for key in after {
            if signers.iter().all(|other| other.id() != key.id()) {
                signers.push(key);
            }
        }
        self.sign_with("root", &signers);
        if role == "root" { self } else { self.bump(role) }
    }

    /// A server that has nothing of a repository yet, and keys of its own for snapshot and timestamp.
    pub fn of_nothing(gun: &str) -> Self {
        let mut forge = Self::new(gun);
        forge.bytes.clear();
        forge.roots.clear();
        for role in ["snapshot", "timestamp"] {
            forge.signed.get_mut(role).unwrap()["version"] = 0.into();
        }
        forge
    }

    /// Takes an upload as a server does: keeps the files, and makes the next snapshot and the next timestamp over them.
    pub fn take_upload(&mut self, upload: &[(String, Vec<u8>)]) -> &mut Self {
        for (role, bytes) in upload {
            let file: Value = serde_json::from_slice(bytes).unwrap();
            self.signed.insert(role.clone(), file["signed"].clone());
            self.set_bytes(role, bytes.clone());
        }
        self.publish()
    }

    /// Every file by the names under which it is asked for.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files: BTreeMap<String, Vec<u8>> =
            self.roots.iter().map(|(version, bytes)| (format!("{version}.root.json"), bytes.clone())).collect();
        for (role, bytes) in &self.bytes {
            if let Some(version) = self.signed.get(role).and_then(|signed| signed["version"].as_u64()) {
                files.insert(format!("{version}.{role}.json"), bytes.clone());
            }
            if matches!(role.as_str(), "root" | "timestamp") {
                files.insert(format!("{role}.json"), bytes.clone());
            }
            files.insert(hashed_name(role, bytes), bytes.clone());
        }
        files
    }

    fn root_payload(&self) -> Value {
        let base = ["root", "targets", "snapshot", "timestamp"];
        let ids = |role| self.keys[role].iter().map(Key::id).collect::<Vec<_>>();
        let roles: serde_json::Map<_, _> =
            base.into_iter().map(|role| (role.to_owned(), json!({"keyids": ids(role), "threshold": 1}))).collect();
        let keys: serde_json::Map<_, _> =
            base.into_iter().flat_map(|role| &self.keys[role]).map(|key| (key.id(), key.json())).collect();
        json!({"_type": "Root", "consistent_snapshot": false, "expires": EXPIRES, "keys": keys, "roles": roles, "version": 1})
    }
}

/// `<role>.<sha256>.json`
pub fn hashed_name(role: &str, bytes: &[u8]) -> String {
    format!("{role}.{}.json", base16ct::lower::encode_string(&Sha256::digest(bytes)))
}

/// The length and the hashes of a file.
pub fn meta_of(bytes: &[u8]) -> Value {
    let (sha256, sha512) = (Base64::encode_string(&Sha256::digest(bytes)), Base64::encode_string(&Sha512::digest(bytes)));
    json!({"hashes": {"sha256": sha256, "sha512": sha512}, "length": bytes.len()})
}

/// A target whose digest is of `content`.
pub fn target_of(content: &str) -> Value {
    json!({"hashes": {"sha256": Base64::encode_string(&Sha256::digest(content))}, "length": content.len()})
}

fn empty_targets() -> Value {
    json!({"_type": "Targets", "delegations": {"keys": {}, "roles": []}, "expires": EXPIRES, "targets": {}, "version": 0})
}
