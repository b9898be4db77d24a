//! `notary delegation list`

use std::iter;

use super::command::NotaryCommand;
use crate::{
    compose::context::Context,
    face::{notary_events::NotaryNarrator, notary_failure, notary_misuse},
    options::{
        notary::TEMPLATE,
        notary_names::repository,
        output::{OutputFormat, output_format},
    },
    render::{json, notary_table, targets_json::DelegationsJson},
    term::error::CliError,
};
use client::{
    image::list_targets::{self, DelegatedRole},
    outcome::Outcome,
};

/// Lists the delegations of a trusted collection
#[derive(Debug, clap::Args)]
#[command(name = "list", override_usage = "notary delegation list [ GUN ] [flags]", help_template = TEMPLATE)]
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
    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        let Some(gun) = self.gun.as_ref().filter(|_| self.excess.is_empty()) else {
            return Err(notary_misuse::misused("delegation list", "Please provide a Global Unique Name as an argument to list"));
        };
        let gun = repository(gun)?;
        let _wait = context.ui.wait(&format!("reading trust data of {gun}"));
        let narrator = NotaryNarrator::new(context.ui);
        let roles = list_targets::delegations(&context.session(&narrator), &gun).map(Outcome::into_result).map_err(|error| {
            notary_failure::told(&error).prefixed(&format!("Error retrieving delegation roles for repository {gun}: "))
        })?;
        match self.output {
            OutputFormat::Json => context.ui.json(&json::report(&DelegationsJson::of(gun.as_str(), &roles))?),
            OutputFormat::Text => {
                context.ui.line("");
                if roles.is_empty() {
                    context.ui.lines(["", "No delegations present in this repository.", ""]);
                } else {
                    context.ui.lines(notary_table::lines(["ROLE", "PATHS", "KEY IDS", "THRESHOLD"], roles.iter().flat_map(rows)));
                }
                context.ui.line("");
            }
        }
        Ok(())
    }
}

/// A row for the role, and further ones for its further paths and keys.
fn rows(role: &DelegatedRole) -> Vec<[String; 4]> {
    let path = |path: &String| if path.is_empty() { "\"\" <all paths>".to_owned() } else { path.clone() };
    let mut paths = role.paths.iter().map(path);
    let mut keys = role.keys.iter().map(ToString::to_string);
    let count = role.paths.len().max(role.keys.len()).max(1);
    let first = [role.role.to_string(), role.threshold.to_string()];
    iter::once(first)
        .chain(iter::repeat_with(Default::default))
        .take(count)
        .map(|[name, threshold]| [name, paths.next().unwrap_or_default(), keys.next().unwrap_or_default(), threshold])
        .collect()
}
