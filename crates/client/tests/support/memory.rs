//! The ports in memory: what a server serves and a disk keeps, and what was asked of them.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use client::ports::{
    Accounts, Asked, Bytes, Commit, ConnectFault, DecisionError, Decisions, FileRef, KeyFiles, KeyInfo, KeyStoreError, Keys,
    Manifest, NotaryRemote, PassphraseRequest, Registry, RegistryError, RemoteError, Repositories, Sent, Service, StoreError,
    Stored, TlsFault, TrustSet, TrustStore, WriterGuard,
};
use forge::Forge;
use trust::{
    crypto::{pem::PemBlock, private_key::PrivateKey, secret::Passphrase, signing_key::SigningKey},
    model::{digest::Sha256, gun::Gun, key_id::CanonicalKeyId, key_name::KeyName, role::RoleName, tag::Tag},
};

/// What the store of `dct` must do, without a disk.
#[derive(Default)]
pub struct MemoryStore {
    stored: Mutex<BTreeMap<Gun, Stored>>,
    /// No more can be kept than is stored.
    pub is_full: bool,
    /// What another process stores before the next commits, each once.
    overtaking: Mutex<Vec<Stored>>,
}

impl MemoryStore {
    /// What is stored of a repository.
    pub fn of(&self, gun: &Gun) -> Stored {
        lock(&self.stored).get(gun).cloned().unwrap_or_default()
    }

    /// Before the next commit another process stores this.
    pub fn overtake_commit(&self, stored: Stored) {
        lock(&self.overtaking).push(stored);
    }

    /// Changes what is stored, as a person or a peer might.
    pub fn change(&self, gun: &Gun, change: impl FnOnce(&mut Stored)) {
        change(lock(&self.stored).entry(gun.clone()).or_default());
    }
}

impl TrustStore for MemoryStore {
    fn repositories(&self) -> Repositories {
        Repositories { guns: lock(&self.stored).keys().cloned().collect(), passed_over: Vec::new() }
    }

    fn load(&self, gun: &Gun) -> Result<Stored, StoreError> {
        Ok(self.of(gun))
    }

    fn commit(&self, gun: &Gun, set: &TrustSet) -> Result<Commit, StoreError> {
        if self.is_full {
            return Err(full("floor.json"));
        }
        if let Some(later) = lock(&self.overtaking).pop() {
            self.change(gun, |stored| *stored = later);
            return Ok(Commit::Overtaken);
        }
        self.change(gun, |stored| {
            stored.published.retain(|_, kept| !set.files.values().any(|live| live == kept));
            stored.files = set.files.clone();
            stored.floor = set.floor.clone();
        });
        Ok(Commit::Stored)
    }

    fn keep_sent(&self, gun: &Gun, files: &[Bytes], sent: &Sent) -> Result<(), StoreError> {
        if self.is_full {
            return Err(full("sent.json"));
        }
        self.change(gun, |stored| {
            stored.published.extend(files.iter().map(|bytes| (Sha256::of(bytes), bytes.clone())));
            stored.sent = sent.clone();
        });
        Ok(())
    }

    fn replace_sent(&self, gun: &Gun, judged: &Sent, sent: &Sent) -> Result<(), StoreError> {
        if self.of(gun).sent == *judged { self.keep_sent(gun, &[], sent) } else { Ok(()) }
    }

    fn sent(&self, gun: &Gun) -> Result<Sent, StoreError> {
        Ok(self.of(gun).sent)
    }

    fn save_unpublished(&self, gun: &Gun, files: &BTreeMap<RoleName, Bytes>) -> Result<(), StoreError> {
        self.change(gun, |stored| stored.files = files.clone());
        Ok(())
    }

    fn forget(&self, gun: &Gun) -> Result<(), StoreError> {
        lock(&self.stored).remove(gun);
        Ok(())
    }

    fn writer(&self, _: &Gun) -> Result<Box<dyn WriterGuard>, StoreError> {
        Ok(Box::new(Writer))
    }

    fn maker(&self, gun: &Gun) -> Result<Box<dyn WriterGuard>, StoreError> {
        self.writer(gun)
    }
}

fn full(path: &str) -> StoreError {
    StoreError::Io { action: "write", path: path.into(), source: std::io::ErrorKind::StorageFull.into() }
}

struct Writer;

impl WriterGuard for Writer {}

/// How a server can fail, given the URL.
pub type Fault = fn(Asked) -> RemoteError;

fn asked(name: &str) -> Asked {
    Asked::request(Service::Notary, format!("https://memory/{name}"))
}

/// 404.
pub const NOT_FOUND: Fault = |url| RemoteError::NotFound { asked: url };
/// 503.
pub const UNAVAILABLE: Fault = |url| RemoteError::Status { asked: url, status: 503, facts: Box::default() };
/// No connection.
pub const UNREACHABLE: Fault =
    |url| RemoteError::Unreachable { asked: url, fault: ConnectFault::Other, cause: "connection refused".to_owned() };
