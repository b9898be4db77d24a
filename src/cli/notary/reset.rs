//! `notary reset`

use super::flags::{List, TEMPLATE, numbers};
use crate::cli::flags::go_bool;

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
