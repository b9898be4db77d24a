//! `notary delete`

use super::flags::TEMPLATE;
use crate::cli::flags::go_bool;

/// Deletes the trust data of a collection on this machine, and on the server where that is asked for
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary delete [ GUN ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Delete remote data for GUN in addition to local cache
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub remote: bool,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}
