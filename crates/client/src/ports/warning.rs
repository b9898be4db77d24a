//! Warnings: what is not as it should be while a command goes on. A warning is facts; the face finds the words.

use jiff::Timestamp;
use serde::Serialize;

use crate::{moment, not_used::NotUsed};
use trust::{
    edit::plan::Notice,
    model::{digest::Sha256, gun::Gun, key_id::CanonicalKeyId, role::RoleName, tag::Tag, version::Version},
};

/// Something is not as it should be, and the command goes on. Serialised, it is its kind as `code`, and its facts beside that.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Warning {
    /// The server cannot be reached. The last state that was verified here answers.
    AnsweredFromStore {
        /// Why the server does not answer.
        outage: String,
    },
    /// The staged changes are published, and their files could not be removed.
    ChangesNotCleared {
        /// Why not.
        reason: String,
    },
    /// A file ends soon, or the certificate by which a root counts: its role should sign it anew.
    EndsSoon {
        /// The repository.
        #[serde(rename = "repository")]
        gun: Gun,
        /// The role.
        role: RoleName,
        /// What of it.
        kind: Ending,
        /// When.
        #[serde(rename = "expires", serialize_with = "moment::serialize")]
        at: Timestamp,
    },
    /// A role signs everything anew that its expired file held.
    ExpiredSignedAnew {
        /// The role.
        role: RoleName,
    },
    /// More earlier roots are wanted than one rotation asks for.
    FewerEarlierRoots {
        /// How many were wanted.
        wanted: u64,
        /// The keys of how many sign the new root.
        taken: u64,
    },
    /// A key file has a name, and the key is loaded under another one.
    KeyRenamed {
        /// What the file says.
        says: String,
        /// The name that the key gets.
        wanted: String,
    },
    /// A key that an export claims to be is stored already, and stays.
    KeyStays {
        /// The key.
        id: CanonicalKeyId,
    },
    /// The keys that repositories on this machine name may not all be known.
    KeysPartlyKnown {
        /// The repository that could not be read; none where it is a folder.
        #[serde(rename = "repository")]
        gun: Option<Gun>,
        /// Why not.
        reason: String,
    },
    /// The server took a file and did not keep it. The file is published again.
    LostAndSentAgain {
        /// The role.
        role: RoleName,
        /// The file's version.
        version: Version,
    },
    /// The server lost a file of which its snapshot knows nothing. What that changed has to be changed again.
    LostByServer {
        /// The role.
        role: RoleName,
        /// The file's version.
        version: Version,
    },
    /// A role without a usable file begins anew, without what it signed before.
    RoleBeginsAnew {
        /// The role.
        role: RoleName,
    },
    /// A root key was made, which nobody can replace.
    RootKeyMade {
        /// Its ID.
        id: CanonicalKeyId,
        /// Its file.
        file: String,
    },
    /// `targets/releases` is delegated, and the server has no file of it.
    MissingReleases {
        /// The repository.
        #[serde(rename = "repository")]
        gun: Gun,
    },
    /// A role was named that the repository does not have.
    NoSuchRole {
        /// The repository.
        #[serde(rename = "repository")]
        gun: Gun,
        /// The role.
        role: RoleName,
    },
    /// What was published could not be kept here for the next read.
    NotKeptHere {
        /// Why not.
        reason: String,
    },
    /// A PEM block of a file is no private key, and is passed over.
    NotAPrivateKey {
        /// The block's label.
        label: String,
    },
    /// The server took a new repository, and does not show it yet.
    NotShownYet {
        /// The repository.
        #[serde(rename = "repository")]
        gun: Gun,
    },
    /// Keys that are purged stay in a role's file, which nobody here can sign.
    NotPurged {
        /// The role.
        role: RoleName,
    },
    /// A delegation has fewer keys than its threshold now.
    OutOfReach {
        /// The role.
        role: RoleName,
        /// How many of its keys must sign.
        threshold: u64,
    },
    /// A key of a signer who goes keeps its right to release: it is another signer's too.
    ReleaserStays {
        /// The key's canonical ID.
        key: String,
        /// The names of the signers who have it.
        others: Vec<String>,
    },
    /// A replaced private key stays on this machine.
    ReplacedKeyStays {
        /// The key.
        id: CanonicalKeyId,
        /// Why.
        reason: StillUsed,
    },
    /// A role's file cannot be used, and is left aside.
    RoleSetAside {
        /// The role.
        role: RoleName,
        /// Why its file is not used.
        why: NotUsed,
        /// The same in words.
        reason: String,
    },
    /// What was published from here is not in the server's state.
    SentNotThere {
        /// The role.
        role: RoleName,
        /// The version that was published.
        version: Version,
        /// The later version of it that the server has, where it has one.
        later: Option<Version>,
    },
    /// The registry does not tell what it serves for a tag that is signed again.
    ServedUnknown {
        /// The tag.
        tag: Tag,
        /// The content that is signed.
        signed: Sha256,
        /// Why it is not known.
        reason: String,
    },
    /// A witness signs entries that the role's keys have not signed.
    SignedUnvouched {
        /// The role.
        role: RoleName,
        /// How many entries it has.
        entries: usize,
    },
    /// A tag that is signed again for the content that it is signed for has another one in the registry by now, or none.
    TagMoved {
        /// The tag.
        tag: Tag,
        /// The content that is signed.
        signed: Sha256,
        /// What the registry serves; none where it has no such tag.
        served: Option<Sha256>,
    },
    /// A key may release, and stands in the report under no signer.
    UnnamedReleaser {
        /// The repository.
        #[serde(rename = "repository")]
        gun: Gun,
        /// The key's ID.
        key: String,
    },
}

/// What of a role ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Its file.
    File,
    /// The certificate of its key: of several, the one with which too few of them are left.
    Certificate,
}

/// Why a replaced private key stays on this machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "why", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum StillUsed {
    /// The server does not show the state in which it is replaced.
    NotShown,
    /// That state could not be read back.
    Unread {
        /// Why not.
        error: String,
    },
    /// Another role has it.
    InUse {
        /// The role.
        role: RoleName,
        /// Its repository.
        #[serde(rename = "repository")]
        gun: Gun,
    },
    /// Not all repositories here could be asked.
    Unasked,
    /// It is stored for something else.
    StoredAs {
        /// The role or the name.
        role: String,
        /// The repository.
        #[serde(rename = "repository")]
        gun: Option<String>,
    },
    /// It could not be removed.
    NotRemoved {
        /// Why not.
        error: String,
    },
}

impl From<&Notice> for Warning {
    fn from(notice: &Notice) -> Self {
        match notice {
            Notice::OutOfReach { role, threshold } => Self::OutOfReach { role: role.clone(), threshold: threshold.get() },
            Notice::SharedKey { key, others } => Self::ReleaserStays { key: key.clone(), others: others.clone() },
            Notice::Unpurged(role) => Self::NotPurged { role: role.clone() },
            Notice::Vouched { role, entries } => Self::SignedUnvouched { role: role.clone(), entries: *entries },
        }
    }
}