/// 401.
pub const UNAUTHORIZED: Fault = |url| RemoteError::Unauthorized { asked: url, reason: "no credentials".to_owned() };
/// 403.
pub const FORBIDDEN: Fault = |url| RemoteError::Forbidden { asked: url, user: None };
/// A certificate that is not trusted.
pub const TLS: Fault = |url| RemoteError::Tls { asked: url, fault: TlsFault::NotTls };

/// A Notary server that serves files by name, of whatever repository.
#[derive(Default)]
pub struct MemoryRemote {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    faults: Mutex<BTreeMap<String, Fault>>,
    requests: Mutex<Vec<Vec<String>>>,
    keys: Mutex<BTreeMap<RoleName, Bytes>>,
    uploads: Mutex<Vec<Vec<(RoleName, Bytes)>>>,
    refusals: Mutex<Vec<Fault>>,
    overtaking: Mutex<Vec<Forge>>,
    /// What uploads go to; where there is nothing, they are taken and lost.
    repository: Mutex<Option<Forge>>,
    losses: Mutex<usize>,
}

impl MemoryRemote {
    /// Serves these files, and no fault. An upload is taken, and nothing of it kept.
    pub fn serve(&self, files: BTreeMap<String, Vec<u8>>) {
        *lock(&self.files) = files;
        lock(&self.faults).clear();
        *lock(&self.repository) = None;
    }

    /// Serves a repository and no fault, and takes uploads to it, as a server does that signs snapshot and timestamp.
    pub fn host(&self, forge: &Forge) {
        self.serve(forge.files());
        *lock(&self.repository) = Some(forge.clone());
    }

    /// The repository as it is now.
    pub fn hosted(&self) -> Forge {
        lock(&self.repository).clone().expect("a repository is hosted")
    }

    /// So many of the next uploads are taken, and nothing of them kept.
    pub fn lose_uploads(&self, count: usize) {
        *lock(&self.losses) = count;
    }

    /// Serves a file besides, or another in its place.
    pub fn put(&self, name: &str, bytes: Vec<u8>) {
        lock(&self.files).insert(name.to_owned(), bytes);
    }

    /// Answers each request for a file whose name begins so with a fault, until `serve` is called.
    pub fn fail(&self, prefix: &str, fault: Fault) {
        lock(&self.faults).insert(prefix.to_owned(), fault);
    }

    /// What was asked since the last call: each round with the names of its files.
    pub fn take_requests(&self) -> Vec<Vec<String>> {
        std::mem::take(&mut lock(&self.requests))
    }

    /// The public key that the server holds for a role.
    pub fn set_key(&self, role: RoleName, key: Vec<u8>) {
        lock(&self.keys).insert(role, key.into());
    }

    /// The next upload is refused so.
    pub fn refuse_upload(&self, fault: Fault) {
        lock(&self.refusals).push(fault);
    }

    /// The next upload comes too late: someone else has published this state meanwhile.
    pub fn overtake(&self, newer: &Forge) {
        lock(&self.overtaking).push(newer.clone());
    }

    /// What was uploaded.
    pub fn uploads(&self) -> Vec<Vec<(RoleName, Bytes)>> {
        lock(&self.uploads).clone()
    }

    fn answer(&self, name: &str, limit: Option<u64>) -> Result<Bytes, RemoteError> {
        let url = asked(name);
        if let Some((_, fault)) = lock(&self.faults).iter().find(|(prefix, _)| name.starts_with(prefix.as_str())) {
            return Err(fault(url));
        }
        match lock(&self.files).get(name) {
            Some(bytes) if limit.is_some_and(|limit| bytes.len() as u64 > limit) => {
                Err(RemoteError::BadAnswer { asked: url, reason: "it is longer than its parent says".to_owned() })
            }
            Some(bytes) => Ok(bytes.clone().into()),
            None => Err(RemoteError::NotFound { asked: url }),
        }
    }
}

impl NotaryRemote for MemoryRemote {
    fn address(&self, _: &Gun) -> String {
        "https://memory".to_owned()
    }

    fn fetch_all(&self, _: &Gun, files: &[FileRef]) -> Vec<Result<Bytes, RemoteError>> {
        lock(&self.requests).push(files.iter().map(wire_name).collect());
        let limit = |file: &FileRef| match file {
            FileRef::Hashed { length, .. } => Some(*length),
            _ => None,
        };
        files.iter().map(|file| self.answer(&wire_name(file), limit(file))).collect()
    }

