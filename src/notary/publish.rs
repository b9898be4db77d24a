//! `notary publish`

use super::{changes, command::NotaryCommand};
use crate::{
    compose::{context::Context, wiring::Access},
    face::notary_misuse,
    options::{notary::TEMPLATE, notary_names::repository},
    term::error::CliError,
};

/// Publishes the staged changes of a trusted collection
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary publish [ GUN ] [flags]", help_template = TEMPLATE)]
pub struct Args {
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
        let Some(gun) = &self.gun else { return Err(notary_misuse::misused("publish", "Must specify a GUN")) };
        let gun = repository(gun)?;
        context.ui.line(&format!("Pushing changes to {gun}"));
        changes::publish(context, &gun)
    }
}
