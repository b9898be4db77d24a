//! Why a use case failed: its facts, and a code for programs.

pub mod code;
pub mod facts;

use crate::{
    overtaken::{Overtaken, listed},
    ports::{DecisionError, EngineError, GunHeader, KeyStoreError, RegistryError, RemoteError, StoreError},
    unreleased::UnreleasedTag,
};
use trust::{
    crypto::{error::CryptoError, key_format::KeyFormatError, public_key_file::PublicKeyOutError},
    edit::{
        changelist::StagedError, local::InitError, plan::PlanError, reissue::ReissueError, root_edit::RootEditError,
        sign::SignError,
    },
    json::value::JsonError,
    model::{digest::Sha256, gun::Gun, key_id::CanonicalKeyId, key_name::KeyName, role::RoleName, tag::Tag, version::Version},
    verify::error::UpdateError,
};

/// Where refused trust data came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The Notary server sent it.
    Server,
    /// It is stored on this machine.
    Store,
}

/// A failure, with the facts; the face finds the words and the hints.
#[derive(Debug, thiserror::Error)]
pub enum OpsError {
    /// There is trust data of the repository on this machine.
    #[error("{gun} is already initialized on this machine")]
    AlreadyHere {
        /// The repository.
        gun: Gun,
    },
    /// The server has the repository.
    #[error("{server} already has trust data for {gun}")]
    AlreadyPublished {
        /// The repository.
        gun: Gun,
        /// The server's address.
        server: String,
    },
    /// The repository was initialised on this machine and never published, and the server has another one by its name.
    #[error("{gun} was initialised on this machine and not published, and {server} has another repository by that name")]
    AnotherIsPublished {
        /// The repository.
        gun: Gun,
        /// The server's address.
        server: String,
    },
    /// Others published again and again while this update was under way.
    #[error("{gun}: other publishers were faster {attempts} times in a row: {last}")]
    Contended {
        /// The repository.
        gun: Gun,
        /// How often it was tried.
        attempts: u32,
        /// The last refusal.
        last: RemoteError,
    },
    /// The server has deleted a repository that was to be published anew, and did not take it. All of it is on this machine.
    #[error("{gun} is deleted on the server, and was not published anew: {error}")]
    DeletedAlone {
        /// The repository.
        gun: Gun,
        /// Why it was not published.
        error: Box<OpsError>,
    },
    /// The server took an update again and again, and kept none of it.
    #[error("{gun}: the server said {times} times in a row that it took the update, and its state does not have it")]
    NotKept {
        /// The repository.
        gun: Gun,
        /// How often it was tried.
        times: u32,
    },
    /// The server took an update, and did not show it in time.
    #[error(
        "{gun}: the update is taken, and not yet visible{}",
        reason.as_ref().map_or_else(|| ": the server shows the state from before".to_owned(), |reason| format!(": {reason}"))
    )]
    Unconfirmed {
        /// The repository.
        gun: Gun,
        /// Why its state cannot be seen; none where it shows the one from before.
        reason: Option<Box<OpsError>>,
    },
    /// Other processes of this machine stored later states again and again while this one was judged.
    #[error("{gun}: other processes on this machine have stored a later state, again and again; run it once more")]
    OvertakenHere {
        /// The repository.
        gun: Gun,
    },
    /// What an image is named by is released under no tag.
    #[error("sha256:{named} is released under no tag of {gun}")]
    DigestNotReleased {
        /// The repository.
        gun: Gun,
        /// The digest in the image's name.
        named: Sha256,
    },
    /// A key operation.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// No answer from the person.
    #[error(transparent)]
    Decision(#[from] DecisionError),
    /// The Docker Engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A key file.
    #[error(transparent)]
    KeyFormat(#[from] KeyFormatError),
    /// A new repository cannot be made.
    #[error(transparent)]
    Init(#[from] InitError),
    /// A private key is on this machine for another role or another repository, and stays what it is. The words are Notary's.
    #[error("key with same ID already exists for role: {name}{}", gun.as_ref().map_or_else(String::new, |gun| format!(" of {gun}")))]
    KeyOfAnother {
        /// What it is stored as.
        name: KeyName,
        /// The repository that it is stored for, where only that differs.
        gun: Option<GunHeader>,
    },
    /// The key store.
    #[error(transparent)]
    Keys(#[from] KeyStoreError),
    /// No account is configured for a registry, and the first signer of a repository is named as the account is.
    #[error("no account is configured for {host}, so the first signer has no name")]
    NoAccount {
        /// The registry.
        host: String,
    },
    /// The account at the registry has no name that could be a signer's.
    #[error("the account {name:?} at {host} cannot name a signer")]
    AccountNamesNoSigner {
        /// The account's name.
        name: String,
        /// The registry.
        host: String,
    },
    /// A public key cannot be written.
    #[error(transparent)]
    PublicKey(#[from] PublicKeyOutError),
    /// A pin is for a repository that is to begin, and no root key here is pinned.
    #[error("no root key on this machine is one that is pinned for {gun}")]
    NoPinnedKey {
        /// The repository.
        gun: Gun,
    },
    /// The private key of a root certificate is not on this machine. The words are Notary's.
    #[error("error initializing repository with certificate: cannot find matching private key id")]
    NoKeyOfCertificate,
    /// This machine has never read the repository, and what the server shows of it has expired.
    #[error(
        "{gun} was never read on this machine, and {role} expired at {at}: what has expired is not signed anew on the server's word alone"
    )]
    NeverSeen {
        /// The repository.
        gun: Gun,
        /// What has expired.
        role: RoleName,
        /// When.
        at: jiff::Timestamp,
    },
    /// None of a role's keys is on this machine.
    #[error(
        "could not find necessary signing keys, at least one of these keys must be available: {}",
        keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    )]
    NoSigningKeys {
        /// The role.
        role: RoleName,
        /// The keys that could sign it.
        keys: Vec<CanonicalKeyId>,
    },
    /// No delegation may sign the tag with a key that is on this machine.
    #[error("no valid signing keys for delegation roles")]
    NoSignableRole {
        /// The repository.
        gun: Gun,
        /// The delegations and their keys.
        roles: Vec<(RoleName, Vec<CanonicalKeyId>)>,
    },
    /// The server has no trust data for the repository.
    #[error("{} does not have trust data for {gun}", server.strip_prefix("https://").unwrap_or(server))]
    NotInitialized {
        /// The repository.
        gun: Gun,
        /// The server's address.
        server: String,
    },
    /// A file among the staged changes holds none. Nothing was published.
    #[error("{file}: {reason}")]
    NotAChange {
        /// The repository.
        gun: Gun,
        /// The change's number, as the list of staged changes has it.
        number: usize,
        /// The file's name.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing is released under the tag.
    #[error("No valid trust data for {tag}")]
    NoTrustData {
        /// The tag.
        tag: Tag,
    },
    /// Nothing is released in the repository.
    #[error("No trusted tags for {gun}")]
    NoTrustedTags {
        /// The repository.
        gun: Gun,
    },
    /// Another content is released under a tag than the one of the digest that was typed beside it.
    #[error("sha256:{named} is not what is released under tag {tag}: that is sha256:{released}")]
    OtherDigestReleased {
        /// The tag.
        tag: Tag,
        /// The digest in the image's name.
        named: Sha256,
        /// The digest that is released.
        released: Sha256,
    },
    /// Someone else changed what roles sign under names since this was sent or begun. It is not published over that.
    #[error("while this was under way, someone else {}", listed(.0))]
    Overtaken(Vec<Overtaken>),
    /// Someone else published a role above what this update had published, without its change. It is not published over that.
    #[error(
        "{role}: while this was under way, someone else published {} of it, without this change",
        version.map_or_else(|| "another file".to_owned(), |version| format!("version {version}"))
    )]
    TakenBack {
        /// The role.
        role: RoleName,
        /// Its version now.
        version: Option<Version>,
    },
    /// The changes do not fit the repository.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Images were pushed, and then signing failed.
    #[error("{error}")]
    PushedUnsigned {
        /// The repository.
        gun: Gun,
        /// What is in the registry now, and not signed; the digest where it is known. Without one, it may be there.
        pushed: Vec<(Tag, Option<Sha256>)>,
        /// Why it is not signed.
        error: Box<OpsError>,
    },
    /// A push reported several contents, and the registry serves yet another.
    #[error(
        "the push of {tag} reported {}, and the registry serves sha256:{served}",
        reported.iter().map(|digest| format!("sha256:{digest}")).collect::<Vec<_>>().join(", ")
    )]
    PushUnclear {
        /// The tag.
        tag: Tag,
        /// What the registry serves under it.
        served: Sha256,
        /// What was reported.
        reported: Vec<Sha256>,
    },
    /// The registry.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The Notary server.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// Signing.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The root cannot be edited so.
    #[error(transparent)]
    RootEdit(#[from] RootEditError),
    /// The certificate of a root key counts still: nothing keeps the server from taking an update.
    #[error("the root certificate of {gun} is valid until {until}")]
    RootCertificateCounts {
        /// The repository.
        gun: Gun,
        /// Until then.
        until: jiff::Timestamp,
    },
    /// The certificate of the root key has expired, and the server refuses an update because of it.
    #[error("the root certificate of {gun} expired at {at}, and the server takes no update because of that: {refusal}")]
    RootCertificateEnded {
        /// The repository.
        gun: Gun,
        /// When.
        at: jiff::Timestamp,
        /// The server's words.
        refusal: RemoteError,
    },
    /// Someone else published while all of a repository was to be published anew. Nothing was deleted.
    #[error("{0}: while this was under way, someone else published to it")]
    PublishedMeanwhile(Gun),
    /// Someone else gave a role other keys while a rotation was under way. Nothing was published.
    #[error("{0}: while this was under way, someone else gave the role other keys")]
    RotatedMeanwhile(RoleName),
    /// What was to be staged cannot stand in signed metadata. Nothing was staged.
    #[error("this cannot be signed: {0}")]
    NotSignable(JsonError),
    /// A staged change cannot be made. Nothing was published.
    #[error("{error}")]
    Staged {
        /// The repository.
        gun: Gun,
        /// The change's number, as the list of staged changes has it.
        number: usize,
        /// The name of its file.
        file: String,
        /// Why not.
        error: StagedError,
    },
    /// Tags were signed, and some for contents that are not released: no pull takes those.
    #[error("signed, and not released: {}", unreleased.iter().map(|it| it.tag.as_str()).collect::<Vec<_>>().join(", "))]
    SignedUnreleased {
        /// Those that a pull takes.
        released: Vec<Tag>,
        /// The others.
        unreleased: Vec<UnreleasedTag>,
    },
    /// The store of trust data.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A content was to be signed because it is released under a tag, and the registry does not serve it there. Nothing was published.
    #[error(
        "sha256:{released} is released under tag {tag}, and the registry {}",
        served.as_ref().as_ref().map_or_else(|error| format!("does not serve it: {error}"), |served| format!("serves sha256:{served}"))
    )]
    ReleasedUnserved {
        /// The repository.
        gun: Gun,
        /// The tag.
        tag: Tag,
        /// What is released.
        released: Sha256,
        /// What the registry serves, or why it is not known.
        served: Box<Result<Sha256, RegistryError>>,
    },
    /// Nothing is known to be released: the role that releases is delegated, and the server has no file of it. The settings refuse that.
    #[error("targets/releases of {gun} is delegated, and the server has no file of it")]
    Unreleased {
        /// The repository.
        gun: Gun,
    },
    /// What a role that was named signs cannot be known: it was set aside.
    #[error("what {role} signs cannot be known: {reason}")]
    RoleUnusable {
        /// The role.
        role: RoleName,
        /// Why its file cannot be used.
        reason: String,
    },
    /// What was released in the repository cannot be known: the role that releases was set aside.
    #[error("what is released in {gun} cannot be known: {reason}")]
    ReleasesUnusable {
        /// The repository.
        gun: Gun,
        /// Why its file cannot be used.
        reason: String,
    },
    /// A delegation whose file was not signed as it must be: there is nothing that could be signed anew.
    #[error("{role} cannot be renewed, since its file cannot be verified: {reason}")]
    Unrenewable {
        /// The role.
        role: RoleName,
        /// Why not.
        reason: String,
    },
    /// The trust data is refused.
    #[error("{error}")]
    Untrusted {
        /// Where it came from.
        origin: Origin,
        /// What is wrong with it.
        error: UpdateError,
    },
}

impl From<ReissueError> for OpsError {
    fn from(error: ReissueError) -> Self {
        match error {
            ReissueError::Root(error) => error.into(),
            ReissueError::Plan(error) => error.into(),
        }
    }
}
