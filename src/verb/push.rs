//! `dct push`

use super::definition::{Done, Verb};
use crate::{
    compose::{context::Context, wiring::Access},
    face::{
        docker_sign_words::{TransferVerb, TransferWords},
        failure,
    },
    options::{
        names::{self, with_default_tag},
        transfer::TransferFlags,
    },
    term::error::CliError,
};
use client::image::sign_image::{self, ContentChoice, ContentSource, FirstSigner, Request, RequestedTag, SignReport, Unserved};
use trust::model::image_name::Selector;

/// Push an image by the Docker Engine, and sign it
///
/// What cannot be signed is not pushed. A repository without trust data gets some; the tag is then signed with the repository's own key.
#[derive(Debug, clap::Args)]
#[command(override_usage = "dct push [OPTIONS] IMAGE[:TAG]", after_help = EXAMPLES, help_template = crate::options::boolean::TEMPLATE)]
pub(crate) struct Args {
    #[command(flatten)]
    flags: TransferFlags,

    /// Image to push; without a tag, its tag latest
    #[arg(value_name = "IMAGE[:TAG]")]
    pub image: String,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Push an image, and sign exactly what was pushed:
    dct push dtr.example.com/prod/nginx:1";

impl Verb for Args {
    const WORDS: &'static str = "push";
    const OPENS_KEYS: bool = true;
    type Report = SignReport;

    fn access(&self) -> Access {
        Access::Write
    }

    fn run(&self, context: &Context<'_>) -> Result<Done<SignReport>, CliError> {
        self.flags.check("docker push")?;
        let image = with_default_tag(names::image(&self.image)?, context.ui);
        let Selector::Tag(tag) = &image.selector else {
            return Err(CliError::new("cannot push a digest reference").coded("usage"));
        };
        let engine = context.wiring.needed_engine().map_err(|error| failure::plain(&error.into()))?;
        let gun = &image.gun;
        let words = TransferWords::new(context.ui, TransferVerb::Push, gun, std::slice::from_ref(&image)).quiet(self.flags.quiet);
        let _wait = context.ui.wait(&format!("reading trust data of {gun}"));
        let wanted = [RequestedTag { tag, typed: &image.typed, content: ContentChoice::Source }];
        let (source, unserved) = (ContentSource::Engine(&*engine), Unserved::Refused);
        let request = Request { gun, wanted: &wanted, source, first: FirstSigner::Repository, unserved, anew: false };
        let signed = sign_image::sign(&context.session(&words), &request).map_err(|error| words.refused(&[tag], &error))?;
        words.succeeded(tag);
        Ok(Done::well(signed.into_result()))
    }
}
