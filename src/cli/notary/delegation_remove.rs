//! `notary delegation remove`

use super::flags::{List, TEMPLATE, words};
use crate::cli::flags::go_bool;

/// Removes keys or paths from a delegation, or the delegation, to be published later
#[derive(Debug, clap::Args)]
#[command(name = "remove", override_usage = "notary delegation remove [ GUN ] [ Role ] <KeyID 1> ... [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Remove all paths from this delegation
    #[arg(long = "all-paths", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub all_paths: bool,

    /// List of paths to remove
    #[arg(long, allow_hyphen_values = true, value_parser = words, value_name = "PATHS")]
    pub paths: Vec<List<String>>,

    /// Publish at once, with all that is staged already
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub publish: bool,

    /// Answer yes to the removal question (no confirmation)
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub yes: bool,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// Delegation
    #[arg(value_name = "ROLE")]
    pub role: Option<String>,

    /// IDs of keys to remove
    #[arg(value_name = "KEYID")]
    pub keys: Vec<String>,
}