    fn server_keys(&self, _: &Gun, roles: &[RoleName]) -> Vec<Result<Bytes, RemoteError>> {
        let url = |role| asked(&format!("{role}.key"));
        let keys = lock(&self.keys);
        roles.iter().map(|role| keys.get(role).cloned().ok_or_else(|| RemoteError::NotFound { asked: url(role) })).collect()
    }

    fn rotate_server_key(&self, _: &Gun, role: &RoleName) -> Result<Bytes, RemoteError> {
        let url = asked(&format!("{role}.key"));
        lock(&self.keys).get(role).cloned().ok_or(RemoteError::NotFound { asked: url })
    }

    fn publish(&self, _: &Gun, files: &[(RoleName, Bytes)]) -> Result<(), RemoteError> {
        if let Some(fault) = lock(&self.refusals).pop() {
            return Err(fault(asked("")));
        }
        if let Some(newer) = lock(&self.overtaking).pop() {
            self.host(&newer);
            return Err(RemoteError::Conflict { asked: asked(""), message: "VERSION".to_owned() });
        }
        lock(&self.uploads).push(files.to_vec());
        let mut losses = lock(&self.losses);
        if *losses > 0 {
            *losses -= 1;
            return Ok(());
        }
        if let Some(forge) = lock(&self.repository).as_mut() {
            let upload: Vec<_> = files.iter().map(|(role, bytes)| (role.to_string(), bytes.to_vec())).collect();
            // whatever was served stays to be had by its version and its hash
            lock(&self.files).extend(forge.take_upload(&upload).files());
        }
        Ok(())
    }

    fn delete(&self, _: &Gun) -> Result<(), RemoteError> {
        lock(&self.files).clear();
        Ok(())
    }
}

/// The name under which a file is asked for.
pub fn wire_name(file: &FileRef) -> String {
    match file {
        FileRef::CurrentDelegation(role) => format!("{role}.json"),
        FileRef::CurrentRoot => "root.json".to_owned(),
        FileRef::RootVersion(version) => format!("{version}.root.json"),
        FileRef::Timestamp => "timestamp.json".to_owned(),
        FileRef::TimestampVersion(version) => format!("{version}.timestamp.json"),
        FileRef::TargetsVersion(role, version) => format!("{version}.{role}.json"),
        FileRef::Hashed { role, sha256, .. } => format!("{role}.{sha256}.json"),
    }
}

/// A registry that serves these tags, of whatever repository, or fails.
#[derive(Default)]
pub struct MemoryRegistry {
    pub tags: BTreeMap<Tag, Manifest>,
    pub fault: Option<Fault>,
}

impl Registry for MemoryRegistry {
    fn resolve(&self, _: &Gun, tag: &Tag) -> Result<Manifest, RegistryError> {
        let url = format!("https://memory/{tag}");
        if let Some(fault) = self.fault {
            return Err(fault(Asked::request(Service::Registry, url)).into());
        }
        self.tags.get(tag).cloned().ok_or(RegistryError::NoSuchTag { url })
    }

    fn confirm(&self, _: &Gun, digest: Sha256) -> Result<Manifest, RegistryError> {
        let found = self.tags.values().find(|manifest| manifest.digest == digest).cloned();
        found.ok_or_else(|| RegistryError::NoSuchDigest { url: format!("https://memory/sha256:{digest}") })
    }
}

/// A person who is not there, without keys and without credentials.
pub struct Nobody;

impl Accounts for Nobody {
    fn user_name(&self, _: &Gun) -> Result<Option<String>, RemoteError> {
        Ok(None)
    }
}

impl Keys for Nobody {
    fn list(&self) -> Result<Vec<KeyInfo>, KeyStoreError> {
        Ok(Vec::new())
    }

    fn find(&self, _: CanonicalKeyId) -> Result<Option<KeyInfo>, KeyStoreError> {
        Ok(None)
    }

    fn open(&self, id: CanonicalKeyId, _: &Passphrase) -> Result<Box<dyn SigningKey>, KeyStoreError> {
        Err(KeyStoreError::NoSuchKey(id))
    }
}

impl KeyFiles for Nobody {
    fn unlock(&self, id: CanonicalKeyId, _: &Passphrase) -> Result<PrivateKey, KeyStoreError> {
        Err(KeyStoreError::NoSuchKey(id))
    }

    fn add(&self, _: &PrivateKey, _: &KeyName, _: Option<&Gun>, _: &Passphrase) -> Result<KeyInfo, KeyStoreError> {
        panic!("nobody adds keys here")
    }

    fn add_sealed(&self, _: CanonicalKeyId, _: &PemBlock, _: &KeyName, _: Option<&Gun>) -> Result<KeyInfo, KeyStoreError> {
        panic!("nobody adds keys here")
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

impl Decisions for Nobody {
    fn passphrase(&self, _: &PassphraseRequest) -> Result<Passphrase, DecisionError> {
        Err(DecisionError::NoAnswer("nobody is there".to_owned()))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}
