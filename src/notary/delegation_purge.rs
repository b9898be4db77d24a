//! `notary delegation purge`

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
use trust::{edit::change::Change, model::role::RoleName};

/// Removes keys from all delegations of a trusted collection, to be published later
#[derive(Debug, clap::Args)]
#[command(name = "purge", override_usage = "notary delegation purge [ GUN ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Delegation key IDs to be removed from the GUN
    #[arg(long, allow_hyphen_values = true, value_parser = words, value_name = "KEYIDS")]
    pub key: Vec<List<String>>,

    /// Publish at once, with all that is staged already
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub publish: bool,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

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
        let misused = |words| Err(notary_misuse::misused("delegation purge", words));
        let Some(gun) = self.gun.as_ref().filter(|_| self.excess.is_empty()) else {
            return misused("Please provide a single Global Unique Name as an argument to remove");
        };
        let typed = listed(&self.key);
        if typed.is_empty() {
            return misused("Please provide at least one key ID to be removed using the --key flag");
        }
        let gun = repository(gun)?;
        let keys = typed.iter().map(|id| changes::key_id(id)).collect::<Result<Vec<_>, _>>()?;
        changes::stage(context, &gun, &[Change::PurgeKeys { below: RoleName::targets(), keys }])?;
        context.ui.line(&format!("Removal of the following keys from all delegations in {gun} staged for next publish:"));
        context.ui.lines(typed.iter().map(|id| format!("\t- {id}")));
        changes::publish_where_wanted(context, &gun, self.publish)
    }
}
