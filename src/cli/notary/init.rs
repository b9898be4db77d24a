//! `notary init`

use std::path::PathBuf;

use clap::ValueHint;

use super::flags::{TEMPLATE, path};
use crate::cli::flags::go_bool;

/// Initializes a trusted collection
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary init [ GUN ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Publish at once, with all that is staged already
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub publish: bool,

    /// Root certificate: of the root key that is given, or of one in the key store
    #[arg(long = "rootcert", allow_hyphen_values = true, value_parser = path(), value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub root_cert: Option<PathBuf>,

    /// Root key to initialize the repository with
    #[arg(long = "rootkey", allow_hyphen_values = true, value_parser = path(), value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub root_key: Option<PathBuf>,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}
