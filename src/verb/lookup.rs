//! `dct lookup`

use crate::{
    compose::context::Context,
    face::{
        docker_events::{DockerNarrator, NarratedVerb},
        failure,
    },
    options::{
        boolean::{OutputFormat, output_format},
        names,
        notary::{List, listed, words},
        notary_names::roles,
    },
    render::targets_json,
    term::error::CliError,
};
use client::image::list_targets;

/// Show what a name is signed for, and by which role
///
/// The role may be one that Docker does not trust; `dct resolve` tells what Docker would pull.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct lookup [OPTIONS] REPOSITORY TARGET",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub struct Args {
    /// Print a line (text), or JSON for a program (json)
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = output_format)]
    pub output: OutputFormat,

    /// Roles to look into, with commas between them, one after the other
    #[arg(short, long, allow_hyphen_values = true, value_parser = words, value_name = "ROLES")]
    pub roles: Vec<List<String>>,

    /// The repository
    #[arg(value_name = "REPOSITORY")]
    pub repository: String,

    /// The name: of an image its tag
    #[arg(value_name = "TARGET")]
    pub target: String,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  What the repository signs under a name:
    dct lookup dtr.example.com/prod/nginx 1

  With all its hashes, in JSON:
    dct lookup --output json dtr.example.com/prod/nginx 1";

/// Runs the verb.
pub(crate) fn run(args: &Args, context: &Context<'_>) -> Result<(), CliError> {
    let (gun, roles) = (names::repository(&args.repository)?, roles(&listed(&args.roles))?);
    let _wait = context.ui.wait(&format!("reading trust data of {}", args.repository));
    let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, &args.repository);
    let found = list_targets::lookup(&context.session(&narrator), &gun, &roles, &args.target)
        .map_err(|error| failure::about_repository(&args.repository, &error))?;
    let found = found.ok_or_else(|| CliError::new(format!("No valid trust data for {}", args.target)))?;
    match args.output {
        OutputFormat::Json => context.ui.json(&targets_json::one(gun.as_str(), &found)?),
        OutputFormat::Text => context.ui.line(&format!("{} sha256:{} {}", found.name, found.meta.sha256, found.meta.length)),
    }
    Ok(())
}
