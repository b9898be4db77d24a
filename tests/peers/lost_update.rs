//! Two people publish at the same moment, each another role, on the real server with MariaDB: it can say yes to both and list one of the two files. Nobody
//! is told success of what is not there, and what was lost is published again.

use std::{
    collections::BTreeMap,
    io::Write as _,
    sync::{Barrier, Mutex},
    thread,
    time::{Duration, Instant},
};

use dct::{
    crypto::{pem::PemBlock, private_key::PrivateKey, secret::Passphrase},
    ops::{
        error::OpsError,
        ports::{Bytes, ChangeFile, Changelist, KeyInfo, KeyStore, KeyStoreError, NotaryRemote, RemoteError, StoreError},
        publish_staged::publish_staged,
        refresh::for_reading,
        session::{Session, Unreleased},
        signer, stage,
    },
    tuf::{
        change::Change, digest::Sha256, gun::Gun, hashes::FileMeta, key::Key, key_id::CanonicalKeyId, pinning::TrustPinning,
        role::RoleName, targets::Target,
    },
};
use jiff::Timestamp;

use crate::{
    lone_server::LoneServer,
    raw::memory::{Heard, MemoryRegistry, MemoryStore, Nobody},
};

/// At most so many pairs of updates, and for so long.
const PAIRS: u32 = 3000;
const TIME: Duration = Duration::from_secs(60);

/// Private keys in memory, under one passphrase: to open one costs next to nothing.
#[derive(Default)]
struct Opened(Mutex<BTreeMap<CanonicalKeyId, (KeyInfo, PemBlock)>>);

fn easy() -> Passphrase {
    Passphrase::new("easy".to_owned())
}

impl KeyStore for Opened {
    fn list(&self) -> Result<Vec<KeyInfo>, KeyStoreError> {
        Ok(self.0.lock().unwrap().values().map(|(info, _)| info.clone()).collect())
    }

    fn find(&self, id: CanonicalKeyId) -> Result<Option<KeyInfo>, KeyStoreError> {
        Ok(self.0.lock().unwrap().get(&id).map(|(info, _)| info.clone()))
    }

    fn unlock(&self, id: CanonicalKeyId, _: &Passphrase) -> Result<PrivateKey, KeyStoreError> {
        let keys = self.0.lock().unwrap();
        let (_, block) = keys.get(&id).ok_or(KeyStoreError::NoSuchKey(id))?;
        Ok(PrivateKey::from_pem_block(block, Some(&easy())).unwrap())
    }

    fn add(&self, key: &PrivateKey, role: &str, gun: Option<&Gun>, _: &Passphrase) -> Result<KeyInfo, KeyStoreError> {
        let id = Key::of(key).canonical_id().unwrap();
        let info =
            KeyInfo { id, role: role.to_owned(), gun: gun.map(ToString::to_string), encrypted: false, path: "memory".into() };
        self.0.lock().unwrap().insert(id, (info.clone(), PemBlock::encrypt(key, &easy(), 1).unwrap()));
        Ok(info)
    }

    fn add_sealed(&self, id: CanonicalKeyId, _: &PemBlock, _: &str, _: Option<&Gun>) -> Result<KeyInfo, KeyStoreError> {
        Err(KeyStoreError::NoSuchKey(id))
    }

    fn stored(&self, id: CanonicalKeyId) -> Result<PemBlock, KeyStoreError> {
        Err(KeyStoreError::NoSuchKey(id))
    }

    fn files(&self, _: CanonicalKeyId) -> Result<Vec<std::path::PathBuf>, KeyStoreError> {
        Ok(Vec::new())
    }

    fn remove(&self, id: CanonicalKeyId) -> Result<(), KeyStoreError> {
        Err(KeyStoreError::NoSuchKey(id))
    }

    fn replace(&self, info: &KeyInfo, _: &PrivateKey, _: &Passphrase) -> Result<KeyInfo, KeyStoreError> {
        Err(KeyStoreError::NoSuchKey(info.id))
    }
}

