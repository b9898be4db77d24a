//! What is signed in a repository, by whom, and with which keys.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use super::released::Unknown;
use super::{
    named_digest,
    released::{is_released, must_be_known, tell_of_missing_releases},
};
use crate::{error::OpsError, outcome::Outcome, ports::Warning, session::Session, state::refresh::for_reading};
use trust::{
    model::{
        digest::Sha256,
        gun::Gun,
        image_name::{ImageName, Selector},
        key::Key,
        key_id::{CanonicalKeyId, TufKeyId},
        role::RoleName,
    },
    verify::{lookup::Entry, skipped::Cause, trusted::TrustedRepo},
};

/// The signatures and keys of a repository, or of one tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageReport {
    /// The repository.
    #[serde(rename = "repository")]
    pub gun: Gun,
    /// What is signed, in the order in which it was found.
    pub tags: Vec<TagRow>,
    /// Every delegation but `targets/releases`, in the order in which it was found.
    pub signers: Vec<SignerRow>,
    /// The root keys, by the ID of their certificate.
    pub root_keys: Vec<TufKeyId>,
    /// The targets keys: what Docker calls the repository key.
    pub repository_keys: Vec<TufKeyId>,
    /// The keys that may release, and that neither a signer nor the repository has: nothing else in the report shows them. By the ID under which
    /// `targets` names them where they cannot be read.
    pub unnamed_releasers: Vec<String>,
    /// Why `targets/releases` cannot be used, where some of these tags may be older than what it releases: no answer on which to act.
    pub unknown: Option<Unknown>,
}

/// A content that is released under a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TagRow {
    /// The tag: any text, chosen by whoever signed.
    pub tag: String,
    /// SHA-256 of the manifest.
    pub digest: Sha256,
    /// Whose delegations sign the same content under the same tag.
    pub signers: Vec<String>,
    /// Whether the repository's own keys do. Where neither they do nor a signer, `targets/releases` alone has it: whoever may release.
    pub by_repository: bool,
}

/// A delegation and its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignerRow {
    /// The role's name without `targets/`.
    pub name: String,
    /// Canonical IDs; a key that cannot be read is left out.
    pub keys: Vec<CanonicalKeyId>,
}

/// Reports on an image: on its tag where it has one, else on all; of them on those alone that are released for the digest in its name, where it has
/// one. A digest in its name must be released, or there is no report. Where the signers of
/// `targets/releases` were removed, or it has expired, what is left is reported as that; where its file is not known, nothing is.
pub fn inspect(session: &Session<'_>, image: &ImageName) -> Result<Outcome<ImageReport>, OpsError> {
    Outcome::of(session, |session| report(session, image))
}

fn report(session: &Session<'_>, image: &ImageName) -> Result<ImageReport, OpsError> {
    let repo = for_reading(session, &image.gun)?;
    let skipped = repo.skipped().get(&RoleName::releases());
    if skipped.is_some_and(|skipped| !matches!(skipped.cause, Cause::Expired | Cause::LostSigners)) {
        must_be_known(&repo)?;
    }
    named_digest::check(&repo, image)?;
    let tag = match &image.selector {
        Selector::Tag(tag) | Selector::TagAndDigest(tag, _) => Some(tag.as_str()),
        Selector::Whole | Selector::Digest(_) => None,
    };
    let mut tags = released_rows(&repo.entries(tag));
    tags.retain(|row| named_digest::is_meant(&repo, image, &row.tag, row.digest));
    if !tags.is_empty() {
        tell_of_missing_releases(session, &repo)?;
    }
    let unknown = Unknown::of(&repo).filter(|_| !tags.is_empty());
    let unnamed_releasers = unnamed_releasers(&repo);
    for key in &unnamed_releasers {
        session.warn(Warning::UnnamedReleaser { gun: image.gun.clone(), key: key.clone() });
    }
    let key_ids = |role: &RoleName| repo.root().role_keys(role).iter().map(|(_, key)| key.id()).collect();
    Ok(ImageReport {
        gun: image.gun.clone(),
        tags,
        signers: signers(&repo),
        root_keys: key_ids(&RoleName::root()),
        repository_keys: key_ids(&RoleName::targets()),
        unnamed_releasers,
        unknown,
    })
}

/// A row for each content that `targets` or `targets/releases` signs, with the other roles that sign the same (docker
/// `trust.matchReleasedSignatures`).
pub(crate) fn released_rows(entries: &[Entry<'_>]) -> Vec<TagRow> {
    let mut rows: Vec<TagRow> = Vec::new();
    let mut index = BTreeMap::new();
    for entry in entries.iter().filter(|entry| is_released(entry.role)) {
        index.entry((entry.name, entry.target.meta.sha256)).or_insert_with(|| {
            let (tag, digest) = (entry.name.to_owned(), entry.target.meta.sha256);
            rows.push(TagRow { tag, digest, signers: Vec::new(), by_repository: false });
            rows.len() - 1
        });
    }
    for entry in entries {
        let row = index.get(&(entry.name, entry.target.meta.sha256)).and_then(|row| rows.get_mut(*row));
        match (row, entry.role.signer_name()) {
            (Some(row), None) => row.by_repository |= *entry.role == RoleName::targets(),
            (Some(row), Some(signer)) if !is_released(entry.role) => row.signers.push(signer.to_owned()),
            _ => {}
        }
    }
    rows
}

fn signers(repo: &TrustedRepo) -> Vec<SignerRow> {
    let delegations = repo.delegations().filter(|(_, delegation)| delegation.name != RoleName::releases());
    delegations
        .filter_map(|(_, delegation)| {
            let keys = repo.role_keys(&delegation.name);
            let keys = keys.canonical_ids().collect();
            Some(SignerRow { name: delegation.name.signer_name()?.to_owned(), keys })
        })
        .collect()
}

fn unnamed_releasers(repo: &TrustedRepo) -> Vec<String> {
    let releases = RoleName::releases();
    let others = repo.delegations().map(|(_, delegation)| &delegation.name).filter(|role| **role != releases);
    // the public keys themselves: one stands bare in one role and in a certificate in another
    let id_of = |key: &Key| key.canonical_id().map_or_else(|_| key.id().to_string(), |id| id.to_string());
    let mut named: BTreeSet<String> = repo.root().role_keys(&RoleName::targets()).iter().map(|(_, key)| id_of(key)).collect();
    named.extend(others.flat_map(|role| repo.role_keys(role).iter().map(|(_, key)| id_of(key)).collect::<Vec<_>>()));
    let may_release: BTreeSet<String> = repo.role_keys(&releases).iter().map(|(_, key)| id_of(key)).collect();
    may_release.difference(&named).cloned().collect()
}
