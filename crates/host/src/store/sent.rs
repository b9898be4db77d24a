//! The record of what was sent: `{"format":1,"roles":{"targets":{"version":3,"sha256":"…","seen":true,"told":false}},
//! "decided":{"targets":{"v1":{"version":3,"before":"…","sent":null}}}}`.

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};

use super::{files, layout::Repository};
use client::ports::{Decided, Sent, SentFile, StoreError};
use trust::model::{digest::Sha256, role::RoleName, version::Version};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordFile {
    format: u32,
    roles: BTreeMap<String, FileEntry>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    decided: BTreeMap<String, BTreeMap<String, DecidedEntry>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileEntry {
    version: u64,
    sha256: String,
    seen: bool,
    told: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DecidedEntry {
    version: u64,
    before: Option<String>,
    sent: Option<String>,
}

const FORMAT: u32 = 1;

/// Reads a record; an empty one where there is no file. One that cannot be understood is an error: what it tells of would be lost in silence.
pub(super) fn read(path: &Path) -> Result<Sent, StoreError> {
    let Some(bytes) = files::read(path)? else { return Ok(Sent::default()) };
    let reason = || "it is not a record of what was sent to the server".to_owned();
    parse(&bytes).ok_or_else(|| StoreError::Corrupt { path: path.to_owned(), reason: reason() })
}

/// Replaces the record. Under the exclusive lock. An empty one has no file.
pub(super) fn write(repo: &Repository, sent: &Sent) -> Result<(), StoreError> {
    let path = repo.sent();
    if *sent == Sent::default() {
        return files::remove(&path);
    }
    let bytes = encode(sent);
    if files::read(&path)?.as_deref() == Some(&bytes[..]) {
        return Ok(());
    }
    let new = path.with_extension("new");
    files::remove(&new)?;
    files::write_new(&new, &bytes)?;
    files::rename(&new, &path)
}

fn encode(sent: &Sent) -> Vec<u8> {
    let hex = |hash: Option<Sha256>| hash.map(Sha256::to_hex);
    let file =
        |file: &SentFile| FileEntry { version: file.version.get(), sha256: file.sha256.to_hex(), seen: file.seen, told: file.told };
    let decided =
        |decided: &Decided| DecidedEntry { version: decided.version.get(), before: hex(decided.before), sent: hex(decided.sent) };
    let names = |names: &BTreeMap<String, Decided>| names.iter().map(|(name, entry)| (name.clone(), decided(entry))).collect();
    let record = RecordFile {
        format: FORMAT,
        roles: sent.files.iter().map(|(role, sent)| (role.to_string(), file(sent))).collect(),
        decided: sent.decided.iter().map(|(role, entries)| (role.to_string(), names(entries))).collect(),
    };
    // a map of texts and numbers always has a JSON form
    serde_json::to_vec(&record).unwrap_or_default()
}

fn parse(bytes: &[u8]) -> Option<Sent> {
    let record: RecordFile = serde_json::from_slice(bytes).ok().filter(|record: &RecordFile| record.format == FORMAT)?;
    let hash = |hex: Option<String>| hex.map_or(Some(None), |hex| Sha256::from_hex(&hex).map(Some));
    let decided = |entry: DecidedEntry| {
        Some(Decided { version: Version::new(entry.version)?, before: hash(entry.before)?, sent: hash(entry.sent)? })
    };
    let sent = |file: FileEntry| {
        Some(SentFile {
            version: Version::new(file.version)?,
            sha256: Sha256::from_hex(&file.sha256)?,
            seen: file.seen,
            told: file.told,
        })
    };
    let names = |names: BTreeMap<String, DecidedEntry>| -> Option<BTreeMap<_, _>> {
        names.into_iter().map(|(name, entry)| Some((name, decided(entry)?))).collect()
    };
    let files = record.roles.into_iter().map(|(role, file)| Some((RoleName::parse(&role).ok()?, sent(file)?)));
    let decided = record.decided.into_iter().map(|(role, entries)| Some((RoleName::parse(&role).ok()?, names(entries)?)));
    Some(Sent { files: files.collect::<Option<_>>()?, decided: decided.collect::<Option<_>>()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{
        TrustFolder,
        arbitrary::{role, sha256, version},
    };
    use client::ports::{TrustSet, TrustStore as _};
    use proptest::{collection::btree_map, option::of, prelude::any};
    use trust::{model::gun::Gun, verify::floor::Floor};

    #[test]
    fn a_record_outlives_a_commit_and_goes_with_the_repository() {
        let home = tempfile::tempdir().unwrap();
        let (store, gun) = (TrustFolder::new(home.path().to_owned()), Gun::parse("example.com/x").unwrap());
        let file = SentFile { version: Version::FIRST, sha256: Sha256::of(b"file"), seen: false, told: false };
        let sent = Sent { files: [(RoleName::targets(), file)].into(), decided: BTreeMap::new() };
        store.keep_sent(&gun, &[], &sent).unwrap();
        store.commit(&gun, &TrustSet { files: BTreeMap::new(), floor: Floor::default() }).unwrap();
        assert_eq!(store.load(&gun).unwrap().sent, sent);
        store.keep_sent(&gun, &[], &sent.clone().told()).unwrap();
        assert_eq!(store.sent(&gun).unwrap(), sent.clone().told());
        store.forget(&gun).unwrap();
        assert_eq!(store.sent(&gun).unwrap(), Sent::default());
        store.keep_sent(&gun, &[], &sent).unwrap();
        store.replace_sent(&gun, &Sent::default(), &sent.clone().told()).unwrap();
        assert_eq!(store.sent(&gun).unwrap(), sent, "another process has written it since");
        store.replace_sent(&gun, &sent, &Sent::default()).unwrap();
        assert_eq!(store.sent(&gun).unwrap(), Sent::default());
    }

    proptest::proptest! {
        #[test]
        fn any_record_reads_as_it_was_written(
            files in btree_map(role(), (version(), sha256(), any::<bool>(), any::<bool>()), 0..4),
            decided in btree_map(role(), btree_map(any::<String>(), (version(), of(sha256()), of(sha256())), 1..4), 0..4),
        ) {
            let file = |(version, sha256, seen, told)| SentFile { version, sha256, seen, told };
            let one = |(version, before, sent)| Decided { version, before, sent };
            let sent = Sent {
                files: files.into_iter().map(|(role, it)| (role, file(it))).collect(),
                decided: decided.into_iter().map(|(role, names)| (role, names.into_iter().map(|(name, it)| (name, one(it))).collect())).collect(),
            };
            proptest::prop_assert_eq!(parse(&encode(&sent)), Some(sent));
        }
    }

    #[test]
    fn a_record_reads_as_it_was_written() {
        let decided = Decided { version: Version::FIRST, before: Some(Sha256::of(b"a")), sent: None };
        let file = SentFile { version: Version::FIRST, sha256: Sha256::of(b"file"), seen: true, told: true };
        let sent = Sent {
            files: BTreeMap::from([(RoleName::targets(), file)]),
            decided: BTreeMap::from([(RoleName::releases(), BTreeMap::from([("v\"1".to_owned(), decided)]))]),
        };
        assert_eq!(parse(&encode(&sent)).unwrap(), sent);
        for text in ["", "{}", "null", r#"{"format":2,"roles":{}}"#, r#"{"format":1,"roles":{"x":{}}}"#] {
            assert!(parse(text.as_bytes()).is_none(), "{text}");
        }
    }
}