/// Somebody who gives each new key the same passphrase.
struct Easy;

impl dct::ops::ports::Decisions for Easy {
    fn passphrase(&self, _: &dct::ops::ports::PassphraseRequest) -> Result<Passphrase, dct::ops::ports::DecisionError> {
        Ok(easy())
    }
}

/// One staged change.
#[derive(Default)]
struct Staged(Mutex<Vec<ChangeFile>>);

impl Changelist for Staged {
    fn list(&self, _: &Gun) -> Result<Vec<ChangeFile>, StoreError> {
        Ok(self.0.lock().unwrap().clone())
    }

    fn add(&self, _: &Gun, _: Timestamp, changes: &[Vec<u8>]) -> Result<(), StoreError> {
        let file = |bytes: &Vec<u8>| ChangeFile { name: "change".to_owned(), content: Ok(Bytes::from(bytes.clone())) };
        self.0.lock().unwrap().extend(changes.iter().map(file));
        Ok(())
    }

    fn remove(&self, _: &Gun, _: &[ChangeFile]) -> Result<(), StoreError> {
        self.0.lock().unwrap().clear();
        Ok(())
    }
}

/// Someone who publishes in one role, or reads, with a trust folder of their own.
struct Person<'a> {
    remote: &'a dyn NotaryRemote,
    keys: &'a Opened,
    store: MemoryStore,
    /// What they were warned of.
    warnings: Vec<String>,
}

impl<'a> Person<'a> {
    fn new(remote: &'a dyn NotaryRemote, keys: &'a Opened) -> Self {
        Self { remote, keys, store: MemoryStore::default(), warnings: Vec::new() }
    }

