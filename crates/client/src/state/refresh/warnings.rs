//! What whoever reads a repository is warned of: roles that are not used, and ends that are near.

use crate::{
    not_used::NotUsed,
    ports::{Ending, Warning},
    session::Session,
};
use trust::{
    model::{expiry::is_near, role::RoleName},
    verify::trusted::TrustedRepo,
};

/// Warns of a state that was verified.
pub(super) fn warn(session: &Session<'_>, repo: &TrustedRepo) {
    for (role, skipped) in repo.skipped() {
        let why = NotUsed::of(repo, role, skipped);
        session.warn(Warning::RoleSetAside { role: role.clone(), why, reason: skipped.reason.clone() });
    }
    let tell = |role: &RoleName, kind, at| {
        if is_near(at, session.now) {
            session.warn(Warning::EndsSoon { gun: repo.gun().clone(), role: role.clone(), kind, at });
        }
    };
    // whichever of the two ends first ends both
    let file = (repo.root().expires().moment(), Ending::File);
    let certificate = repo.root().certified_until(repo.gun()).map(|at| (at, Ending::Certificate));
    let (at, kind) = certificate.map_or(file, |certificate| certificate.min(file));
    tell(&RoleName::root(), kind, at);
    let delegations = repo.delegations().map(|(_, delegation)| &delegation.name);
    for role in [RoleName::targets()].iter().chain(delegations) {
        if let Some(file) = repo.targets(role) {
            tell(role, Ending::File, file.expires().moment());
        }
    }
    tell(&RoleName::snapshot(), Ending::File, repo.snapshot().expires().moment());
}
