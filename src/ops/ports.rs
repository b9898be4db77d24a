//! The ports: what the use cases need of the world. Adapters implement them; `cli::wiring` chooses which.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

pub use super::image::Manifest;
use super::{events::Event, image::Tag};
pub use crate::tuf::file_ref::FileRef;
use crate::{
    crypto::{private_key::PrivateKey, secret::Passphrase},
    tuf::{digest::Sha256, floor::Floor, gun::Gun, key_id::CanonicalKeyId, role::RoleName},
};

/// The bytes of a file, shared and never changed: what was signed or verified is kept, stored and sent as it is.
pub type Bytes = Arc<[u8]>;

// ---- the local trust data -------------------------------------------------------------------------------------------

/// The trust data of repositories on this machine.
pub trait TrustStore: Sync {
    /// Everything that is stored of a repository, as one consistent set: a commit that was cut off is completed first.
    fn load(&self, gun: &Gun) -> Result<Stored, StoreError>;

    /// Replaces the set of a repository in one step that a crash cannot divide; on an error the old set is intact, or the new one decided, and completed
    /// by the next open. Where another process has committed a newer timestamp since, nothing is written. `Ok` means durable.
    fn commit(&self, gun: &Gun, set: &TrustSet) -> Result<(), StoreError>;

    /// Keeps files that a publish sent, so that the next read finds them by their hash.
    fn keep_published(&self, gun: &Gun, files: &[Bytes]) -> Result<(), StoreError>;

    /// Stores a repository that was initialised here and is not published yet, as the peers do: root and targets without a timestamp.
    fn save_unpublished(&self, gun: &Gun, files: &BTreeMap<RoleName, Bytes>) -> Result<(), StoreError>;

    /// Removes all trust data of the repository: metadata, floor and staged changes, never a private key.
    fn forget(&self, gun: &Gun) -> Result<(), StoreError>;

    /// Waits, within a bound, to be the one writer of a repository; the role ends when the guard is dropped.
    fn writer(&self, gun: &Gun) -> Result<Box<dyn WriterGuard>, StoreError>;
}

/// While it lives no other process of ours publishes to the repository from this machine.
pub trait WriterGuard {}

/// What the store has of a repository.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// The live files by role.
    pub files: BTreeMap<RoleName, Bytes>,
    /// The floor; empty where nothing was ever verified.
    pub floor: Floor,
    /// Files kept from a publish, by their hash.
    pub published: BTreeMap<Sha256, Bytes>,
}

/// A verified update, to be stored as one.
#[derive(Clone, Debug)]
pub struct TrustSet {
    /// All live files by role; stored files of other roles go.
    pub files: BTreeMap<RoleName, Bytes>,
    /// The floor after the update.
    pub floor: Floor,
}

/// A failure of the local store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process kept the repository for longer than the wait allows.
    #[error("another process is writing the trust data of {gun}; it held {path} for {seconds} s")]
    Busy {
        /// The repository.
        gun: Gun,
        /// The lock file.
        path: PathBuf,
        /// How long we waited, in seconds.
        seconds: u64,
    },
    /// A file of ours does not read as what it must be.
    #[error("{path}: {reason}")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The operating system refused.
    #[error("{action} {path}: {source}")]
    Io {
        /// What was tried, such as `read`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Its answer.
        source: std::io::Error,
    },
}

// ---- the Notary server ----------------------------------------------------------------------------------------------

/// The Notary servers, one chosen for each repository by its registry's host.
pub trait NotaryRemote: Sync {
    /// The server's address for this repository, for messages: `https://host[:port]`.
    fn address(&self, gun: &Gun) -> String;

    /// Fetches files together; the answers stand in the order of the questions.
    fn fetch_all(&self, gun: &Gun, files: &[FileRef]) -> Vec<Result<Bytes, RemoteError>>;

