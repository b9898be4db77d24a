//! `dct sign`

/// Sign an image
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct sign IMAGE:TAG",
    after_help = "Example:\n  dct sign dtr.example.com/prod/nginx:1",
    help_template = crate::cli::args::TEMPLATE
)]
pub struct Args {
    /// Image to sign; its registry must have the tag
    #[arg(value_name = "IMAGE:TAG")]
    pub image: String,
}
