//! What the server signs itself: each timestamp, and the snapshot where the root gives it that key.

use std::collections::BTreeMap;

use hyper::body::Bytes;
use jiff::Timestamp as Moment;

use super::{
    go_json::{self, Fault},
    history::{History, NotStored, Stored, Update},
    metadata::{Common, GoFileMeta, GoListing, GoRoot},
    repository::{Age, Repository},
    server_keys::{ServerKeys, canonical_id},
};
use trust::{
    crypto::private_key::PrivateKey,
    edit::sign::{self, Signer},
    model::{
        digest::Sha256,
        expiry::Expires,
        hashes::FileMeta,
        key_id::TufKeyId,
        payload::{Header, Payload},
        role::RoleName,
        role_keys::RoleSpec,
        snapshot::Snapshot,
        timestamp::Timestamp,
        version::Version,
    },
};

/// Days that a snapshot of the server counts (Notary `notary.NotarySnapshotExpiry`).
const SNAPSHOT_DAYS: i64 = 1095;

/// Days that a timestamp counts.
const TIMESTAMP_DAYS: i64 = 14;

/// Why the server cannot sign.
#[derive(Debug)]
pub(super) enum NotSigned {
    /// The role has not as many keys as must sign.
    TooFewKeys,
    /// Anything else.
    Fault(Fault),
}

/// Why there is no timestamp to serve.
#[derive(Debug)]
pub(super) enum NotServed {
    /// It, its snapshot or its root is not stored.
    NotFound,
    /// A new one cannot be made.
    Fault(Fault),
    /// A new one cannot be stored.
    NotStored(NotStored),
}

/// The next snapshot and its version: what the previous one lists, with the files of the repository as Notary's server would write them. What is
/// no longer delegated stays listed, as it does there.
pub(super) fn snapshot(repository: &Repository<'_>, previous: Option<&[u8]>, keys: &ServerKeys) -> Result<(i64, Bytes), NotSigned> {
    let root = repository.root.as_ref().ok_or_else(|| fault("root must be loaded first"))?;
    let previous = previous.map(listing).transpose()?;
    match &previous {
        Some(previous) => previous.check_snapshot().map_err(NotSigned::Fault)?,
        None if !repository.targets.contains_key(&RoleName::targets()) => return Err(fault("targets must be loaded first")),
        None => {}
    }
    let mut meta = BTreeMap::new();
    for (role, file) in previous.iter().flat_map(|previous| previous.meta.iter().flatten()) {
        let entry = RoleName::parse(role).ok().zip(file.as_ref().and_then(file_meta));
        meta.extend(entry);
    }
    meta.insert(RoleName::root(), FileMeta::of(&root.rewritten().map_err(NotSigned::Fault)?));
    for (role, file) in &repository.targets {
        meta.insert(role.clone(), FileMeta::of(&file.rewritten().map_err(NotSigned::Fault)?));
    }
    let header = header(previous.map(|previous| previous.common), SNAPSHOT_DAYS, repository.now)?;
    let snapshot = Snapshot { header, meta, unusable: std::collections::BTreeSet::new() };
    sign(&snapshot, &RoleName::snapshot(), &root.payload, keys)
}

/// The next timestamp, over a snapshot as Notary's server would write it.
pub(super) fn timestamp(
    repository: &Repository<'_>,
    snapshot: &[u8],
    previous: Option<&[u8]>,
    keys: &ServerKeys,
) -> Result<(i64, Bytes), NotSigned> {
    let root = repository.root.as_ref().ok_or_else(|| fault("root must be loaded first"))?;
    let previous = previous.map(listing).transpose()?;
    let header = header(previous.map(|previous| previous.common), TIMESTAMP_DAYS, repository.now)?;
    sign(&Timestamp { header, snapshot: FileMeta::of(snapshot) }, &RoleName::timestamp(), &root.payload, keys)
}

/// The timestamp that is to be served at `now`: the stored one, or a new one where it or its snapshot has expired; what is new is stored (Notary
/// `timestamp.GetOrCreateTimestamp`).
pub(super) fn current_timestamp(gun: &str, history: &History, keys: &ServerKeys, now: Moment) -> Result<Stored, NotServed> {
    let stored = history.current(gun, "timestamp").ok_or(NotServed::NotFound)?;
    let timestamp = listing(&stored.bytes)?;
    let old_snapshot = snapshot_of(&timestamp, gun, history)?;
    let snapshot_expired = listing(&old_snapshot.bytes)?.common.is_expired(now);
    if !snapshot_expired && !timestamp.common.is_expired(now) {
        return Ok(stored);
    }
    let root = history.current(gun, "root").ok_or(NotServed::NotFound)?;
    let mut repository = Repository::new(gun, now);
    repository.load_root(&root.bytes, 1, Age::Current).map_err(NotServed::Fault)?;
    let mut updates = Vec::new();
    let mut bytes = old_snapshot.bytes;
    if snapshot_expired {
        let (version, made) = snapshot(&repository, Some(&bytes), keys)?;
        bytes = made.clone();
        updates.push(Update { role: "snapshot".to_owned(), version: u64::try_from(version).unwrap_or_default(), bytes: made });
    }
    let snapshot = Repository::load_snapshot(&mut repository, &bytes).map_err(NotServed::Fault)?;
    let rewritten = snapshot.rewritten().map_err(NotServed::Fault)?;
    let (version, made) = self::timestamp(&repository, &rewritten, Some(&stored.bytes), keys)?;
    updates.push(Update { role: "timestamp".to_owned(), version: u64::try_from(version).unwrap_or_default(), bytes: made.clone() });
    history.store(gun, &updates, now).map_err(NotServed::NotStored)?;
    Ok(Stored { at: now, bytes: made })
}

