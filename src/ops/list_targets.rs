//! What is signed in a repository, whatever it is: Notary's view, in which a role stands before another.

use super::{error::OpsError, events::Event, refresh::for_reading, session::Session};
use crate::tuf::{gun::Gun, hashes::FileMeta, key_id::CanonicalKeyId, lookup::Entry, role::RoleName, trusted::TrustedRepo};

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
pub fn list(session: &Session<'_>, gun: &Gun, roles: &[RoleName]) -> Result<Vec<SignedTarget>, OpsError> {
    let repo = for_reading(session, gun)?;
    let mut targets: Vec<_> = repo.entries_by_priority(&wanted(session, &repo, roles), None).iter().map(SignedTarget::of).collect();
    targets.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(targets)
}

/// What a name is signed for; none where it is not (Notary `GetTargetByName`).
pub fn lookup(session: &Session<'_>, gun: &Gun, roles: &[RoleName], name: &str) -> Result<Option<SignedTarget>, OpsError> {
    let repo = for_reading(session, gun)?;
    Ok(repo.entries_by_priority(&wanted(session, &repo, roles), Some(name)).first().map(SignedTarget::of))
}

/// Every delegation, by name (Notary `GetDelegationRoles`).
pub fn delegations(session: &Session<'_>, gun: &Gun) -> Result<Vec<DelegatedRole>, OpsError> {
    let repo = for_reading(session, gun)?;
    let mut found: Vec<_> = repo
        .delegations()
        .map(|(_, delegation)| {
            let mut paths = delegation.paths.clone();
            paths.sort();
            let keys = repo.role_keys(&delegation.name);
            let mut keys: Vec<_> = keys.iter().filter_map(|(_, key)| key.canonical_id().ok()).collect();
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

fn wanted(session: &Session<'_>, repo: &TrustedRepo, roles: &[RoleName]) -> Vec<RoleName> {
    if roles.is_empty() {
        return vec![RoleName::targets()];
    }
    let is_known = |role: &RoleName| *role == RoleName::targets() || repo.delegations().any(|(_, found)| found.name == *role);
    for role in roles.iter().filter(|role| !is_known(role)) {
        session.events.tell(Event::Warning(format!("{} has no role {role}", repo.gun())));
    }
    roles.to_vec()
}
