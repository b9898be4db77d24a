//! `notary status`

use super::{failure::told, flags::TEMPLATE, repository::repository, table, usage};
use crate::{
    cli::{context::Context, error::CliError},
    ops::stage::staged,
};

/// Displays the unpublished changes of a trusted collection
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary status [ GUN ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context<'_>) -> Result<(), CliError> {
    let Some(gun) = &args.gun else { return Err(usage::misused(context, "status", "Must specify a GUN")) };
    let gun = repository(gun)?;
    let staged = staged(context.wiring.changelist(), &gun).map_err(|error| told(&error))?;
    let mut rows = Vec::new();
    for (number, staged) in staged.into_iter().enumerate() {
        match staged.change {
            Ok(change) => rows.push([number.to_string(), change.action, change.role, change.kind, change.path]),
            Err(reason) => context.ui.warning(&format!("change {number}, {}, is none: {reason}", staged.file.name)),
        }
    }
    if rows.is_empty() {
        context.ui.line(&format!("No unpublished changes for {gun}"));
        return Ok(());
    }
    context.ui.lines([&format!("Unpublished changes for {gun}:"), ""]);
    context.ui.lines(table::lines(["#", "ACTION", "SCOPE", "TYPE", "PATH"], rows));
    Ok(())
}
