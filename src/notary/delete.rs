//! `notary delete`

use super::command::NotaryCommand;
use crate::{
    compose::{context::Context, wiring::Access},
    face::{notary_events::NotaryNarrator, notary_failure, notary_misuse},
    options::{boolean::go_bool, notary::TEMPLATE, notary_names::repository},
    term::error::CliError,
};
use client::repo::delete_repo::{self, Reach};

/// Deletes the trust data of a collection on this machine, and on the server where that is asked for
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary delete [ GUN ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Delete remote data for GUN in addition to local cache
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub remote: bool,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}

impl NotaryCommand for Args {
    fn access(&self) -> Access {
        Access::Admin
    }

    fn excess(&self) -> &[String] {
        &self.excess
    }

    /// Runs the command. Unlike with notary the server comes first, so that a refusal loses nothing.
    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        let Some(gun) = &self.gun else { return Err(notary_misuse::misused("delete", "Must specify a GUN")) };
        let gun = repository(gun)?;
        context.ui.line(&format!("Deleting trust data for repository {gun}"));
        let (reach, what) = if self.remote { (Reach::LocalAndRemote, "local and remote") } else { (Reach::Local, "local") };
        let _wait = context.ui.wait(&format!("deleting {what} trust data of {gun}"));
        let narrator = NotaryNarrator::new(context.ui);
        delete_repo::delete(&context.session(&narrator), &gun, reach).map_err(|error| notary_failure::told(&error))?;
        context.ui.line(&format!("Successfully deleted {what} trust data for repository {gun}"));
        Ok(())
    }
}
