//! Why a repository cannot be made, staged for, rotated or renewed: the failures that arise here, each with its words, its code and its facts.

use jiff::Timestamp;

use crate::{
    error::{
        code::Coded,
        facts::{Facts, count, facts, moment, text, with},
    },
    ports::RemoteError,
};
use trust::{
    edit::changelist::StagedError,
    json::value::JsonError,
    model::{gun::Gun, role::RoleName},
};

/// A failure around a repository as a whole. `E` is any failure, as one of these may hold another.
#[derive(Debug, thiserror::Error)]
pub enum RepoError<E: Coded> {
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
    /// The server has deleted a repository that was to be published anew, and did not take it. All of it is on this machine.
    #[error("{gun} is deleted on the server, and was not published anew")]
    DeletedAlone {
        /// The repository.
        gun: Gun,
        /// Why it was not published.
        error: Box<E>,
    },
    /// The private key of a root certificate is not on this machine.
    #[error("the private key of the root certificate is not on this machine")]
    NoKeyOfCertificate,
    /// A pin is for a repository that is to begin, and no root key here is pinned.
    #[error("no root key on this machine is one that is pinned for {gun}")]
    NoPinnedKey {
        /// The repository.
        gun: Gun,
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
    /// What was to be staged cannot stand in signed metadata. Nothing was staged.
    #[error("this cannot be signed: {0}")]
    NotSignable(JsonError),
    /// Someone else published while all of a repository was to be published anew. Nothing was deleted.
    #[error("{0}: while this was under way, someone else published to it")]
    PublishedMeanwhile(Gun),
    /// The certificate of a root key counts still: nothing keeps the server from taking an update.
    #[error("the root certificate of {gun} is valid until {until}")]
    RootCertificateCounts {
        /// The repository.
        gun: Gun,
        /// Until then.
        until: Timestamp,
    },
    /// The certificate of the root key has expired, and the server refuses an update because of it.
    #[error("the root certificate of {gun} expired at {at}, and the server takes no update because of that: {refusal}")]
    RootCertificateEnded {
        /// The repository.
        gun: Gun,
        /// When.
        at: Timestamp,
        /// The server's words.
        refusal: RemoteError,
    },
    /// Someone else gave a role other keys while a rotation was under way. Nothing was published.
    #[error("{0}: while this was under way, someone else gave the role other keys")]
    RotatedMeanwhile(RoleName),
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
    /// A delegation whose file was not signed as it must be: there is nothing that could be signed anew.
    #[error("{role} cannot be renewed, since its file cannot be verified: {reason}")]
    Unrenewable {
        /// The role.
        role: RoleName,
        /// Why not.
        reason: String,
    },
}

impl<E: Coded> Coded for RepoError<E> {
    fn code(&self) -> &'static str {
        match self {
            Self::AlreadyHere { .. } => "already-here",
            Self::AlreadyPublished { .. } => "already-published",
            Self::DeletedAlone { .. } => "deleted-alone",
            Self::NoKeyOfCertificate => "no-key-of-certificate",
            Self::NoPinnedKey { .. } => "no-pinned-key",
            Self::NotAChange { .. } | Self::Staged { .. } => "bad-staged-change",
            Self::NotSignable(_) => "not-signable",
            Self::PublishedMeanwhile(_) => "published-meanwhile",
            Self::RootCertificateCounts { .. } => "root-certificate-counts",
            Self::RootCertificateEnded { .. } => "root-certificate-ended",
            Self::RotatedMeanwhile(_) => "rotated-meanwhile",
            Self::Unrenewable { .. } => "unrenewable",
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::AlreadyHere { gun } | Self::NoPinnedKey { gun } | Self::PublishedMeanwhile(gun) => {
                facts([("repository", text(gun))])
            }
            Self::AlreadyPublished { gun, server } => facts([("repository", text(gun)), ("server", text(server))]),
            Self::DeletedAlone { gun, error } => facts([("repository", text(gun)), ("because", text(error.code()))]),
            Self::NoKeyOfCertificate | Self::NotSignable(_) => Facts::new(),
            Self::NotAChange { gun, number, file, .. } | Self::Staged { gun, number, file, .. } => {
                facts([("repository", text(gun)), ("change", count(*number)), ("file", text(file))])
            }
            Self::RootCertificateCounts { gun, until } => facts([("repository", text(gun)), ("expires", moment(*until))]),
            Self::RootCertificateEnded { gun, at, refusal } => {
                with(refusal.facts(), [("repository", text(gun)), ("expired", moment(*at))])
            }
            Self::RotatedMeanwhile(role) => facts([("role", text(role))]),
            Self::Unrenewable { role, reason } => facts([("role", text(role)), ("reason", text(reason))]),
        }
    }
}
