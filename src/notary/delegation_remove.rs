//! `notary delegation remove`

use super::{changes, command::NotaryCommand, delegation_words, key_names};
use crate::{
    compose::{context::Context, wiring::Access},
    face::notary_misuse,
    options::{
        boolean::go_bool,
        notary::{List, PublishFlag, TEMPLATE, listed, words},
        notary_names::repository,
    },
    term::error::CliError,
};
use trust::{
    edit::change::Change,
    model::{gun::Gun, role::RoleName},
};

/// Removes keys or paths from a delegation, or the delegation, to be published later
#[derive(Debug, clap::Args)]
#[command(name = "remove", override_usage = "notary delegation remove [ GUN ] [ Role ] <KeyID 1> ... [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Remove all paths from this delegation
    #[arg(long = "all-paths", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub all_paths: bool,

    /// List of paths to remove
    #[arg(long, allow_hyphen_values = true, value_parser = words, value_name = "PATHS")]
    pub paths: Vec<List<String>>,

    /// Whether it is published at once.
    #[command(flatten)]
    pub publish: PublishFlag,

    /// Answer yes to the removal question (no confirmation)
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub yes: bool,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// Delegation
    #[arg(value_name = "ROLE")]
    pub role: Option<String>,

    /// IDs of keys to remove
    #[arg(value_name = "KEYID")]
    pub keys: Vec<String>,
}

impl NotaryCommand for Args {
    fn access(&self) -> Access {
        Access::Write
    }

    /// Runs the command. Where neither keys nor paths are named the whole delegation goes.
    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        let (Some(gun), Some(role)) = (&self.gun, &self.role) else {
            return Err(notary_misuse::misused(
                "delegation remove",
                "must specify the Global Unique Name and the role of the delegation along with optional keyIDs and/or a list of paths to remove",
            ));
        };
        let gun = repository(gun)?;
        let role = RoleName::parse(role)
            .ok()
            .filter(RoleName::is_delegation)
            .ok_or_else(|| changes::hinted_at_releases(CliError::new(format!("invalid delegation name {role}")), role))?;
        let paths = listed(&self.paths);
        if self.keys.is_empty() && paths.is_empty() && !self.all_paths {
            self.remove_all(context, &gun, &role)
        } else {
            self.remove_some(context, &gun, &role, paths)
        }
    }
}

impl Args {
    fn remove_all(&self, context: &Context<'_>, gun: &Gun, role: &RoleName) -> Result<(), CliError> {
        context.ui.line("");
        let question = "Are you sure you want to remove all data for this delegation? (yes/no)";
        if self.yes {
            context.ui.lines([question, "Confirmed `yes` from flag"]);
        } else if context.prompter.is_yes(question) {
            context.ui.line("");
        } else {
            return Err(CliError::new("Aborting action."));
        }
        changes::stage(context, gun, &[Change::Undelegate { role: role.clone() }], self.publish, |ui| {
            ui.lines([
                "",
                &format!(
                    "Forced removal (including all keys and paths) of delegation role {role} to repository \"{gun}\" staged for next publish."
                ),
                "",
            ]);
        })
    }

    fn remove_some(&self, context: &Context<'_>, gun: &Gun, role: &RoleName, paths: Vec<String>) -> Result<(), CliError> {
        let keys = self.keys.iter().map(|id| key_names::any_key(id)).collect::<Result<Vec<_>, _>>()?;
        let mut staged = Vec::new();
        let mut with = Vec::new();
        if !keys.is_empty() {
            with.push(delegation_words::with_keys(&self.keys));
        }
        if self.all_paths {
            with.push("with all paths, ".to_owned());
            staged.push(Change::ClearPaths { role: role.clone() });
        } else if !paths.is_empty() {
            with.push(delegation_words::with_paths(&paths));
            staged.push(Change::RemovePaths { role: role.clone(), paths });
        }
        if !keys.is_empty() {
            staged.push(Change::RemoveKeys { role: role.clone(), keys });
        }
        changes::stage(context, gun, &staged, self.publish, |ui| delegation_words::staged(ui, "Removal", role, &with, gun))
    }
}
