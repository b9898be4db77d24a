//! `notary remove`

use super::{changes, command::NotaryCommand};
use crate::{
    compose::{context::Context, wiring::Access},
    options::{
        notary::{List, PublishFlag, TEMPLATE, listed, words},
        notary_names::repository,
    },
    term::error::CliError,
};
use trust::edit::change::Change;

/// Removes a target from the trusted collection, to be published later
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary remove [ GUN ] <target> [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Whether it is published at once.
    #[command(flatten)]
    pub publish: PublishFlag,

    /// Delegation roles to remove this target from
    #[arg(short, long, allow_hyphen_values = true, value_parser = words, value_name = "ROLES")]
    pub roles: Vec<List<String>>,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// Name of the target
    #[arg(value_name = "TARGET")]
    pub target: Option<String>,

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
        let (Some(gun), Some(name)) = (&self.gun, &self.target) else {
            return Err(CliError::new("Must specify a GUN and target"));
        };
        let gun = repository(gun)?;
        let roles = changes::target_roles(context, &listed(&self.roles))?.into_iter();
        let removed = roles.map(|role| Change::RemoveTarget { role, name: name.clone() });
        changes::stage(context, &gun, &removed.collect::<Vec<_>>(), self.publish, |ui| {
            ui.line(&format!("Removal of {name} from {gun} staged for next publish."));
        })
    }
}
