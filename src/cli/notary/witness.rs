//! `notary witness`

use super::flags::TEMPLATE;
use crate::cli::flags::go_bool;

/// Marks roles to be re-signed the next time they are published
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary witness [ GUN ] <role> ... [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Publish at once, with all that is staged already
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub publish: bool,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// Roles to re-sign
    #[arg(value_name = "ROLE")]
    pub roles: Vec<String>,
}
