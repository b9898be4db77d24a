//! What the commands that stage changes share.

use crate::{
    compose::context::Context,
    face::{edit_distance::distance, notary_events::NotaryNarrator, notary_failure::told},
    options::notary::PublishFlag,
    term::{error::CliError, ui::Ui},
};
use client::repo::{publish_staged::publish_staged, stage};
use trust::{
    edit::change::Change,
    model::{gun::Gun, role::RoleName},
};

/// Stages changes behind those that are staged already, and has it told. No server is asked unless `-p` wants all of it published.
pub(super) fn stage(
    context: &Context<'_>,
    gun: &Gun,
    changes: &[Change],
    flag: PublishFlag,
    tell: impl FnOnce(&Ui),
) -> Result<(), CliError> {
    stage::stage(context.wiring.changelist(), gun, context.now, changes).map_err(|error| told(&error))?;
    tell(context.ui);
    publish_where_wanted(context, gun, flag)
}

/// Publishes all that is staged, where `-p` wants it.
pub(super) fn publish_where_wanted(context: &Context<'_>, gun: &Gun, flag: PublishFlag) -> Result<(), CliError> {
    if !flag.publish {
        return Ok(());
    }
    context.ui.line(&format!("Auto-publishing changes to {gun}"));
    publish(context, gun)
}

/// Publishes all that is staged.
pub(super) fn publish(context: &Context<'_>, gun: &Gun) -> Result<(), CliError> {
    let narrator = NotaryNarrator::new(context.ui);
    let session = context.session(&narrator);
    let waiting = context.ui.wait(&format!("publishing changes of {gun}"));
    publish_staged(&session, context.wiring.changelist(), gun).map_err(|error| told(&error))?;
    drop(waiting);
    context.ui.line(&format!("Successfully published changes for repository {gun}"));
    Ok(())
}

/// The roles that a target is staged for: `targets` where none is named.
pub(super) fn target_roles(context: &Context<'_>, names: &[String]) -> Result<Vec<RoleName>, CliError> {
    if names.is_empty() {
        return Ok(vec![RoleName::targets()]);
    }
    let role = |name: &String| {
        let role = RoleName::parse(name).ok().filter(|role| role.is_delegation() || *role == RoleName::targets());
        let refused =
            || hinted_at_releases(CliError::new(format!("tuf: invalid role {name}. cannot add targets to this role")), name);
        role.ok_or_else(refused)
    };
    let roles: Vec<RoleName> = names.iter().map(role).collect::<Result<_, _>>()?;
    for role in &roles {
        warn_near_releases(context, role);
    }
    Ok(roles)
}

/// Warns of a delegation whose name is close to that of the one that Docker trusts.
pub(super) fn warn_near_releases(context: &Context<'_>, role: &RoleName) {
    if is_near_releases(role.as_str()) {
        context.ui.warning(
            "not-pulled-by-docker",
            &format!("{role} is not targets/releases, the only delegation that Docker pulls from"),
        );
    }
}

/// Says of a name that is none what may have been meant.
pub(super) fn hinted_at_releases(error: CliError, name: &str) -> CliError {
    if is_near_releases(name) { error.hinted("Docker pulls from targets/releases, in small letters") } else { error }
}

fn is_near_releases(name: &str) -> bool {
    let releases = RoleName::releases();
    name != releases.as_str() && distance(&name.to_lowercase(), releases.as_str()) <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_nearly_targets_releases_is_told_apart() {
        for near in
            ["targets/release", "targets/relases", "targets/Releases", "targets/releasess", "targets/rel-eases", "target/releases"]
        {
            assert!(is_near_releases(near), "{near}");
        }
        for other in ["targets/releases", "targets/jeff", "targets", "targets/qa", "targets/releases/qa", "targets/prereleases"] {
            assert!(!is_near_releases(other), "{other}");
        }
    }
}
