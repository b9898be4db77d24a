//! A target that is to be signed, as `add` and `addhash` take it: its name, its custom data, and the roles that are to have it.

use std::path::{Path, PathBuf};

use clap::ValueHint;

use super::{changes, target_file};
use crate::{
    compose::context::Context,
    options::notary::{List, PublishFlag, listed, path, words},
    term::{error::CliError, ui::Ui},
};
use trust::{
    edit::change::Change,
    json::value::Json,
    model::{gun::Gun, role::RoleName},
};

/// The arguments that both have.
#[derive(Debug, clap::Args)]
pub struct NewTargetArgs {
    /// File with custom data for this target
    #[arg(long, allow_hyphen_values = true, value_parser = path(), value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub custom: Option<PathBuf>,

    /// Whether it is published at once.
    #[command(flatten)]
    pub publish: PublishFlag,

    /// Delegation roles to add this target to
    #[arg(short, long, allow_hyphen_values = true, value_parser = words, value_name = "ROLES")]
    pub roles: Vec<List<String>>,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// Name of the target
    #[arg(value_name = "TARGET")]
    pub target: Option<String>,
}

impl NewTargetArgs {
    /// The custom data; none where there is none, or `null`.
    pub(super) fn custom(&self) -> Result<Option<Json>, CliError> {
        self.custom.as_deref().map(custom).transpose().map(Option::flatten)
    }

    /// Stages the addition to each role.
    pub(super) fn stage(
        &self,
        context: &Context<'_>,
        gun: &Gun,
        addition: impl FnMut(RoleName) -> Change,
        tell: impl FnOnce(&Ui),
    ) -> Result<(), CliError> {
        let roles = changes::target_roles(context, &listed(&self.roles))?;
        let added: Vec<Change> = roles.into_iter().map(addition).collect();
        changes::stage(context, gun, &added, self.publish, tell)
    }
}

/// Reads the custom data of a target: JSON, in the one form in which the server can verify it again. `null` is none.
fn custom(file: &Path) -> Result<Option<Json>, CliError> {
    let bytes = target_file::read_small(file).map_err(CliError::new)?;
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
