//! `notary lookup`

use super::{command::NotaryCommand, signed_target::signed_target};
use crate::{
    compose::context::Context,
    face::notary_misuse,
    options::{
        notary::TEMPLATE,
        notary_names::repository,
        output::{OutputFormat, output_format},
    },
    render::{json, targets_json::OneTargetJson},
    term::error::CliError,
};

/// Looks up a target in a trusted collection
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary lookup [ GUN ] <target> [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Print a table (text), or JSON for a program (json)
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = output_format, hide_default_value = true)]
    pub output: OutputFormat,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// Name of the target
    #[arg(value_name = "TARGET")]
    pub target: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}

impl NotaryCommand for Args {
    fn excess(&self) -> &[String] {
        &self.excess
    }

    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        let (Some(gun), Some(target)) = (&self.gun, &self.target) else {
            return Err(notary_misuse::misused("lookup", "Must specify a GUN and target"));
        };
        let gun = repository(gun)?;
        let found = signed_target(context, &gun, target)?;
        match self.output {
            OutputFormat::Json => context.ui.json(&json::report(&OneTargetJson::of(gun.as_str(), &found))?),
            OutputFormat::Text => context.ui.line(&format!("{target} sha256:{} {}", found.meta.sha256, found.meta.length)),
        }
        Ok(())
    }
}
