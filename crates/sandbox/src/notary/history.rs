//! Every file that was ever uploaded or made, by repository, role and version, on the shelf.

use std::{collections::BTreeSet, io, sync::Arc};

use hyper::body::Bytes;
use jiff::Timestamp;
use serde_json::json;

use super::change_feed::{self, Change};
use crate::shelf::{Name, Shelf, name};
use trust::model::digest::Sha256;

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

/// Why nothing was stored.
#[derive(Debug)]
pub(super) enum NotStored {
    /// A version is not above all that are there.
    OldVersion,
    /// The shelf.
    Failed(io::Error),
}

impl From<io::Error> for NotStored {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

/// The history of all repositories.
#[derive(Debug)]
pub(super) struct History {
    pub(super) shelf: Arc<Shelf>,
}

impl History {
    /// The newest file of a role.
    pub(super) fn current(&self, gun: &str, role: &str) -> Option<Stored> {
        let (_, record) = self.shelf.below(&name(["trust", "files", gun, role])).pop()?;
        read(&record)
    }

    /// The file with this SHA-256, whatever its role.
    pub(super) fn by_hash(&self, gun: &str, sha256: &str) -> Option<Stored> {
        let place: Name = serde_json::from_slice(&self.shelf.get(&name(["trust", "hashes", gun, sha256]))?).ok()?;
        read(&self.shelf.get(&place)?)
    }

    /// A role's file of this version.
    pub(super) fn by_version(&self, gun: &str, role: &str, version: u64) -> Option<Stored> {
        read(&self.shelf.get(&place_of(gun, role, version))?)
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
        let (files, hashes) = (name(["trust", "files", gun]), name(["trust", "hashes", gun]));
        let change = (!self.shelf.below(&files).is_empty()).then(|| Change::deletion(gun, now));
        self.shelf.change(&[files, hashes], change_feed::records(&self.shelf, change.as_slice()))?;
        Ok(())
    }

    fn newest_version(&self, gun: &str, role: &str) -> Option<u64> {
        let (place, _) = self.shelf.below(&name(["trust", "files", gun, role])).pop()?;
        place.last()?.parse().ok()
    }
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
        assert!(history.by_version("g", "targets", 1).is_none());
        assert_eq!(history.by_version("g", "root", 9).unwrap().bytes, "root 9");
        assert_eq!(history.by_hash("g", &Sha256::of(b"root 10").to_hex()).unwrap().at, now);
        history.delete("g", now).unwrap();
        assert!(history.by_version("g", "root", 9).is_none() && history.by_hash("g", &Sha256::of(b"root 10").to_hex()).is_none());
        history.store("g", &[update("root", 1)], now).unwrap();
    }
}
