//! `notary reset`

use super::command::NotaryCommand;
use crate::{
    compose::context::Context,
    face::{notary_failure::told, notary_misuse},
    options::{
        boolean::go_bool,
        notary::{List, TEMPLATE, listed, numbers},
        notary_names::repository,
    },
    term::error::CliError,
};
use client::repo::stage::{self, Reset};

/// Resets unpublished changes of a trusted collection
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary reset [ GUN ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Reset all changes shown in the status list
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub all: bool,

    /// Numbers of the changes to reset, as shown in the status list
    #[arg(short, long, allow_hyphen_values = true, value_parser = numbers, value_name = "NUMBERS")]
    pub number: Vec<List<i64>>,

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
        let Some(gun) = &self.gun else { return Err(notary_misuse::misused("reset", "Must specify a GUN")) };
        let numbers = listed(&self.number);
        if !self.all && numbers.is_empty() {
            return Err(notary_misuse::misused("reset", "Must specify changes to reset with -n or the --all flag"));
        }
        let gun = repository(gun)?;
        // no change has a number below 0
        let places: Vec<usize> = numbers.into_iter().filter_map(|number| usize::try_from(number).ok()).collect();
        let which = if self.all { Reset::All } else { Reset::At(&places) };
        stage::reset(context.wiring.changelist(), &gun, which).map_err(|error| told(&error))?;
        context.ui.line(&format!("Successfully reset specified changes for repository {gun}"));
        Ok(())
    }
}
