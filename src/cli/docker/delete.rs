//! `dct delete`

use crate::cli::args::go_bool;

/// Delete the trust data of a repository
///
/// Deletes what this machine has stored; with --remote, what the server has, first. Private keys stay.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct delete [OPTIONS] REPOSITORY",
    after_help = "Example:\n  dct delete dtr.example.com/prod/nginx --remote",
    help_template = crate::cli::args::TEMPLATE
)]
pub struct Args {
    /// Delete the trust data on the server too
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool, hide_default_value = true, value_name = "BOOL")]
    pub remote: bool,

    /// Repository to delete the trust data of
    #[arg(value_name = "REPOSITORY")]
    pub repository: String,
}
