//! `notary witness`

use super::{changes, command::NotaryCommand};
use crate::{
    compose::{context::Context, wiring::Access},
    face::{notary_misuse, peer_words::Worded as _},
    options::{
        notary::{PublishFlag, TEMPLATE},
        notary_names::repository,
    },
    term::error::CliError,
};
use trust::{
    edit::{change::Change, changelist::StagedChange},
    model::role::RoleName,
};

/// Marks roles to be re-signed the next time they are published
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary witness [ GUN ] <role> ... [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Whether it is published at once.
    #[command(flatten)]
    pub publish: PublishFlag,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// Roles to re-sign
    #[arg(value_name = "ROLE")]
    pub roles: Vec<String>,
}

impl NotaryCommand for Args {
    fn access(&self) -> Access {
        Access::Write
    }

    /// Runs the command. A role that cannot be witnessed is refused at once, in the words in which notary refuses the whole publish later.
    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        let Some(gun) = self.gun.as_ref().filter(|_| !self.roles.is_empty()) else {
            return Err(notary_misuse::misused("witness", "Please provide a GUN and at least one role to witness"));
        };
        let gun = repository(gun)?;
        let roles: Vec<Change> = self.roles.iter().map(|name| witness(name)).collect::<Result<_, _>>()?;
        changes::stage(context, &gun, &roles, self.publish, |ui| {
            ui.line("The following roles were successfully marked for witnessing on the next publish:");
            ui.lines(self.roles.iter().map(|role| format!("\t- {role}")));
        })
    }
}

fn witness(name: &str) -> Result<Change, CliError> {
    let Ok(role) = RoleName::parse(name) else { return Err(CliError::new(format!("scope not supported: {name}"))) };
    let change = Change::Witness { role };
    let staged = StagedChange::of(&change).map(|staged| staged.changes());
    staged.transpose().map_err(|error| CliError::new(error.worded()))?;
    Ok(change)
}