    /// The public keys that the server holds for `timestamp` or `snapshot`, made where it has none yet: TUF key JSON as it was sent, together
    /// and in the order of the roles.
    fn server_keys(&self, gun: &Gun, roles: &[RoleName]) -> Vec<Result<Bytes, RemoteError>>;

    /// Sends changed files as one update.
    fn publish(&self, gun: &Gun, files: &[(RoleName, Bytes)]) -> Result<(), RemoteError>;

    /// Deletes the repository's trust data on the server; a repository that it lacks is deleted.
    fn delete(&self, gun: &Gun) -> Result<(), RemoteError>;
}

/// A failure at the Notary server. URLs hold no credentials.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// 200, but not an answer of this protocol, or more than its limit.
    #[error("{url}: {reason}")]
    BadAnswer {
        /// What was asked.
        url: String,
        /// What is wrong with the answer.
        reason: String,
    },
    /// An upload was refused because another publisher was faster: the versions no longer follow on the server's.
    #[error("{url}: the server has a newer version: {message}")]
    Conflict {
        /// Where it was sent.
        url: String,
        /// The server's words.
        message: String,
    },
    /// 403.
    #[error("{url}: access denied (403){}", user.as_ref().map(|u| format!(" for user {u}")).unwrap_or_default())]
    Forbidden {
        /// What was asked.
        url: String,
        /// Who asked; none for anonymous.
        user: Option<String>,
    },
    /// 404.
    #[error("{url}: not found (404)")]
    NotFound {
        /// What was asked.
        url: String,
    },
    /// An upload was refused for its content.
    #[error("{url}: {message}")]
    Rejected {
        /// Where it was sent.
        url: String,
        /// The server's words, in Notary's wording where it has one.
        message: String,
    },
    /// The server answered with another status, a redirect among them.
    #[error("{url}: the server answered {status}")]
    Status {
        /// What was asked.
        url: String,
        /// The status code.
        status: u16,
    },
    /// A certificate or a handshake failed. Never an outage: the cache does not answer for it.
    #[error("{url}: TLS: {cause}")]
    Tls {
        /// What was asked.
        url: String,
        /// What kind of failure it is.
        fault: TlsFault,
        /// The cause in full.
        cause: String,
    },
    /// 401 although credentials or a token were offered, or none are configured.
    #[error("{url}: not authorized (401): {reason}")]
    Unauthorized {
        /// What was asked.
        url: String,
        /// Whose credentials were used and where they came from, or that there are none.
        reason: String,
    },
    /// A setting or credential on this side makes the request impossible; nothing was sent.
    #[error("{0}")]
    Unusable(String),
    /// No connection, or no answer in time.
    #[error("{url}: {cause}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// The cause in full.
        cause: String,
    },
}

/// Kinds of TLS failures, by what a person could do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsFault {
    /// The certificate is for another name.
    Name,
    /// What answers is no TLS.
    NotTls,
    /// Anything else.
    Other,
    /// The certificate has expired, or is not valid yet.
    Time,
    /// The certificate leads to no authority that is trusted here.
    UnknownAuthority,
}

impl RemoteError {
    /// Whether the server cannot be reached or is in trouble (5xx): the one case in which the cache may answer.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Status { status, .. } => (500..600).contains(status),
            _ => false,
        }
    }
}

// ---- the registry ---------------------------------------------------------------------------------------------------

/// The OCI registry that holds the images.
pub trait Registry: Sync {
    /// The manifest or index that a tag names now; its digest is computed from the bytes.
    fn resolve(&self, gun: &Gun, tag: &Tag) -> Result<Manifest, RegistryError>;
}

/// A failure at the registry.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The registry has no such tag, or no such repository.
    #[error("{url}: the registry has no such tag")]
    NoSuchTag {
        /// What was asked.
        url: String,
    },
    /// Any other failure, as at the Notary server.
    #[error(transparent)]
    Remote(#[from] RemoteError),
}

