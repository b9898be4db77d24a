//! `dct delete`

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
use client::repo::delete_repo::{self, DeletedRepo, Reach};
use trust::model::{gun::Gun, image_name::Selector};

/// Delete the trust data of a repository
///
/// Deletes what this machine has stored; with --remote, what the server has, first. Private keys stay.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct delete [OPTIONS] REPOSITORY",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// Delete the trust data on the server too
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub remote: bool,

    /// Repository to delete the trust data of
    #[arg(value_name = "REPOSITORY")]
    pub repository: String,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Forget what this machine has stored:
    dct delete dtr.example.com/prod/nginx

  Delete the trust data on the server too, for everybody:
    dct delete --remote dtr.example.com/prod/nginx";

impl Verb for Args {
    const WORDS: &'static str = "delete";
    type Report = DeletedRepo;

    fn access(&self) -> Access {
        Access::Admin
    }

    /// Runs the verb. The words are those of `notary delete`; unlike there, the server comes first, so that a refusal loses nothing.
    fn run(&self, context: &Context<'_>) -> Result<Done<DeletedRepo>, CliError> {
        let gun = repository(self)?;
        context.ui.line(&format!("Deleting trust data for repository {gun}"));
        let (reach, where_from) = if self.remote { (Reach::LocalAndRemote, "local and remote") } else { (Reach::Local, "local") };
        let _wait = context.ui.wait(&format!("deleting {where_from} trust data of {gun}"));
        let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, &self.repository);
        let deleted = delete_repo::delete(&context.session(&narrator), &gun, reach)
            .map_err(|error| failure::about_repository(gun.as_str(), &error))?;
        context.ui.line(&format!("Successfully deleted {where_from} trust data for repository {gun}"));
        Ok(Done::well(deleted.into_result()))
    }
}

/// A tag or a digest is refused: who names one means less than what would be gone.
fn repository(args: &Args) -> Result<Gun, CliError> {
    let image = names::image(&args.repository)?;
    if image.selector == Selector::Whole {
        return Ok(image.gun);
    }
    let remote = if args.remote { " --remote" } else { "" };
    let words = format!("{} is not a repository: the trust data of one tag cannot be deleted", args.repository);
    Err(CliError::new(words).coded("usage").hinted(format!("for all tags of the repository: `dct delete {}{remote}`", image.gun)))
}
