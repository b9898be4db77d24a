//! `notary key export`

use std::path::PathBuf;

use clap::ValueHint;

use super::flags::{List, TEMPLATE, path, words};

/// Exports all keys, or those that are named
#[derive(Debug, clap::Args)]
#[command(name = "export", override_usage = "notary key export [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// GUNs for which to export keys
    #[arg(long, allow_hyphen_values = true, value_parser = words, value_name = "GUNS")]
    pub gun: Vec<List<String>>,

    /// Key IDs to export
    #[arg(long, allow_hyphen_values = true, value_parser = words, value_name = "KEYIDS")]
    pub key: Vec<List<String>>,

    /// File to write, instead of STDOUT
    #[arg(short, long, allow_hyphen_values = true, value_parser = path(), value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}
