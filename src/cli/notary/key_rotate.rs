//! `notary key rotate`

use super::flags::{List, TEMPLATE, go_int, words};
use crate::cli::flags::go_bool;

/// Rotates the key of a role, and publishes that at once
#[derive(Debug, clap::Args)]
#[command(name = "rotate", override_usage = "notary key rotate [ GUN ] [ key role ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// New key(s) to rotate to. If not specified, one will be generated.
    #[arg(short, long, allow_hyphen_values = true, value_parser = words, value_name = "FILES")]
    pub key: Vec<List<String>>,

    /// Number of old versions of the root role to sign with, for old clients
    #[arg(short, long, allow_hyphen_values = true, value_parser = go_int, value_name = "NUMBER", default_value = "0", hide_default_value = true)]
    pub legacy: i64,

    /// The server makes, keeps and uses the key. Required for the timestamp role, optional for the snapshot role
    #[arg(short = 'r', long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub server_managed: bool,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// Role whose key is rotated
    #[arg(value_name = "ROLE")]
    pub role: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}
