//! What is signed in a repository, by whom, and with which keys.

use std::collections::BTreeMap;

use super::{
    error::OpsError,
    image::Image,
    refresh::for_reading,
    released::{answer_without_releases, is_released, must_be_known},
    session::Session,
};
use crate::tuf::{
    digest::Sha256,
    gun::Gun,
    key::Key,
    key_id::{CanonicalKeyId, TufKeyId},
    lookup::Entry,
    role::RoleName,
    skipped::Cause,
    trusted::TrustedRepo,
};

/// The signatures and keys of a repository, or of one tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReport {
    /// The repository.
    pub gun: Gun,
    /// What is signed, in the order in which it was found.
    pub tags: Vec<TagRow>,
    /// Every delegation but `targets/releases`, in the order in which it was found.
    pub signers: Vec<SignerRow>,
    /// The root keys, by the ID of their certificate.
    pub root_keys: Vec<TufKeyId>,
    /// The targets keys: what Docker calls the repository key.
    pub repository_keys: Vec<TufKeyId>,
    /// Why `targets/releases` cannot be used, where some of these tags may be older than what it releases: no answer on which to act.
    pub unknown: Option<String>,
}

/// A content that is released under a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagRow {
    /// The tag: any text, chosen by whoever signed.
    pub tag: String,
    /// SHA-256 of the manifest.
    pub digest: Sha256,
    /// Whose delegations sign the same content under the same tag; empty where only the repository's own keys do.
    pub signers: Vec<String>,
}

/// A delegation and its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerRow {
    /// The role's name without `targets/`.
    pub name: String,
    /// Canonical IDs; a key that cannot be read is left out.
    pub keys: Vec<CanonicalKeyId>,
}

/// Reports on an image: on its tag where it has one, else on all. Where the signers of `targets/releases` were removed, or it has expired, what is
/// left is reported as that; where its file is not known, nothing is.
pub fn inspect(session: &Session<'_>, image: &Image) -> Result<ImageReport, OpsError> {
    let repo = for_reading(session, &image.gun)?;
    let skipped = repo.skipped().get(&RoleName::releases());
    if skipped.is_some_and(|skipped| !matches!(skipped.cause, Cause::Expired | Cause::LostSigners)) {
        must_be_known(&repo)?;
    }
    let tags = released_rows(&repo.entries(image.tag.as_ref().map(super::image::Tag::as_str)));
    if !tags.is_empty() {
        answer_without_releases(session, &repo)?;
    }
    let unknown = skipped.filter(|_| !tags.is_empty()).map(|skipped| skipped.reason.clone());
    let key_ids = |role: &RoleName| repo.root().role_keys(role).iter().map(|(_, key)| key.id()).collect();
    Ok(ImageReport {
        gun: image.gun.clone(),
        tags,
        signers: signers(&repo),
        root_keys: key_ids(&RoleName::root()),
        repository_keys: key_ids(&RoleName::targets()),
        unknown,
    })
}

/// A row for each content that `targets` or `targets/releases` signs, with the other roles that sign the same (docker
/// `trust.matchReleasedSignatures`).
pub(super) fn released_rows(entries: &[Entry<'_>]) -> Vec<TagRow> {
    let mut rows: Vec<TagRow> = Vec::new();
    let mut index = BTreeMap::new();
    for entry in entries.iter().filter(|entry| is_released(entry.role)) {
        index.entry((entry.name, entry.target.meta.sha256)).or_insert_with(|| {
            rows.push(TagRow { tag: entry.name.to_owned(), digest: entry.target.meta.sha256, signers: Vec::new() });
            rows.len() - 1
        });
    }
    for entry in entries {
        let row = index.get(&(entry.name, entry.target.meta.sha256)).and_then(|row| rows.get_mut(*row));
        if let (Some(row), Some(signer), false) = (row, entry.role.signer_name(), is_released(entry.role)) {
            row.signers.push(signer.to_owned());
        }
    }
    rows
}

fn signers(repo: &TrustedRepo) -> Vec<SignerRow> {
    let delegations = repo.delegations().filter(|(_, delegation)| delegation.name != RoleName::releases());
    delegations
        .filter_map(|(_, delegation)| {
            let keys = repo.role_keys(&delegation.name);
            let keys = keys.iter().filter_map(|(_, key): (_, &Key)| key.canonical_id().ok()).collect();
            Some(SignerRow { name: delegation.name.signer_name()?.to_owned(), keys })
        })
        .collect()
}
