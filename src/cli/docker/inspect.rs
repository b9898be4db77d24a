//! `dct inspect`

use crate::cli::args::go_bool;

/// Return low-level information about keys and signatures
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct inspect IMAGE[:TAG] [IMAGE[:TAG]...]",
    after_help = "Example:\n  dct inspect --pretty dtr.example.com/prod/nginx",
    help_template = crate::cli::args::TEMPLATE
)]
pub struct Args {
    /// Print the information in a human friendly format
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool, hide_default_value = true, value_name = "BOOL")]
    pub pretty: bool,

    /// Images to inspect: one tag, or all tags of a repository
    #[arg(value_name = "IMAGE[:TAG]", required = true, num_args = 1..)]
    pub images: Vec<String>,
}
