//! `dct sign`

use super::events::{Narrator, Verb};
use crate::{
    cli::{context::Context, error::CliError, failure},
    ops::{error::OpsError, image::Image, sign_image},
};

/// Sign an image
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct sign IMAGE:TAG",
    after_help = EXAMPLES,
    help_template = crate::cli::flags::TEMPLATE
)]
pub struct Args {
    /// Image to sign; its registry must have the tag
    #[arg(value_name = "IMAGE:TAG")]
    pub image: String,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Sign a tag as its registry serves it, with every signer's key on this machine:
    dct sign dtr.example.com/prod/nginx:1

  Where nobody can be asked, such as in a pipeline:
    export DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE=\"$(cat passphrase)\"
    dct sign dtr.example.com/prod/nginx:1";

/// Runs the verb.
pub fn run(args: &Args, context: &Context<'_>) -> Result<(), CliError> {
    let image = context.wiring.image(&args.image)?;
    let tag = match &image.tag {
        Some(tag) => tag,
        None if image.has_digest => return Err(CliError::new("cannot use a digest reference for IMAGE:TAG")),
        None => return Err(CliError::new(format!("no tag specified for {}", image.typed))),
    };
    let _wait = context.ui.wait(&format!("reading trust data of {}", image.typed));
    let narrator = Narrator::new(context.ui, Verb::Sign, &image.typed);
    sign_image::sign(&context.session(&narrator), &image.gun, tag)
        .map_err(|error| refused(&image, tag.as_str(), narrator.is_signing(), &error))?;
    context.ui.line(&format!("Successfully signed {}:{tag}", image.gun));
    Ok(())
}

/// Docker names the tag once it has begun to sign, and the repository before.
fn refused(image: &Image, tag: &str, signing: bool, error: &OpsError) -> CliError {
    let of_repository = matches!(error, OpsError::NotInitialized { .. } | OpsError::Remote(_) | OpsError::Untrusted { .. });
    let of_account = matches!(error, OpsError::NoAccount(_) | OpsError::Init(_));
    match (signing, of_repository || of_account) {
        (false, true) => failure::about_repository(image.gun.as_str(), error),
        _ => failure::plain(error).prefixed(&format!("failed to sign {}:{tag}: ", image.gun)),
    }
}
