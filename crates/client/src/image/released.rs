//! What is released under a tag: the content that a trusted pull takes.

use serde::{Serialize, Serializer};

use crate::{error::OpsError, image::error::ImageError, not_used::NotUsed, ports::Warning, session::Session};
use trust::{
    model::{gun::Gun, hashes::FileMeta, role::RoleName, tag::Tag},
    verify::trusted::TrustedRepo,
};

/// Why what is released is not known, in full; in a document the words alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Why.
    pub why: NotUsed,
    /// The same in words.
    pub reason: String,
}

impl Serialize for Unknown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.reason)
    }
}

impl Unknown {
    /// None where it is known, or nothing was delegated.
    pub(crate) fn of(repo: &TrustedRepo) -> Option<Self> {
        let skipped = repo.skipped().get(&RoleName::releases())?;
        let why = NotUsed::of(repo, &RoleName::releases(), skipped);
        Some(Self { why, reason: why.words(skipped) })
    }

    /// The failure of one who must know it.
    fn failure(self, gun: &Gun) -> OpsError {
        OpsError::Image(ImageError::ReleasesUnusable { gun: gun.clone(), why: self.why, reason: self.reason })
    }
}

/// Why no content is known to be released under a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WhyNot {
    /// The file of `targets/releases` is not used, for this reason: an older entry of `targets` may lie under what cannot be read.
    Unknown(Unknown),
    /// Neither `targets/releases` nor `targets` signs the tag.
    NotSigned,
}

impl WhyNot {
    /// The failure of one who asked for this tag.
    pub(crate) fn failure(self, gun: &Gun, tag: &Tag) -> OpsError {
        match self {
            Self::Unknown(unknown) => unknown.failure(gun),
            Self::NotSigned => OpsError::Image(ImageError::NoTrustData { tag: tag.clone() }),
        }
    }
}

/// The one way to an image's digest: the content of `targets/releases` where that signs the tag, as for a pull, else that of `targets`.
pub(crate) fn released(repo: &TrustedRepo, tag: &Tag) -> Result<FileMeta, WhyNot> {
    if let Some(unknown) = Unknown::of(repo) {
        return Err(WhyNot::Unknown(unknown));
    }
    let entries = repo.entries(Some(tag.as_str()));
    let released = entries.iter().filter(|entry| is_released(entry.role));
    let released = released.max_by_key(|entry| *entry.role == RoleName::releases()).ok_or(WhyNot::NotSigned)?;
    Ok(released.target.meta.clone())
}

/// Refuses a repository whose `targets/releases` cannot be used: an older entry of `targets` may lie under what cannot be read.
pub(crate) fn must_be_known(repo: &TrustedRepo) -> Result<(), OpsError> {
    Unknown::of(repo).map_or(Ok(()), |unknown| Err(unknown.failure(repo.gun())))
}

/// Tells of a `targets/releases` that is delegated and of which the server has no file, where something of `targets` is answered: so it is between
/// the first signer and the first release, and so it looks where the server keeps the releases back from one who has never seen them. Refused
/// where the settings want that.
pub(crate) fn tell_of_missing_releases(session: &Session<'_>, repo: &TrustedRepo) -> Result<(), OpsError> {
    let releases = RoleName::releases();
    let is_delegated = repo.delegations().any(|(_, delegation)| delegation.name == releases);
    if !is_delegated || repo.targets(&releases).is_some() || repo.skipped().contains_key(&releases) {
        return Ok(());
    }
    if session.unreleased.refuses(repo.gun()) {
        return Err(OpsError::Image(ImageError::Unreleased { gun: repo.gun().clone() }));
    }
    session.warn(Warning::MissingReleases { gun: repo.gun().clone() });
    Ok(())
}

/// Whether Docker trusts what a role signs.
pub(crate) fn is_released(role: &RoleName) -> bool {
    *role == RoleName::targets() || *role == RoleName::releases()
}
