//! `notary add`

use std::path::PathBuf;

use clap::ValueHint;

use super::flags::{List, TEMPLATE, path, words};
use crate::cli::flags::go_bool;

/// Adds the file as a target to the trusted collection, to be published later
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary add [ GUN ] <target> <file> [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// File with custom data for this target
    #[arg(long, allow_hyphen_values = true, value_parser = path(), value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub custom: Option<PathBuf>,

    /// Publish at once, with all that is staged already
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub publish: bool,

    /// Delegation roles to add this target to
    #[arg(short, long, allow_hyphen_values = true, value_parser = words, value_name = "ROLES")]
    pub roles: Vec<List<String>>,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// Name of the target
    #[arg(value_name = "TARGET")]
    pub target: Option<String>,

    /// File to add
    #[arg(value_name = "FILE", value_parser = path(), value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}
