//! `dct key load`

use std::path::PathBuf;

/// Load a private key file for signing
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct key load [OPTIONS] KEYFILE",
    after_help = "Example:\n  dct key load --name jeff key.pem",
    help_template = crate::cli::args::TEMPLATE
)]
pub struct Args {
    /// Name for the loaded key
    #[arg(long, value_name = "NAME", default_value = "signer")]
    pub name: String,

    /// PEM file with the private key; nobody else may have access to it
    #[arg(value_name = "KEYFILE")]
    pub file: PathBuf,
}
