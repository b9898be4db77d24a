//! `dct lookup`

use super::definition::{Done, Verb};
use crate::{
    compose::context::Context,
    face::{
        docker_events::{DockerNarrator, NarratedVerb},
        failure,
        peer_words::of_client::no_trust_data,
    },
    options::{
        names,
        notary::{List, listed, words},
        notary_names::roles,
    },
    render::targets_json::OneTargetJson,
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
pub(crate) struct Args {
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

impl Verb for Args {
    const WORDS: &'static str = "lookup";
    type Report = OneTargetJson;

    fn run(&self, context: &Context<'_>) -> Result<Done<OneTargetJson>, CliError> {
        let (gun, roles) = (names::whole_repository(&self.repository)?, roles(&listed(&self.roles))?);
        let _wait = context.ui.wait(&format!("reading trust data of {}", self.repository));
        let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, &self.repository);
        let found = list_targets::lookup(&context.session(&narrator), &gun, &roles, &self.target)
            .map_err(|error| failure::about_repository(&self.repository, &error))?;
        let found = found.into_result();
        let unsigned = || CliError::new(no_trust_data(&self.target)).coded("no-trust-data");
        let found = found.ok_or_else(unsigned)?;
        context.ui.line(&format!("{} sha256:{} {}", found.name, found.meta.sha256, found.meta.length));
        Ok(Done::well(OneTargetJson::of(gun.as_str(), &found)))
    }
}
