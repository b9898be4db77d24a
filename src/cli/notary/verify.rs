//! `notary verify`

use std::path::PathBuf;

use clap::ValueHint;

use super::flags::{TEMPLATE, path};
use crate::cli::flags::go_bool;

/// Verifies that the content is a target of the trusted collection
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary verify [ GUN ] <target> [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Read from a file, instead of STDIN
    #[arg(short, long, allow_hyphen_values = true, value_parser = path(), value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub input: Option<PathBuf>,

    /// Write to a file, instead of STDOUT
    #[arg(short, long, allow_hyphen_values = true, value_parser = path(), value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// No output except for errors
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub quiet: bool,

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
