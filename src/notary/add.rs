//! `notary add`

use std::path::PathBuf;

use clap::ValueHint;

use super::{changes, command::NotaryCommand, target_file};
use crate::{
    compose::{context::Context, wiring::Access},
    face::notary_misuse,
    options::{
        boolean::go_bool,
        notary::{List, TEMPLATE, listed, path, words},
        notary_names::repository,
    },
    term::error::CliError,
};
use trust::{edit::change::Change, model::targets::Target};

/// Adds the file as a target to the trusted collection, to be published later
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary add [ GUN ] <target> <file> [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// File with custom data for this target
    #[arg(long, allow_hyphen_values = true, value_parser = path(), value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub custom: Option<PathBuf>,

    /// Publish at once, with all that is staged already
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub publish: bool,

    /// Delegation roles to add this target to
    #[arg(short, long, allow_hyphen_values = true, value_parser = words, value_name = "ROLES")]
    pub roles: Vec<List<String>>,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// Name of the target
    #[arg(value_name = "TARGET")]
    pub target: Option<String>,

    /// File to add
    #[arg(value_name = "FILE", value_parser = path(), value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}

impl NotaryCommand for Args {
    fn access(&self) -> Access {
        Access::Write
    }

    fn excess(&self) -> &[String] {
        &self.excess
    }

    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        let (Some(gun), Some(name), Some(file)) = (&self.gun, &self.target, &self.file) else {
            return Err(notary_misuse::misused("add", "Must specify a GUN, target, and path to target data"));
        };
        let gun = repository(gun)?;
        let custom = changes::custom(self.custom.as_deref())?;
        let target = Target { meta: target_file::measure(file).map_err(CliError::new)?, custom };
        let roles = changes::target_roles(context, &listed(&self.roles))?.into_iter();
        let added = roles.map(|role| Change::AddTarget { role, name: name.clone(), target: target.clone() });
        changes::stage(context, &gun, &added.collect::<Vec<_>>())?;
        context.ui.line(&format!("Addition of target \"{name}\" to repository \"{gun}\" staged for next publish."));
        changes::publish_where_wanted(context, &gun, self.publish)
    }
}
