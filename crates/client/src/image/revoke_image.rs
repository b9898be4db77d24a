//! Revokes what is signed under a tag, or under all tags of a repository.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::released::{is_released, must_be_known};
use crate::{
    error::OpsError,
    image::error::ImageError,
    keys::{error::KeysError, keyring::Keyring, keys_here},
    outcome::{Outcome, PublishedVersions},
    session::Session,
    state::{
        publish::{Changes, publish},
        refresh::{WritableRepo, for_writing, not_initialized},
    },
};
use trust::{
    edit::change::Change,
    model::{gun::Gun, key_id::CanonicalKeyId, role::RoleName, tag::Tag},
    verify::trusted::TrustedRepo,
};

/// What was revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Revocation {
    /// The repository.
    pub repository: Gun,
    /// The tags that nobody here signs any more.
    pub tags: Vec<String>,
    /// The versions of the files that were signed here.
    pub versions: PublishedVersions,
}

/// A revocation that did not go through, or not for every tag.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// Nobody signs the tag.
    #[error("no role signs tag {0}")]
    NoSuchTag(Tag),
    /// Nothing is signed.
    #[error("nothing is signed")]
    NoTags,
    /// Some tags are signed by roles of which no key is on this machine. Nothing was removed of those.
    #[error("these tags stay, for want of signing keys: {}", names(kept))]
    Kept {
        /// The tags that stay, with the roles that cannot be signed.
        kept: Vec<KeptTag>,
        /// The tags that were revoked.
        revoked: Vec<String>,
    },
    /// Anything else.
    #[error(transparent)]
    Ops(#[from] OpsError),
}

/// A tag that stays as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptTag {
    /// The tag: any text, chosen by whoever signed.
    pub name: String,
    /// The roles that sign it and cannot be signed here, with their keys.
    pub roles: Vec<(RoleName, Vec<CanonicalKeyId>)>,
}

/// Removes a tag, or with none every tag, from each role that signs it and of which a key is on this machine.
///
/// Docker trusts what `targets` or `targets/releases` signs. A tag leaves both or stays as it was: to remove the newer entry alone would
/// bring the older one back. The entries of other signers alone are trusted by nobody, and stay where their keys are elsewhere.
pub fn revoke(session: &Session<'_>, gun: &Gun, tag: Option<&Tag>) -> Result<Outcome<Revocation>, RevokeError> {
    Outcome::of(session, |session| remove_signatures(session, gun, tag))
}

fn remove_signatures(session: &Session<'_>, gun: &Gun, tag: Option<&Tag>) -> Result<Revocation, RevokeError> {
    let _writer = session.store.writer(gun).map_err(OpsError::from)?;
    let keyring = Keyring::new(session);
    let Some(target) = keyring.beside(|info| info.may_sign_tags_of(gun), || for_writing(session, gun))?? else {
        return Err(not_initialized(session, gun).into());
    };
    let WritableRepo::Published(repo) = target else { return Err(not_initialized(session, gun).into()) };
    // what has expired is signed anew without the tag; what else cannot be used may come back with it
    if repo.expired(&RoleName::releases()).is_none() {
        must_be_known(&repo)?;
    }
    let signed = signed_names(&repo, tag);
    if signed.is_empty() {
        return Err(tag.map_or(RevokeError::NoTags, |tag| RevokeError::NoSuchTag(tag.clone())));
    }
    let mut here = BTreeMap::new();
    for role in signed.values().flatten() {
        if !here.contains_key(role) {
            here.insert(role.clone(), any_here(session, &repo, role)?);
        }
    }
    let is_there = |role: &RoleName| *role == RoleName::targets() || repo.delegations().any(|(_, it)| it.name == *role);
    let (mut changes, mut kept, mut revoked) = (Vec::new(), Vec::new(), Vec::new());
    for (name, roles) in signed {
        let (mine, others): (Vec<_>, Vec<_>) = roles.into_iter().partition(|role| here.get(role) == Some(&true));
        if mine.is_empty() || others.iter().any(is_released) {
            let roles = others.into_iter().map(|role| (role.clone(), keys_of(&repo, &role))).collect();
            kept.push(KeptTag { name, roles });
        } else {
            // of a role that Docker trusts and that does not sign it, nothing is removed; whoever signs it there meanwhile is heard
            let trusted =
                [RoleName::targets(), RoleName::releases()].into_iter().filter(|role| !mine.contains(role) && is_there(role));
            let roles: Vec<_> = trusted.chain(mine.clone()).collect();
            changes.extend(roles.into_iter().map(|role| Change::RemoveTarget { role, name: name.clone() }));
            revoked.push(name);
        }
    }
    if revoked.is_empty() {
        return Err(nothing_here(session, &repo, kept));
    }
    let versions = publish(session, gun, &mut Changes::new(session, &keyring, gun, &changes), WritableRepo::Published(repo))?
        .versions_shown(gun)?;
    if !kept.is_empty() {
        return Err(RevokeError::Kept { kept, revoked });
    }
    Ok(Revocation { repository: gun.clone(), tags: revoked, versions })
}

/// Each name that counts, or one, with the roles that sign it. An entry of a `targets/releases` that has expired would come back with the next
/// signature of that role, so it is one of them.
fn signed_names(repo: &TrustedRepo, tag: Option<&Tag>) -> BTreeMap<String, BTreeSet<RoleName>> {
    let mut signed: BTreeMap<String, BTreeSet<RoleName>> = BTreeMap::new();
    let tag = tag.map(Tag::as_str);
    for entry in repo.entries(tag) {
        signed.entry(entry.name.to_owned()).or_default().insert(entry.role.clone());
    }
    let releases = RoleName::releases();
    let expired = repo.expired(&releases).map(|file| file.targets.keys().filter(|name| tag.is_none_or(|tag| tag == *name)));
    for name in expired.into_iter().flatten() {
        signed.entry(name.clone()).or_default().insert(releases.clone());
    }
    signed
}

fn keys_of(repo: &TrustedRepo, role: &RoleName) -> Vec<CanonicalKeyId> {
    repo.role_keys(role).canonical_ids().collect()
}

fn any_here(session: &Session<'_>, repo: &TrustedRepo, role: &RoleName) -> Result<bool, OpsError> {
    Ok(!keys_here(session.keys, &repo.role_keys(role))?.is_empty())
}

/// Docker has words for who has no signer's key at all.
fn nothing_here(session: &Session<'_>, repo: &TrustedRepo, kept: Vec<KeptTag>) -> RevokeError {
    let targets = RoleName::targets();
    let direct = repo.delegations().filter(|(parent, _)| **parent == targets);
    let signers: Vec<_> = direct.map(|(_, delegation)| (delegation.name.clone(), keys_of(repo, &delegation.name))).collect();
    let is_stranger = signers.iter().all(|(role, _)| any_here(session, repo, role).is_ok_and(|here| !here));
    match (signers.is_empty(), is_stranger) {
        (true, _) => OpsError::Keys(KeysError::NoSigningKeys { keys: keys_of(repo, &targets), role: targets }).into(),
        (false, true) => OpsError::Image(ImageError::NoSignableRole { gun: repo.gun().clone(), roles: signers }).into(),
        (false, false) => RevokeError::Kept { kept, revoked: Vec::new() },
    }
}

fn names(kept: &[KeptTag]) -> String {
    kept.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>().join(", ")
}
