//! `dct version`

use serde::Serialize;

use super::definition::StandaloneVerb;
use crate::term::{error::CliError, ui::Ui};

/// Show the version, and what it was built of
#[derive(Debug, clap::Args)]
#[command(override_usage = "dct version [OPTIONS]", after_help = EXAMPLES, help_template = crate::options::boolean::TEMPLATE)]
pub(crate) struct Args {}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  What to put into a report:
    dct version

  The version alone, for a script:
    dct version --output json | jq -r .version";

/// What was built.
#[derive(Serialize)]
pub(crate) struct BuildReport {
    version: &'static str,
    /// The commit of the source; none of a build for development.
    commit: Option<&'static str>,
    /// The machine that it is for.
    target: &'static str,
    /// What can be left out of a build, and was not.
    features: Vec<&'static str>,
}

impl BuildReport {
    fn of_this() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            commit: Some(env!("DCT_COMMIT")).filter(|commit| !commit.is_empty()),
            target: env!("DCT_TARGET"),
            features: if cfg!(feature = "sandbox") { vec!["sandbox"] } else { Vec::new() },
        }
    }
}

impl StandaloneVerb for Args {
    const WORDS: &'static str = "version";
    type Report = BuildReport;

    fn run(&self, ui: &Ui) -> Result<BuildReport, CliError> {
        let report = BuildReport::of_this();
        let features = if report.features.is_empty() { "none".to_owned() } else { report.features.join(", ") };
        ui.lines([
            &format!("dct {}", report.version),
            &format!(" Commit:    {}", report.commit.unwrap_or("none: built for development")),
            &format!(" Target:    {}", report.target),
            &format!(" Features:  {features}"),
        ]);
        Ok(report)
    }
}
