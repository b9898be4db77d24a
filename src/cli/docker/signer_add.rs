//! `dct signer add`

use std::path::PathBuf;

/// Add a signer
///
/// The repository is initialized where it has no trust data yet.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct signer add OPTIONS NAME REPOSITORY [REPOSITORY...]",
    after_help = "Example:\n  dct signer add --key cert.pem jeff dtr.example.com/prod/nginx",
    help_template = crate::cli::args::TEMPLATE
)]
pub struct Args {
    /// Path to the signer's public key file: a PEM certificate or public key; may be repeated
    #[arg(long, value_name = "PATH")]
    pub key: Vec<PathBuf>,

    /// Name of the signer
    #[arg(value_name = "NAME")]
    pub name: String,

    /// Repositories that the signer may sign in
    #[arg(value_name = "REPOSITORY", required = true, num_args = 1..)]
    pub repositories: Vec<String>,
}
