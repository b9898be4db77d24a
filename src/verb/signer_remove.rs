//! `dct signer remove`

use serde::Serialize;

use super::definition::{Done, Verb};
use crate::{
    compose::{context::Context, wiring::Access},
    face::{
        docker_events::{DockerNarrator, NarratedVerb},
        failure,
    },
    options::{boolean::go_bool, names},
    term::error::CliError,
};
use client::{
    error::OpsError,
    outcome::Outcome,
    ports::DecisionError,
    repo::signer::{self, Removal, RemoveError, RemovedSigner},
};

/// Remove a signer
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct signer remove [OPTIONS] NAME REPOSITORY [REPOSITORY...]",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// Do not prompt for confirmation before removing the most recent signer
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = go_bool, hide_default_value = true, value_name = "BOOL")]
    pub force: bool,

    /// Name of the signer
    #[arg(value_name = "NAME")]
    pub name: String,

    /// Repositories that the signer may sign in no more
    #[arg(value_name = "REPOSITORY", required = true, num_args = 1..)]
    pub repositories: Vec<String>,
}

/// A signer, and what became of it in each repository.
#[derive(Serialize)]
pub(crate) struct RemovedSigners {
    signer: String,
    repositories: Vec<RemovedSigner>,
    /// The repositories that keep it, since the person did not want it removed.
    declined: Vec<String>,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Take ian's right to sign in a repository:
    dct signer remove ian dtr.example.com/prod/nginx

  Without being asked where ian is the last who signed:
    dct signer remove --force ian dtr.example.com/prod/nginx";

impl Verb for Args {
    const WORDS: &'static str = "signer remove";
    const ALIASES: &'static [&'static str] = &["rm"];
    const OPENS_KEYS: bool = true;
    type Report = RemovedSigners;

    fn access(&self) -> Access {
        Access::Write
    }

    /// Runs the verb. A repository that fails does not keep the others from losing the signer.
    fn run(&self, context: &Context<'_>) -> Result<Done<RemovedSigners>, CliError> {
        let (ui, name) = (context.ui, &self.name);
        let (mut removed, mut declined, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for repository in &self.repositories {
            ui.line(&format!("Removing signer \"{name}\" from {repository}..."));
            match remove(self, repository, context) {
                Ok(Removal::Removed(one)) => {
                    removed.push(one);
                    ui.line(&format!("Successfully removed {name} from {repository}"));
                    ui.line("");
                }
                Ok(Removal::Declined) => declined.push(repository.clone()),
                Err(error) => {
                    ui.error(&error);
                    ui.notice("");
                    failed.push(repository.as_str());
                }
            }
        }
        let failure = (!failed.is_empty())
            .then(|| CliError::new(format!("error removing signer from: {}", failed.join(", "))).coded("some-failed"));
        let report = RemovedSigners { signer: name.clone(), repositories: removed, declined };
        Done::unless_nothing(report.repositories.len() + report.declined.len(), report, failure)
    }
}

fn remove(args: &Args, repository: &str, context: &Context<'_>) -> Result<Removal, CliError> {
    let name = &args.name;
    let gun = names::repository(repository)?;
    if name == "releases" {
        return Err(CliError::new("releases is a reserved keyword and cannot be removed").coded("reserved-name"));
    }
    let _wait = context.ui.wait(&format!("removing the signer from {repository}"));
    let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, repository);
    let may_remove_last = || {
        let question = format!(
            "The signer \"{name}\" signed the last released version of {repository}. Removing this signer will make {repository} unpullable. \
             Are you sure you want to continue?"
        );
        if args.force { Ok(true) } else { context.prompter.confirm(&question, "the signer was not removed", "--force removes") }
    };
    let removed = signer::remove(&context.session(&narrator), &gun, name, may_remove_last);
    removed.map(Outcome::into_result).map_err(|error| match error {
        RemoveError::Unknown(error) => failure::plain(&error).prefixed(&format!("error retrieving signers for {repository}: ")),
        RemoveError::NoSuchSigner => CliError::new(format!("no signer {name} for repository {repository}")).coded("no-such-signer"),
        RemoveError::Ops(OpsError::Decision(DecisionError::Interrupted)) => CliError::new("prompt terminated").coded("interrupted"),
        RemoveError::Ops(error) => failure::plain(&error),
    })
}
