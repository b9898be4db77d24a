//! `dct delete`

use std::collections::BTreeSet;

use super::{
    consent,
    definition::{Done, Verb},
};
use crate::{
    compose::{context::Context, wiring::Access},
    face::{
        docker_events::{DockerNarrator, NarratedVerb},
        failure,
    },
    options::{boolean::go_bool, names},
    term::error::CliError,
};
use client::repo::delete_repo::{self, AtStake, DeletedRepo, Reach};
use trust::model::{gun::Gun, image_name::Selector};

/// Delete the trust data of a repository
///
/// Deletes what this machine has stored; with --remote, what the server has, first, once you have seen what everybody loses by it. Private keys stay.
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

    /// Do not prompt for confirmation before the server deletes
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = go_bool, hide_default_value = true, value_name = "BOOL")]
    pub yes: bool,

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
    dct delete --remote dtr.example.com/prod/nginx

  The same without being asked:
    dct delete --remote --yes dtr.example.com/prod/nginx";

/// Most tags and signers that are named one by one.
const MOST_NAMED: usize = 10;

impl Verb for Args {
    const WORDS: &'static str = "delete";
    type Report = DeletedRepo;

    fn access(&self) -> Access {
        Access::Admin
    }

    /// Runs the verb. The words are those of `notary delete`; unlike there, the server comes first, so that a refusal loses nothing, and a person is
    /// asked before it deletes.
    fn run(&self, context: &Context<'_>) -> Result<Done<DeletedRepo>, CliError> {
        let gun = repository(self)?;
        let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, &self.repository);
        let session = context.session(&narrator);
        let failed = |error| failure::about_repository(gun.as_str(), &error);
        if self.remote && !self.yes {
            let wait = context.ui.wait(&format!("reading trust data of {gun}"));
            let at_stake = delete_repo::at_stake(&session, &gun).map_err(failed)?.into_result();
            drop(wait);
            confirm(&gun, &at_stake, context)?;
        }
        context.ui.line(&format!("Deleting trust data for repository {gun}"));
        let (reach, where_from) = if self.remote { (Reach::LocalAndRemote, "local and remote") } else { (Reach::Local, "local") };
        let _wait = context.ui.wait(&format!("deleting {where_from} trust data of {gun}"));
        let deleted = delete_repo::delete(&session, &gun, reach).map_err(failed)?.into_result();
        context.ui.line(&if deleted.found {
            format!("Successfully deleted {where_from} trust data for repository {gun}")
        } else {
            format!("There was no {} trust data for repository {gun}", where_from.replace("and", "or"))
        });
        Ok(Done::well(deleted))
    }
}

/// Tells what goes, and asks. Where the server has nothing there is nothing to ask.
fn confirm(gun: &Gun, at_stake: &AtStake, context: &Context<'_>) -> Result<(), CliError> {
    let whole = format!("Everybody loses the trust data of {gun}, which the server deletes");
    match at_stake {
        AtStake::Nothing => return Ok(()),
        AtStake::Known { tags, signers } => {
            context.ui.line(&format!("{whole}:"));
            context.ui.line(&format!("  signed tags: {}", named(tags)));
            context.ui.line(&format!("  signers: {}", named(signers)));
        }
        AtStake::Unverified(reason) => context.ui.line(&format!("{whole}; it cannot be told what it holds: {reason}")),
    }
    consent::to(
        "Are you sure you want to continue? [y/N] ",
        &consent::Without { left: "nothing was deleted", flag: "--yes deletes" },
        context,
    )
}

fn named(names: &BTreeSet<String>) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let mut shown: Vec<_> = names.iter().take(MOST_NAMED).cloned().collect();
    if names.len() > MOST_NAMED {
        shown.push(format!("and {} more", names.len() - MOST_NAMED));
    }
    shown.join(", ")
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