    fn with<T>(&mut self, act: impl FnOnce(&Session<'_>) -> T) -> T {
        let (heard, pins) = (Heard::default(), TrustPinning::default());
        let session = Session {
            store: &self.store,
            remote: self.remote,
            registry: &MemoryRegistry::default(),
            accounts: &Nobody,
            keys: self.keys,
            events: &heard,
            decisions: &Easy,
            pins: &pins,
            unreleased: &Unreleased::default(),
            now: Timestamp::now(),
        };
        let result = act(&session);
        self.warnings.extend(heard.warnings());
        result
    }

    /// Signs a content of this number under one name.
    fn publish(&mut self, gun: &Gun, role: &RoleName, number: u32) -> Result<(), OpsError> {
        let target = Target { meta: FileMeta::of_image(1, content(role, number)), custom: None };
        let change = Change::AddTarget { role: role.clone(), name: "name".to_owned(), target };
        self.with(|session| {
            let staged = Staged::default();
            stage::stage(&staged, gun, session.now, &[change])?;
            publish_staged(session, &staged, gun)
        })
    }

    /// What each role signs under the name.
    fn read(&mut self, gun: &Gun) -> Result<BTreeMap<RoleName, Sha256>, OpsError> {
        self.with(|session| {
            let repo = for_reading(session, gun)?;
            let entries = repo.entries(Some("name"));
            Ok(entries.iter().map(|entry| (entry.role.clone(), entry.target.meta.sha256)).collect())
        })
    }
}

fn content(role: &RoleName, number: u32) -> Sha256 {
    Sha256::of(format!("{role} {number}").as_bytes())
}

#[test]
fn of_two_updates_at_the_same_moment_none_is_lost_and_none_is_said_to_be_there_that_is_not() {
    let Some(server) = LoneServer::start() else { return };
    let (keys, gun) = (Opened::default(), Gun::parse("example.com/prod/race").unwrap());
    let key = PrivateKey::generate_p256().unwrap();
    keys.add(&key, "alice", None, &easy()).unwrap();
    let mut owner = Person::new(&server, &keys);
    let alice = RoleName::signer("alice").unwrap();
    owner.with(|session| signer::add(session, &gun, &alice, &[Key::of(&key)])).unwrap();
    let roles = [RoleName::targets(), RoleName::releases()];
    roles.iter().for_each(|role| owner.publish(&gun, role, 0).unwrap());

    let mut people = [(); 2].map(|()| Person::new(&server, &keys));
    let mut reader = Person::new(&server, &keys);
    let (begun, mut pairs, mut refused) = (Instant::now(), 0, 0);
    let mut last = [0; 2];
    while pairs < PAIRS && begun.elapsed() < TIME {
        pairs += 1;
        let barrier = Barrier::new(2);
        let results: Vec<Result<(), OpsError>> = thread::scope(|scope| {
            let publishing = people.iter_mut().zip(&roles).map(|(person, role)| {
                let (barrier, gun) = (&barrier, &gun);
                scope.spawn(move || {
                    barrier.wait();
                    person.publish(gun, role, pairs)
                })
            });
            publishing.collect::<Vec<_>>().into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let there = reader.read(&gun);
        for ((role, result), last) in roles.iter().zip(results).zip(&mut last) {
            match (result, &there) {
                (Ok(()), Ok(there)) => {
                    assert_eq!(
                        there.get(role),
                        Some(&content(role, pairs)),
                        "pair {pairs}: success is said, and it is not there\n{}",
                        history(&server, &gun)
                    );
                    *last = pairs;
                }
                // an error that says so is no lie; what was there stays
                (Err(OpsError::Remote(RemoteError::Status { .. })), _) => refused += 1,
                (result, there) => panic!("pair {pairs}, {role}, last {last}: {result:?}, {there:?}"),
            }
        }
    }
    let lost = people.iter().flat_map(|person| &person.warnings).filter(|warning| warning.contains("did not keep it")).count();
    let report = format!("{pairs} pairs of updates at the same moment: {lost} lost and published again, {refused} refused\n");
    std::io::stderr().write_all(report.as_bytes()).unwrap();
    assert!(pairs > 50, "only {pairs} pairs in {TIME:?}");
}

fn history(server: &LoneServer, gun: &Gun) -> String {
    use dct::ops::ports::FileRef;
    use std::fmt::Write as _;
    let mut out = String::new();
    let get = |file: FileRef| server.fetch_all(gun, &[file]).pop().unwrap();
    let json = |bytes: &Bytes| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
    let newest = json(&get(FileRef::Timestamp).unwrap())["signed"]["version"].as_u64().unwrap();
    for version in newest.saturating_sub(5).max(1)..=newest + 2 {
        let Ok(timestamp) = get(FileRef::TimestampVersion(dct::tuf::version::Version::new(version).unwrap())) else {
            writeln!(out, "timestamp {version}: none").unwrap();
            continue;
        };
        let timestamp = json(&timestamp);
        let meta = &timestamp["signed"]["meta"]["snapshot"];
        use base64ct::Encoding as _;
        let hash = base64ct::Base64::decode_vec(meta["hashes"]["sha256"].as_str().unwrap()).unwrap();
        let sha256 = Sha256::from_hex(&base16ct::lower::encode_string(&hash)).unwrap();
        let snapshot = json(&get(FileRef::Hashed { role: RoleName::snapshot(), sha256, length: 0 }).unwrap());
        write!(out, "timestamp {version}: snapshot {}", snapshot["signed"]["version"]).unwrap();
        for role in ["targets", "targets/releases"] {
            let hash =
                base64ct::Base64::decode_vec(snapshot["signed"]["meta"][role]["hashes"]["sha256"].as_str().unwrap()).unwrap();
            let sha256 = Sha256::from_hex(&base16ct::lower::encode_string(&hash)).unwrap();
            let file = json(&get(FileRef::Hashed { role: RoleName::parse(role).unwrap(), sha256, length: 0 }).unwrap());
            write!(out, " {role} {}", file["signed"]["version"]).unwrap();
        }
        writeln!(out).unwrap();
    }
    out
}
