//! `notary version`

use super::command::NotaryCommand;
use crate::{compose::context::Context, options::notary::TEMPLATE, term::error::CliError};

/// Print the version number
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary version [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}

impl NotaryCommand for Args {
    fn excess(&self) -> &[String] {
        &self.excess
    }

    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        let version = env!("CARGO_PKG_VERSION");
        context.ui.lines(["notary", &format!(" Version:    {version} (dct)"), " Git commit: ", " Go version: none"]);
        Ok(())
    }
}

/// What `notary --version` says.
#[must_use]
pub(crate) fn line() -> String {
    format!("notary Version: {} (dct), Git commit: , Go version: none", env!("CARGO_PKG_VERSION"))
}
