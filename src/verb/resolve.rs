//! `dct resolve`

use serde::Serialize;

use super::definition::{Done, Verb};
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
    resolve_image::{self, Outage, ReleasedTag},
};
use trust::model::{gun::Gun, image_name::Selector, tag::Tag};

/// Print the digest that is signed under a tag
///
/// Standard output has the image's name with that digest, and nothing else. Where there is any doubt it has nothing, and the exit code is not 0:
/// so too where a digest is typed beside the tag, and another one is signed.
///
/// The exit status is 10 when nobody who counts has signed it, 11 when the registry does not have it, 13 when another content is signed than the one
/// that was named, 14 when it has expired, 15 when what came was tampered with or is older than what was seen, 16 when the root is not one that is
/// trusted here, 20 when there was no answer, 21 when the login does not do, 125 when the command line has no meaning, and 1 for any other failure.
#[derive(Debug, clap::Args)]
#[command(override_usage = "dct resolve IMAGE[:TAG]", after_help = EXAMPLES, help_template = crate::options::boolean::TEMPLATE)]
pub(crate) struct Args {
    /// Image to resolve; without a tag, its tag latest
    #[arg(value_name = "IMAGE[:TAG]")]
    pub image: String,
}

/// A tag, and the content that is released under it.
#[derive(Serialize)]
pub(crate) struct ResolvedImage {
    repository: Gun,
    #[serde(flatten)]
    released: ReleasedTag,
    /// The image's name with that digest.
    image: String,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Run what is signed, and nothing else:
    docker run \"$(dct resolve dtr.example.com/prod/nginx:1)\"

  Make sure that a digest is what is signed under a tag:
    dct resolve dtr.example.com/prod/nginx:1@\"$DIGEST\"";

impl Verb for Args {
    const WORDS: &'static str = "resolve";
    type Report = ResolvedImage;

    fn run(&self, context: &Context<'_>) -> Result<Done<ResolvedImage>, CliError> {
        let image = names::image(&self.image)?;
        let (tag, named) = match image.selector {
            Selector::TagAndDigest(tag, Some(digest)) => (tag, Some(digest)),
            Selector::Tag(tag) => (tag, None),
            Selector::Whole => (Tag::latest(), None),
            Selector::Digest(_) | Selector::TagAndDigest(_, None) => {
                return Err(CliError::new("cannot use a digest reference for IMAGE[:TAG]").coded("usage").hinted(
                    "`dct resolve IMAGE:TAG@sha256:…` makes sure that this content is signed under a tag; `dct inspect` shows under which tags it is",
                ));
            }
        };
        let gun = &image.gun;
        let words = TransferWords::new(context.ui, TransferVerb::Pull, gun, &[]);
        let _wait = context.ui.wait(&format!("reading trust data of {gun}"));
        // a state from an outage may be an older one
        let refused = |error| failure::of_pull(gun.as_str(), &error);
        let released = resolve_image::resolve(&context.session(&words), gun, &tag, Outage::Fail).map_err(refused)?.into_result();
        if let Some(named) = named {
            check_tag(&tag, named, released.digest).map_err(refused)?;
        }
        let image = format!("{gun}@sha256:{}", released.digest);
        context.ui.line(&image);
        Ok(Done::well(ResolvedImage { repository: gun.clone(), released, image }))
    }
}
