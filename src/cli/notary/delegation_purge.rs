//! `notary delegation purge`

use super::flags::{List, TEMPLATE, words};
use crate::cli::flags::go_bool;

/// Removes keys from all delegations of a trusted collection, to be published later
#[derive(Debug, clap::Args)]
#[command(name = "purge", override_usage = "notary delegation purge [ GUN ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Delegation key IDs to be removed from the GUN
    #[arg(long, allow_hyphen_values = true, value_parser = words, value_name = "KEYIDS")]
    pub key: Vec<List<String>>,

    /// Publish at once, with all that is staged already
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub publish: bool,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}
