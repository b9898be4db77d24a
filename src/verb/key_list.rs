//! `dct key list`

use crate::{
    compose::context::Context,
    face::{
        docker_events::{DockerNarrator, NarratedVerb},
        failure,
    },
    options::boolean::{OutputFormat, output_format},
    render::keys_json,
    term::{error::CliError, table},
};
use client::{error::OpsError, ports::KeyInfo};
use trust::model::role::RoleName;

/// List the private keys on this machine
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct key list [OPTIONS]",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub struct Args {
    /// Print a table (text), or JSON for a program (json)
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = output_format)]
    pub output: OutputFormat,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  The keys with the names that they are kept under, and their files:
    dct key list

  The IDs of all root keys, as a script wants them:
    dct key list --output json | jq -r '.keys[] | select(.name == \"root\") | .id'";

/// Runs the verb.
pub(crate) fn run(args: &Args, context: &Context<'_>) -> Result<(), CliError> {
    let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, "");
    let mut keys = context.session(&narrator).keys.list().map_err(|error| failure::plain(&OpsError::Keys(error)))?;
    // root keys first, as notary lists them; then by repository and name
    keys.sort_by_key(|info| (info.role != RoleName::root().as_str(), info.gun.clone(), info.role.clone(), info.id));
    match args.output {
        OutputFormat::Json => context.ui.json(&keys_json::list(&keys)?),
        OutputFormat::Text if keys.is_empty() => context.ui.line("No keys on this machine"),
        OutputFormat::Text => context.ui.lines(table::lines(["NAME", "REPOSITORY", "KEY ID", "FILE"], keys.iter().map(row))),
    }
    Ok(())
}

fn row(info: &KeyInfo) -> [String; 4] {
    let open = if info.encrypted { "" } else { " (not encrypted)" };
    [info.role.clone(), info.gun.clone().unwrap_or_default(), info.id.to_string(), format!("{}{open}", info.path.display())]
}
