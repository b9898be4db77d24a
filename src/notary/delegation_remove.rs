//! `notary delegation remove`

use super::{changes, command::NotaryCommand};
use crate::{
    compose::{context::Context, wiring::Access},
    face::notary_misuse,
    options::{
        boolean::go_bool,
        notary::{List, TEMPLATE, listed, words},
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

    /// Publish at once, with all that is staged already
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub publish: bool,

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
            remove_all(self, context, &gun, &role)?;
        } else {
            remove_some(self, context, &gun, &role, paths)?;
        }
        changes::publish_where_wanted(context, &gun, self.publish)
    }
}

fn remove_all(args: &Args, context: &Context<'_>, gun: &Gun, role: &RoleName) -> Result<(), CliError> {
    context.ui.line("");
    let question = "Are you sure you want to remove all data for this delegation? (yes/no)";
    if args.yes {
        context.ui.lines([question, "Confirmed `yes` from flag"]);
    } else if context.prompter.is_yes(question) {
        context.ui.line("");
    } else {
        return Err(CliError::new("Aborting action."));
    }
    changes::stage(context, gun, &[Change::Undelegate { role: role.clone() }])?;
    context.ui.lines([
        "",
        &format!(
            "Forced removal (including all keys and paths) of delegation role {role} to repository \"{gun}\" staged for next publish."
        ),
        "",
    ]);
    Ok(())
}

fn remove_some(args: &Args, context: &Context<'_>, gun: &Gun, role: &RoleName, paths: Vec<String>) -> Result<(), CliError> {
    let keys = args.keys.iter().map(|id| changes::key_id(id)).collect::<Result<Vec<_>, _>>()?;
    let mut staged = Vec::new();
    let mut with = Vec::new();
    if !keys.is_empty() {
        with.push(format!("with keys [{}], ", args.keys.join(" ")));
    }
    if args.all_paths {
        with.push("with all paths, ".to_owned());
        staged.push(Change::ClearPaths { role: role.clone() });
    } else if !paths.is_empty() {
        with.push(format!("with paths [{}], ", changes::shown_paths(&paths)));
        staged.push(Change::RemovePaths { role: role.clone(), paths });
    }
    if !keys.is_empty() {
        staged.push(Change::RemoveKeys { role: role.clone(), keys });
    }
    changes::stage(context, gun, &staged)?;
    let with = with.concat();
    let words = format!("Removal of delegation role {role} {with}to repository \"{gun}\" staged for next publish.");
    context.ui.line("");
    context.ui.lines(words.lines());
    context.ui.line("");
    Ok(())
}