/// Whose credentials are configured.
pub trait Accounts: Sync {
    /// The name of the account that is used at the registry of a repository; none where there are no credentials, or nameless ones.
    fn user_name(&self, gun: &Gun) -> Result<Option<String>, RemoteError>;
}

// ---- private keys ---------------------------------------------------------------------------------------------------

/// The encrypted private keys on this machine.
pub trait KeyStore: Sync {
    /// All keys, sorted by ID. A file that is no key is told of as an `Event` by the adapter's `warnings`, and passed over.
    fn list(&self) -> Result<Vec<KeyInfo>, KeyStoreError>;

    /// What is known of one key; none where the store lacks it.
    fn find(&self, id: CanonicalKeyId) -> Result<Option<KeyInfo>, KeyStoreError>;

    /// Decrypts a key. The content is checked to be the key that the name says. `passphrase` is not used for a key that is not encrypted.
    fn unlock(&self, id: CanonicalKeyId, passphrase: &Passphrase) -> Result<PrivateKey, KeyStoreError>;

    /// Encrypts and stores a key, then reads it back and compares. A stored key of the same ID is replaced only once the new file is proved.
    fn add(&self, key: &PrivateKey, role: &str, gun: Option<&Gun>, passphrase: &Passphrase) -> Result<KeyInfo, KeyStoreError>;
}

/// What a key file says of its key without being decrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// The key's ID, from the file's name.
    pub id: CanonicalKeyId,
    /// The `role` header: a base role, a signer's name, or whatever an import said.
    pub role: String,
    /// The `gun` header, of targets and snapshot keys alone.
    pub gun: Option<String>,
    /// Whether a passphrase is needed.
    pub encrypted: bool,
    /// Where it is.
    pub path: PathBuf,
}

/// A failure of the key store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyStoreError {
    /// A key file does not hold a key that can be read.
    #[error("{path}: {reason}")]
    BadKeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file holds another key than its name says.
    #[error("{path}: the file holds key {found}, not the key that its name says")]
    WrongKey {
        /// The file.
        path: PathBuf,
        /// The ID of the key in it.
        found: CanonicalKeyId,
    },
    /// The passphrase does not open the key.
    #[error("wrong passphrase for key {0}")]
    WrongPassphrase(CanonicalKeyId),
    /// The store has no such key.
    #[error("no key with ID {0} in the key store")]
    NoSuchKey(CanonicalKeyId),
    /// The operating system refused.
    #[error("{action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Its answer.
        source: std::io::Error,
    },
}

// ---- the person -----------------------------------------------------------------------------------------------------

/// Hears what happens along the way, in order.
pub trait Events {
    /// Something happened.
    fn tell(&self, event: Event<'_>);
}

/// Answers what only the person can.
pub trait Decisions {
    /// A passphrase that opens or protects a key.
    fn passphrase(&self, request: &PassphraseRequest) -> Result<Passphrase, DecisionError>;
}

/// Which passphrase is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassphraseRequest {
    /// The role, or the signer's name, that the key is kept under; it chooses the prompt's words and the variable that may answer.
    pub role: String,
    /// The first digits of the key's ID; empty where it cannot be known yet.
    pub key: String,
    /// What it is for.
    pub purpose: PassphrasePurpose,
}

/// What a passphrase is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassphrasePurpose {
    /// Opens an existing key; `attempt` counts from 0, and each further one means that the last answer was wrong.
    Unlock {
        /// How many answers were wrong so far.
        attempt: u32,
    },
    /// Protects a new key; asked twice, never empty.
    Create,
}

/// No answer can be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecisionError {
    /// The person gave up, or every attempt was wrong.
    #[error("password invalid, operation has failed.")]
    AttemptsExceeded,
    /// A new passphrase was not given twice alike within the attempts.
    #[error("maximum number of passphrase attempts exceeded")]
    NewAttemptsExceeded,
    /// The prompt was interrupted.
    #[error("interrupted")]
    Interrupted,
    /// Input ended, or an answer cannot be used.
    #[error("{0}")]
    NoAnswer(String),
}
