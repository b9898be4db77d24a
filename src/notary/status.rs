//! `notary status`

use super::command::NotaryCommand;
use crate::{
    compose::context::Context,
    face::{notary_failure::told, notary_misuse},
    options::{
        notary::TEMPLATE,
        notary_names::repository,
        output::{OutputFormat, output_format},
    },
    render::{
        json, notary_table,
        targets_json::{ChangesJson, NumberedChange},
    },
    term::error::CliError,
};
use client::repo::stage::staged;
use trust::edit::changelist::StagedChange;

/// Displays the unpublished changes of a trusted collection
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary status [ GUN ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Print a table (text), or JSON for a program (json)
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = output_format, hide_default_value = true)]
    pub output: OutputFormat,

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
        let Some(gun) = &self.gun else { return Err(notary_misuse::misused("status", "Must specify a GUN")) };
        let gun = repository(gun)?;
        let staged = staged(context.wiring.changelist(), &gun).map_err(|error| told(&error))?;
        let mut changes = Vec::new();
        for (number, staged) in staged.into_iter().enumerate() {
            match staged.change {
                Ok(StagedChange { action, role: scope, kind, path, .. }) => {
                    changes.push(NumberedChange { number, action, scope, kind, path });
                }
                Err(reason) => {
                    context.ui.warning("bad-staged-change", &format!("change {number}, {}, is none: {reason}", staged.file.name));
                }
            }
        }
        if self.output == OutputFormat::Json {
            context.ui.json(&json::report(&ChangesJson { repository: gun.to_string(), changes })?);
            return Ok(());
        }
        if changes.is_empty() {
            context.ui.line(&format!("No unpublished changes for {gun}"));
            return Ok(());
        }
        context.ui.lines([&format!("Unpublished changes for {gun}:"), ""]);
        context.ui.lines(notary_table::lines(["#", "ACTION", "SCOPE", "TYPE", "PATH"], changes.into_iter().map(row)));
        Ok(())
    }
}

fn row(change: NumberedChange) -> [String; 5] {
    [change.number.to_string(), change.action, change.scope, change.kind, change.path]
}
