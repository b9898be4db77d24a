//! `notary delegation purge`

use super::{changes, command::NotaryCommand, key_names};
use crate::{
    compose::{context::Context, wiring::Access},
    face::notary_misuse,
    options::{
        notary::{List, PublishFlag, TEMPLATE, listed, words},
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

    /// Whether it is published at once.
    #[command(flatten)]
    pub publish: PublishFlag,

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
        let keys = typed.iter().map(|id| key_names::any_key(id)).collect::<Result<Vec<_>, _>>()?;
        changes::stage(context, &gun, &[Change::PurgeKeys { below: RoleName::targets(), keys }], self.publish, |ui| {
            ui.line(&format!("Removal of the following keys from all delegations in {gun} staged for next publish:"));
            ui.lines(typed.iter().map(|id| format!("\t- {id}")));
        })
    }
}
