//! `dct resolve`

use crate::{
    compose::context::Context,
    face::{
        docker_sign_words::{TransferVerb, TransferWords},
        failure,
    },
    options::names,
    term::error::CliError,
};
use client::image::{
    named_digest::check_tag,
    resolve_image::{self, Outage},
};
use trust::model::{image_name::Selector, tag::Tag};

/// Print the digest that is signed under a tag
///
/// Standard output has the image's name with that digest, and nothing else. Where there is any doubt it has nothing, and the exit code is not 0:
/// so too where a digest is typed beside the tag, and another one is signed.
#[derive(Debug, clap::Args)]
#[command(override_usage = "dct resolve IMAGE[:TAG]", after_help = EXAMPLES, help_template = crate::options::boolean::TEMPLATE)]
pub struct Args {
    /// Image to resolve; without a tag, its tag latest
    #[arg(value_name = "IMAGE[:TAG]")]
    pub image: String,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Run what is signed, and nothing else:
    docker run \"$(dct resolve dtr.example.com/prod/nginx:1)\"

  Make sure that a digest is what is signed under a tag:
    dct resolve dtr.example.com/prod/nginx:1@\"$DIGEST\"";

/// Runs the verb.
pub(crate) fn run(args: &Args, context: &Context<'_>) -> Result<(), CliError> {
    let image = names::image(&args.image)?;
    let (tag, named) = match image.selector {
        Selector::TagAndDigest(tag, Some(digest)) => (tag, Some(digest)),
        Selector::Tag(tag) => (tag, None),
        Selector::Whole => (Tag::latest(), None),
        Selector::Digest(_) | Selector::TagAndDigest(_, None) => {
            return Err(CliError::new("cannot use a digest reference for IMAGE[:TAG]"));
        }
    };
    let gun = &image.gun;
    let words = TransferWords::new(context.ui, TransferVerb::Pull, gun, &[]);
    let _wait = context.ui.wait(&format!("reading trust data of {gun}"));
    // a state from an outage may be an older one
    let refused = |error| failure::of_pull(gun.as_str(), &error);
    let digest = resolve_image::resolve(&context.session(&words), gun, &tag, Outage::Fail).map_err(refused)?;
    if let Some(named) = named {
        check_tag(&tag, named, digest).map_err(refused)?;
    }
    context.ui.line(&format!("{gun}@sha256:{digest}"));
    Ok(())
}
