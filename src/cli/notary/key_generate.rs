//! `notary key generate`

use std::path::PathBuf;

use clap::ValueHint;

use super::flags::{TEMPLATE, path};

/// Generates a new key
#[derive(Debug, clap::Args)]
#[command(name = "generate", override_usage = "notary key generate [ algorithm ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Write the key into <output>-key.pem and <output>.pem, and not into the key store
    #[arg(short, long, allow_hyphen_values = true, value_parser = path(), value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Role to generate key with
    #[arg(short, long, allow_hyphen_values = true, value_name = "ROLE", default_value = "root")]
    pub role: String,

    /// ecdsa
    #[arg(value_name = "ALGORITHM")]
    pub algorithm: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}
