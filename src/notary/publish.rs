//! `notary publish`

use super::changes;
use crate::{
    compose::context::Context,
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

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context<'_>) -> Result<(), CliError> {
    let Some(gun) = &args.gun else { return Err(notary_misuse::misused("publish", "Must specify a GUN")) };
    let gun = repository(gun)?;
    context.ui.line(&format!("Pushing changes to {gun}"));
    changes::publish(context, &gun)
}