/// The snapshot that is to be served at `now`: the one that the timestamp lists.
pub(super) fn current_snapshot(gun: &str, history: &History, keys: &ServerKeys, now: Moment) -> Result<Stored, NotServed> {
    let timestamp = current_timestamp(gun, history, keys, now)?;
    snapshot_of(&listing(&timestamp.bytes)?, gun, history)
}

fn snapshot_of(timestamp: &GoListing, gun: &str, history: &History) -> Result<Stored, NotServed> {
    timestamp.sha256("snapshot").and_then(|sha256| history.by_hash(gun, &sha256)).ok_or(NotServed::NotFound)
}

impl From<NotSigned> for NotServed {
    fn from(error: NotSigned) -> Self {
        match error {
            NotSigned::TooFewKeys => Self::Fault(Fault::new("too few keys")),
            NotSigned::Fault(fault) => Self::Fault(fault),
        }
    }
}

fn sign<T: Payload>(payload: &T, role: &RoleName, root: &GoRoot, keys: &ServerKeys) -> Result<(i64, Bytes), NotSigned> {
    let spec = root.role(role.as_str()).cloned().unwrap_or_default();
    let threshold = u64::try_from(spec.threshold).ok().and_then(std::num::NonZeroU64::new);
    let threshold = threshold.ok_or_else(|| fault("valid signatures did not meet threshold"))?;
    let ids = spec.keyids.unwrap_or_default();
    let named = root.keys.clone().unwrap_or_default();
    let mut found: Vec<(TufKeyId, PrivateKey)> = Vec::new();
    let mut public = BTreeMap::new();
    for (id, key) in ids.iter().filter_map(|id| Some((id, named.get(id)?))) {
        let canonical = canonical_id(key).ok_or_else(|| fault("no certificates found in PEM data"))?;
        // all keys must be the server's, however few must sign: the words are notary-signer's
        let private = keys.private(&canonical).zip(TufKeyId::from_hex(id));
        let (private, id_in_root) =
            private.ok_or_else(|| fault(&format!("rpc error: code = NotFound desc = key {canonical} not found")))?;
        found.push((id_in_root, private));
        public.extend(key.key().map(|key| (id.clone(), key)));
    }
    if (found.len() as u64) < threshold.get() {
        return Err(NotSigned::TooFewKeys);
    }
    let signers: Vec<Signer<'_>> = found.iter().map(|(id, key)| Signer { id: *id, key }).collect();
    let signed = sign::sign_as_server(payload, role, &RoleSpec { keyids: ids, threshold }, &public, &signers)
        .map_err(|error| fault(&error.to_string()))?;
    let version = i64::try_from(signed.version().get()).unwrap_or(i64::MAX);
    Ok((version, Bytes::copy_from_slice(signed.bytes())))
}

fn header(previous: Option<Common>, days: i64, now: Moment) -> Result<Header, NotSigned> {
    let version = previous.map_or(Some(1), |previous| u64::try_from(previous.version).ok()?.checked_add(1));
    let version = version.and_then(Version::new).ok_or_else(|| fault("there is no version after the last one"))?;
    Ok(Header { version, expires: Expires::after_days(now, days) })
}

fn listing(bytes: &[u8]) -> Result<GoListing, NotSigned> {
    #[derive(serde::Deserialize)]
    struct File {
        signed: GoListing,
    }
    go_json::whole::<File>(bytes).map(|file| file.signed).map_err(NotSigned::Fault)
}

/// None for an entry that no reader could use.
fn file_meta(file: &GoFileMeta) -> Option<FileMeta> {
    let hashes = file.hashes.as_ref()?;
    let sha256 = Sha256::from_slice(hashes.get("sha256")?.as_slice())?;
    let others = hashes.iter().filter(|(algorithm, _)| *algorithm != "sha256");
    let others = others.map(|(algorithm, hash)| (algorithm.clone(), hash.as_slice().to_vec())).collect();
    Some(FileMeta { length: u64::try_from(file.length).ok()?, sha256, others })
}

fn fault(text: &str) -> NotSigned {
    NotSigned::Fault(Fault::new(text))
}
