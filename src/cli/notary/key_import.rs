//! `notary key import`

use std::path::PathBuf;

use clap::ValueHint;

use super::flags::{TEMPLATE, path};

/// Imports all keys from all provided .pem files
#[derive(Debug, clap::Args)]
#[command(name = "import", override_usage = "notary key import pemfile [ pemfile ... ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// GUN to import key with, if a GUN is not already given in a PEM header
    #[arg(short, long, allow_hyphen_values = true, value_name = "GUN")]
    pub gun: Option<String>,

    /// Role to import key with, if a role is not already given in a PEM header
    #[arg(short, long, allow_hyphen_values = true, value_name = "ROLE")]
    pub role: Option<String>,

    /// Files with private keys
    #[arg(value_name = "PEMFILE", value_parser = path(), value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
}
