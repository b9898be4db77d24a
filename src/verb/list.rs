//! `dct list`

use super::definition::{Done, Verb};
use crate::{
    compose::context::Context,
    face::{
        docker_events::{DockerNarrator, NarratedVerb},
        failure,
    },
    options::{
        names,
        notary::{List, listed, words},
        notary_names::roles,
    },
    render::{target_row::row, targets_json::TargetsJson},
    term::{error::CliError, table},
};
use client::image::list_targets;

/// List what is signed in a repository, by which role
///
/// Every signed name is listed, whether or not Docker trusts the role that signs it; `dct inspect` shows what Docker trusts.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct list [OPTIONS] REPOSITORY",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// Roles to list, with commas between them; what the first signs stands before what the others sign
    #[arg(short, long, allow_hyphen_values = true, value_parser = words, value_name = "ROLES")]
    pub roles: Vec<List<String>>,

    /// The repository
    #[arg(value_name = "REPOSITORY")]
    pub repository: String,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Everything that is signed in a repository:
    dct list dtr.example.com/prod/nginx

  What one signer has signed, as a script wants it:
    dct list --roles targets/jeff --output json dtr.example.com/prod/nginx | jq -r '.targets[].name'";

impl Verb for Args {
    const WORDS: &'static str = "list";
    const ALIASES: &'static [&'static str] = &["ls"];
    type Report = TargetsJson;

    fn run(&self, context: &Context<'_>) -> Result<Done<TargetsJson>, CliError> {
        let (gun, roles) = (names::whole_repository(&self.repository)?, roles(&listed(&self.roles))?);
        let _wait = context.ui.wait(&format!("reading trust data of {}", self.repository));
        let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, &self.repository);
        let targets = list_targets::list(&context.session(&narrator), &gun, &roles)
            .map_err(|error| failure::about_repository(&self.repository, &error))?;
        let targets = targets.into_result();
        if targets.is_empty() {
            context.ui.line(&format!("Nothing is signed in {}", self.repository));
        } else {
            context.ui.lines(table::lines(["NAME", "DIGEST", "SIZE", "ROLE"], targets.iter().map(row)));
        }
        Ok(Done::well(TargetsJson::of(gun.as_str(), &targets)))
    }
}
