//! What is signed in a repository, whatever it is: Notary's view, in which a role stands before another.

use super::released::{must_be_known, tell_of_missing_releases};
use crate::{
    error::OpsError, image::error::ImageError, outcome::Outcome, ports::Warning, session::Session, state::refresh::for_reading,
};
use trust::{
    model::{gun::Gun, hashes::FileMeta, key_id::CanonicalKeyId, role::RoleName},
    verify::{lookup::Entry, trusted::TrustedRepo},
};

/// A signed name, and who signs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedTarget {
    /// The name: any text.
    pub name: String,
    /// Length and hashes of the content.
    pub meta: FileMeta,
    /// The role whose entry counts.
    pub role: RoleName,
}

/// A delegation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelegatedRole {
    /// Its name.
    pub role: RoleName,
    /// The prefixes of names that it may sign, sorted.
    pub paths: Vec<String>,
    /// Its keys, sorted; one that cannot be read is left out.
    pub keys: Vec<CanonicalKeyId>,
    /// How many of them must sign.
    pub threshold: u64,
}

/// Everything that is signed, by name; of roles alone that are named, the first before the others, else of all (Notary `ListTargets`).
pub fn list(session: &Session<'_>, gun: &Gun, roles: &[RoleName]) -> Result<Outcome<Vec<SignedTarget>>, OpsError> {
    Outcome::of(session, |session| all_targets(session, gun, roles))
}

fn all_targets(session: &Session<'_>, gun: &Gun, roles: &[RoleName]) -> Result<Vec<SignedTarget>, OpsError> {
    let repo = for_reading(session, gun)?;
    let roles = wanted(session, &repo, roles)?;
    let mut targets: Vec<_> = repo.entries_by_priority(&roles, None).iter().map(SignedTarget::of).collect();
    if !targets.is_empty() && covers_releases(&roles) {
        tell_of_missing_releases(session, &repo)?;
    }
    targets.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(targets)
}

/// What a name is signed for; none where it is not (Notary `GetTargetByName`).
pub fn lookup(session: &Session<'_>, gun: &Gun, roles: &[RoleName], name: &str) -> Result<Outcome<Option<SignedTarget>>, OpsError> {
    Outcome::of(session, |session| {
        let repo = for_reading(session, gun)?;
        let roles = wanted(session, &repo, roles)?;
        let found = repo.entries_by_priority(&roles, Some(name)).first().map(SignedTarget::of);
        if found.is_some() && covers_releases(&roles) {
            tell_of_missing_releases(session, &repo)?;
        }
        Ok(found)
    })
}

/// Every delegation, by name (Notary `GetDelegationRoles`).
pub fn delegations(session: &Session<'_>, gun: &Gun) -> Result<Outcome<Vec<DelegatedRole>>, OpsError> {
    Outcome::of(session, |session| all_delegations(session, gun))
}

fn all_delegations(session: &Session<'_>, gun: &Gun) -> Result<Vec<DelegatedRole>, OpsError> {
    let repo = for_reading(session, gun)?;
    let mut found: Vec<_> = repo
        .delegations()
        .map(|(_, delegation)| {
            let mut paths = delegation.paths.clone();
            paths.sort();
            let keys = repo.role_keys(&delegation.name);
            let mut keys: Vec<_> = keys.canonical_ids().collect();
            keys.sort();
            DelegatedRole { role: delegation.name.clone(), paths, keys, threshold: delegation.spec.threshold.get() }
        })
        .collect();
    found.sort_by(|a, b| a.role.cmp(&b.role));
    Ok(found)
}

impl SignedTarget {
    fn of(entry: &Entry<'_>) -> Self {
        Self { name: entry.name.to_owned(), meta: entry.target.meta.clone(), role: entry.role.clone() }
    }
}

/// Whether what `targets/releases` signs is among what these roles and those below them sign.
fn covers_releases(roles: &[RoleName]) -> bool {
    roles.iter().any(|role| RoleName::releases().is_at_or_below(role))
}

/// The roles that are looked into. Where one that was named cannot be used, or `targets/releases` as one of those below, a role that stands behind
/// it would answer in its place.
fn wanted(session: &Session<'_>, repo: &TrustedRepo, roles: &[RoleName]) -> Result<Vec<RoleName>, OpsError> {
    if let Some((role, skipped)) = roles.iter().find_map(|role| repo.skipped().get_key_value(role)) {
        return Err(OpsError::Image(ImageError::RoleUnusable { role: role.clone(), reason: skipped.reason.clone() }));
    }
    let all = [RoleName::targets()];
    if covers_releases(if roles.is_empty() { &all } else { roles }) {
        must_be_known(repo)?;
    }
    if roles.is_empty() {
        return Ok(all.into());
    }
    let is_known = |role: &RoleName| *role == RoleName::targets() || repo.delegations().any(|(_, found)| found.name == *role);
    for role in roles.iter().filter(|role| !is_known(role)) {
        session.warn(Warning::NoSuchRole { gun: repo.gun().clone(), role: role.clone() });
    }
    Ok(roles.to_vec())
}
