//! `notary remove`

use super::flags::{List, TEMPLATE, words};
use crate::cli::flags::go_bool;

/// Removes a target from the trusted collection, to be published later
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary remove [ GUN ] <target> [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Publish at once, with all that is staged already
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub publish: bool,

    /// Delegation roles to remove this target from
    #[arg(short, long, allow_hyphen_values = true, value_parser = words, value_name = "ROLES")]
    pub roles: Vec<List<String>>,

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
