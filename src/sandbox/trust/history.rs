//! Every file that was ever uploaded or made, by repository, role and version, on the shelf.

use std::{collections::BTreeSet, io, sync::Arc};

use hyper::body::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    change_feed::{self, Change},
    go_json,
    metadata::GoListing,
};
use crate::{
    sandbox::shelf::{Name, Shelf, name},
    tuf::digest::Sha256,
};

/// A file that is to be stored.
#[derive(Clone, Debug)]
pub(super) struct Update {
    /// Whose it is.
    pub(super) role: String,
    /// Its version.
    pub(super) version: u64,
    /// The bytes, as they came.
    pub(super) bytes: Bytes,
}

/// A file with the moment at which it was stored.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    /// When.
    pub(super) at: Timestamp,
    /// The bytes.
    pub(super) bytes: Bytes,
}

/// Why there is no file.
#[derive(Debug)]
pub(super) enum Missing {
    /// It is not stored.
    NotFound,
    /// The snapshot does not list the role.
    NotListed(String),
    /// What leads to it cannot be read.
    Unreadable,
}

/// Why nothing was stored.
#[derive(Debug)]
pub(super) enum NotStored {
    /// A version is not above all that are there.
    OldVersion,
    /// The shelf.
    Failed,
}

impl From<io::Error> for NotStored {
    fn from(_: io::Error) -> Self {
        Self::Failed
    }
}

impl Missing {
    /// What the server sends as the error's detail.
    pub(super) fn detail(&self) -> Option<Value> {
        Some(match self {
            Self::NotFound | Self::Unreadable => json!({}),
            Self::NotListed(role) => json!({"Role": role}),
        })
    }
}

/// The history of all repositories.
#[derive(Debug)]
pub(super) struct History {
    pub(super) shelf: Arc<Shelf>,
}

impl History {
    /// The newest file of a role. Only the newest timestamp is looked up by its version: from it the way leads by hash over the snapshot, so that what
    /// is served always fits together (Notary `storage.TUFMetaStorage`).
    pub(super) fn current(&self, gun: &str, role: &str) -> Result<Stored, Missing> {
        let timestamp = self.newest(gun, "timestamp").ok_or(Missing::NotFound)?;
        if role == "timestamp" {
            return Ok(timestamp);
        }
        let snapshot = self.by_hash(gun, &listed(&timestamp, "snapshot")?)?;
        if role == "snapshot" {
            return Ok(snapshot);
        }
        self.by_hash(gun, &listed(&snapshot, role)?)
    }

    /// The file with this SHA-256, whatever its role.
    pub(super) fn by_hash(&self, gun: &str, sha256: &str) -> Result<Stored, Missing> {
        let place = self.shelf.get(&name(["trust", "hashes", gun, sha256])).ok_or(Missing::NotFound)?;
        let place: Vec<String> = serde_json::from_slice(&place).map_err(|_| Missing::Unreadable)?;
        self.shelf.get(&place).and_then(|record| read(&record)).ok_or(Missing::NotFound)
    }

    /// A role's file of this version.
    pub(super) fn by_version(&self, gun: &str, role: &str, version: u64) -> Result<Stored, Missing> {
        self.shelf.get(&place_of(gun, role, version)).and_then(|record| read(&record)).ok_or(Missing::NotFound)
    }

    /// Stores files together, or none of them.
    pub(super) fn store(&self, gun: &str, updates: &[Update], now: Timestamp) -> Result<(), NotStored> {
        let mut seen = BTreeSet::new();
        for Update { role, version, .. } in updates {
            if !seen.insert((role, version)) || self.newest_version(gun, role).is_some_and(|newest| newest >= *version) {
                return Err(NotStored::OldVersion);
            }
        }
        let mut records = Vec::new();
        let mut changes = Vec::new();
        for Update { role, version, bytes } in updates {
            let (place, sha256) = (place_of(gun, role, *version), Sha256::of(bytes).to_hex());
            if role == "timestamp" {
                changes.push(Change::update(gun, *version, &sha256, now));
            }
            records.push((name(["trust", "hashes", gun, &sha256]), Bytes::from(json!(place).to_string())));
            records.push((place, write(now, bytes)));
        }
        records.extend(change_feed::records(&self.shelf, &changes));
        Ok(self.shelf.put(records)?)
    }

    /// Takes away all files of a repository; one that has none is no error, and no change.
    pub(super) fn delete(&self, gun: &str, now: Timestamp) -> Result<(), NotStored> {
        let removed = self.shelf.remove(&name(["trust", "files", gun]))?;
        self.shelf.remove(&name(["trust", "hashes", gun]))?;
        if removed > 0 {
            self.shelf.put(change_feed::records(&self.shelf, &[Change::deletion(gun, now)]))?;
        }
        Ok(())
    }

    fn newest(&self, gun: &str, role: &str) -> Option<Stored> {
        let (_, record) = self.shelf.below(&name(["trust", "files", gun, role])).pop()?;
        read(&record)
    }

    fn newest_version(&self, gun: &str, role: &str) -> Option<u64> {
        let (place, _) = self.shelf.below(&name(["trust", "files", gun, role])).pop()?;
        place.last()?.parse().ok()
    }
}

/// The SHA-256 of a role's file as another file lists it.
fn listed(listing: &Stored, role: &str) -> Result<String, Missing> {
    #[derive(serde::Deserialize)]
    struct File {
        signed: GoListing,
    }
    let file: File = go_json::whole(&listing.bytes).map_err(|_| Missing::Unreadable)?;
    file.signed.sha256(role).ok_or_else(|| Missing::NotListed(role.to_owned()))
}

/// Versions are as wide as the widest, so that their order is that of the names.
fn place_of(gun: &str, role: &str, version: u64) -> Name {
    name(["trust", "files", gun, role, &format!("{version:020}")])
}

/// A record is the time, a line's end, and the file.
fn write(now: Timestamp, bytes: &[u8]) -> Bytes {
    let mut record = format!("{now}\n").into_bytes();
    record.extend_from_slice(bytes);
    record.into()
}

fn read(record: &Bytes) -> Option<Stored> {
    let end = record.iter().position(|byte| *byte == b'\n')?;
    let at = std::str::from_utf8(record.get(..end)?).ok()?.parse().ok()?;
    Some(Stored { at, bytes: record.slice(end + 1..) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(role: &str, version: u64) -> Update {
        Update { role: role.to_owned(), version, bytes: Bytes::from(format!("{role} {version}")) }
    }

    #[test]
    fn files_are_stored_together_or_not_at_all() {
        let history = History { shelf: Arc::new(Shelf::in_memory()) };
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        history.store("g", &[update("root", 9), update("root", 10)], now).unwrap();
        for bad in [[update("targets", 1), update("root", 10)], [update("targets", 1), update("targets", 1)]] {
            assert!(matches!(history.store("g", &bad, now), Err(NotStored::OldVersion)));
        }
        assert!(history.by_version("g", "targets", 1).is_err());
        assert_eq!(history.by_version("g", "root", 9).unwrap().bytes, "root 9");
        assert_eq!(history.by_hash("g", &Sha256::of(b"root 10").to_hex()).unwrap().at, now);
        history.delete("g", now).unwrap();
        assert!(history.by_version("g", "root", 9).is_err() && history.by_hash("g", &Sha256::of(b"root 10").to_hex()).is_err());
        history.store("g", &[update("root", 1)], now).unwrap();
    }
}
