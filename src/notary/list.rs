//! `notary list`

use super::command::NotaryCommand;
use crate::{
    compose::context::Context,
    face::{notary_events::NotaryNarrator, notary_failure, notary_misuse},
    options::{
        notary::{List, TEMPLATE, listed, words},
        notary_names::{repository, roles},
        output::{OutputFormat, output_format},
    },
    render::{json, notary_table, target_row::row, targets_json::TargetsJson},
    term::error::CliError,
};
use client::{image::list_targets, outcome::Outcome};

/// Lists the targets of a trusted collection
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary list [ GUN ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Print a table (text), or JSON for a program (json)
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = output_format, hide_default_value = true)]
    pub output: OutputFormat,

    /// Delegation roles to list targets for (will shadow targets role)
    #[arg(short, long, allow_hyphen_values = true, value_parser = words, value_name = "ROLES")]
    pub roles: Vec<List<String>>,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}

impl NotaryCommand for Args {
    fn excess(&self) -> &[String] {
        &self.excess
    }

    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        let Some(gun) = &self.gun else { return Err(notary_misuse::misused("list", "Must specify a GUN")) };
        let (gun, roles) = (repository(gun)?, roles(&listed(&self.roles))?);
        let _wait = context.ui.wait(&format!("reading trust data of {gun}"));
        let narrator = NotaryNarrator::new(context.ui);
        let targets = list_targets::list(&context.session(&narrator), &gun, &roles)
            .map(Outcome::into_result)
            .map_err(|error| notary_failure::told(&error))?;
        match self.output {
            OutputFormat::Json => context.ui.json(&json::report(&TargetsJson::of(gun.as_str(), &targets))?),
            OutputFormat::Text if targets.is_empty() => context.ui.lines(["", "No targets present in this repository.", ""]),
            OutputFormat::Text => {
                context.ui.lines(notary_table::lines(["NAME", "DIGEST", "SIZE (BYTES)", "ROLE"], targets.iter().map(row)));
            }
        }
        Ok(())
    }
}
