//! `notary delegation add`

use std::path::PathBuf;

use clap::ValueHint;

use super::flags::{List, TEMPLATE, path, words};
use crate::cli::flags::go_bool;

/// Adds keys, from certificates or public keys in PEM, and paths to a delegation, to be published later
#[derive(Debug, clap::Args)]
#[command(name = "add", override_usage = "notary delegation add [ GUN ] [ Role ] <X509 file path 1> ... [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Add all paths to this delegation
    #[arg(long = "all-paths", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub all_paths: bool,

    /// List of paths to add
    #[arg(long, allow_hyphen_values = true, value_parser = words, value_name = "PATHS")]
    pub paths: Vec<List<String>>,

    /// Publish at once, with all that is staged already
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub publish: bool,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// Delegation
    #[arg(value_name = "ROLE")]
    pub role: Option<String>,

    /// Certificates or public keys
    #[arg(value_name = "FILE", value_parser = path(), value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
}
