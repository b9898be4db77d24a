//! What the commands that stage changes share.

use std::path::Path;

use crate::{
    compose::context::Context,
    face::{edit_distance::distance, notary_events::NotaryNarrator, notary_failure::told},
    term::error::CliError,
};
use client::repo::{publish_staged::publish_staged, stage};
use trust::{
    edit::change::Change,
    json::value::Json,
    model::{gun::Gun, key_id::CanonicalKeyId, role::RoleName},
};

/// Stages changes behind those that are staged already. No server is asked.
pub(super) fn stage(context: &Context<'_>, gun: &Gun, changes: &[Change]) -> Result<(), CliError> {
    stage::stage(context.wiring.changelist(), gun, context.now, changes).map(drop).map_err(|error| told(&error))
}

/// Publishes all that is staged, where `-p` wants it.
pub(super) fn publish_where_wanted(context: &Context<'_>, gun: &Gun, wanted: bool) -> Result<(), CliError> {
    if !wanted {
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

/// Reads the custom data of a target: JSON, in the one form in which the server can verify it again. `null` is none.
pub(super) fn custom(file: Option<&Path>) -> Result<Option<Json>, CliError> {
    let Some(file) = file else { return Ok(None) };
    let bytes = super::target_file::read_small(file).map_err(CliError::new)?;
    match Json::parse(&bytes) {
        Ok(Json::Null) => Ok(None),
        Ok(json) if json.control_character().is_some() => {
            Err(CliError::new(format!("{}: custom data with a control character cannot be signed", file.display())))
        }
        Ok(json) => Ok(Some(json)),
        Err(error) => Err(CliError::new(format!("{}: this custom data cannot be signed: {error}", file.display()))
            .hinted("custom data is JSON with whole numbers within 2^53; a fraction can stand in a text")),
    }
}

/// Reads the ID of a key to be removed. Whatever cannot be one would remove nothing, without a word.
pub(super) fn key_id(typed: &str) -> Result<CanonicalKeyId, CliError> {
    CanonicalKeyId::from_hex(&typed.to_ascii_lowercase())
        .ok_or_else(|| CliError::new(format!("invalid key ID provided: {typed}")).hinted("an ID has 64 hexadecimal digits"))
}

/// Paths as notary tells of them: sorted, with a word for the empty one, which every name begins with.
pub(super) fn shown_paths(paths: &[String]) -> String {
    let mut paths = paths.to_vec();
    paths.sort();
    let shown = |path: &String| if path.is_empty() { "\"\" <all paths>".to_owned() } else { path.clone() };
    paths.iter().map(shown).collect::<Vec<_>>().join("\n")
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

    #[test]
    fn paths_are_told_in_order() {
        assert_eq!(shown_paths(&["x".to_owned(), String::new(), "a".to_owned()]), "\"\" <all paths>\na\nx");
    }
}
