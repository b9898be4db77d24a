//! `notary version`

use crate::{options::notary::TEMPLATE, term::ui::Ui};

/// Print the version number
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary version [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}

/// Says it. As with notary, nothing that may be wrong with the settings is in the way.
pub(crate) fn run(ui: &Ui) {
    let version = env!("CARGO_PKG_VERSION");
    ui.lines(["notary", &format!(" Version:    {version} (dct)"), " Git commit: ", " Go version: none"]);
}

/// What `notary --version` says.
#[must_use]
pub(crate) fn line() -> String {
    format!("notary Version: {} (dct), Git commit: , Go version: none", env!("CARGO_PKG_VERSION"))
}
