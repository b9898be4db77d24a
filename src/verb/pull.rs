//! `dct pull`

use super::definition::{Done, Verb};
use crate::{
    compose::context::Context,
    face::{
        docker_sign_words::{TransferVerb, TransferWords},
        failure,
        hints::hint_of_pull,
    },
    options::{
        boolean::go_bool,
        names::{self, with_default_tag},
        transfer::TransferFlags,
    },
    term::error::CliError,
};
use client::{
    error::OpsError,
    image::{
        pull_image::{self, PulledImages},
        resolve_image::{self, Outage},
    },
    outcome::Outcome,
};
use trust::model::image_name::Selector;

/// Pull what is signed, by the Docker Engine
///
/// The Engine pulls by the signed digest, so that nothing else can come, and tags it.
#[derive(Debug, clap::Args)]
#[command(override_usage = "dct pull [OPTIONS] IMAGE[:TAG]", after_help = EXAMPLES, help_template = crate::options::boolean::TEMPLATE)]
pub(crate) struct Args {
    /// Pull every signed tag of the repository
    #[arg(short = 'a', long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = go_bool, hide_default_value = true, value_name = "BOOL")]
    pub all_tags: bool,

    /// Of a signed index, what is for this platform: OS[/ARCH[/VARIANT]]
    #[arg(long, value_name = "PLATFORM")]
    pub platform: Option<String>,

    #[command(flatten)]
    flags: TransferFlags,

    /// Image to pull; without a tag, its tag latest
    #[arg(value_name = "IMAGE[:TAG]")]
    pub image: String,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Pull what is signed under a tag:
    dct pull dtr.example.com/prod/nginx:1

  Pull all that is signed in a repository:
    dct pull --all-tags dtr.example.com/prod/nginx";

impl Verb for Args {
    const WORDS: &'static str = "pull";
    type Report = PulledImages;

    fn run(&self, context: &Context<'_>) -> Result<Done<PulledImages>, CliError> {
        self.flags.check("docker pull")?;
        let image = names::image(&self.image)?;
        let image = if self.all_tags { image } else { with_default_tag(image, context.ui) };
        let tag = match &image.selector {
            Selector::Digest(_) | Selector::TagAndDigest(..) => {
                return Err(CliError::new("cannot use a digest reference for IMAGE[:TAG]")
                    .coded("usage")
                    .hinted("`docker pull` pulls a digest, which needs no signature to be what it is"));
            }
            Selector::Tag(_) if self.all_tags => return Err(CliError::new("tag can't be used with --all-tags/-a").coded("usage")),
            Selector::Tag(tag) => Some(tag),
            Selector::Whole => None,
        };
        let engine = context.wiring.needed_engine().map_err(|error| not_pulled(&error.into()))?;
        let gun = &image.gun;
        let words = TransferWords::new(context.ui, TransferVerb::Pull, gun, &[]).quiet(self.flags.quiet);
        let _wait = context.ui.wait(&format!("reading trust data of {gun}"));
        let session = context.session(&words);
        let trusted = match tag {
            Some(tag) => resolve_image::resolve(&session, gun, tag, Outage::AnswerFromStore).map(|one| vec![one.into_result()]),
            None => resolve_image::resolve_all(&session, gun, Outage::AnswerFromStore).map(Outcome::into_result),
        };
        let trusted = trusted.map_err(|error| failure::of_pull(gun.as_str(), &error))?;
        let pulled =
            pull_image::pull(&session, &*engine, gun, self.platform.as_deref(), &trusted).map_err(|error| not_pulled(&error))?;
        context.ui.line(&tag.map_or_else(|| gun.to_string(), |tag| format!("{gun}:{tag}")));
        Ok(Done::well(pulled.into_result()))
    }
}

fn not_pulled(error: &OpsError) -> CliError {
    failure::plain(error).with_hints(hint_of_pull(error).as_slice())
}
