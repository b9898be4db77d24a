//! `dct sign`

use serde::Serialize;

use super::definition::{Done, Verb};
use crate::{
    compose::{context::Context, wiring::Access},
    face::{
        docker_sign_words::{TransferVerb, TransferWords},
        failure,
    },
    options::{boolean::go_bool, names},
    passphrases::in_turn::InTurn,
    term::{
        error::{CliError, ExitStatus},
        ui::Ui,
    },
};
use client::{
    image::sign_image::{self, ContentChoice, ContentSource, FirstSigner, Request, RequestedTag, SignReport, Unserved},
    in_parallel::in_parallel_telling,
    ports::{Decisions, Engine},
    session::Session,
};
use trust::model::{
    gun::Gun,
    image_name::{ImageName, Selector},
    tag::Tag,
};

/// Sign images
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct sign [OPTIONS] IMAGE:TAG [IMAGE:TAG...]",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// Push the local image and sign that, though the tag is signed already
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub local: bool,

    /// Sign what the registry has, though the tag is signed already; the Docker Engine is not asked
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub registry: bool,

    /// Where a role has a file that cannot be verified, sign without what that signs: all of it is lost
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub begin_anew: bool,

    /// Images to sign. A signed tag is signed again, where its registry serves what is signed; the image of a new one is pushed by the Docker Engine, or
    /// is in its registry where there is no Engine; with a digest, that content is signed
    #[arg(value_name = "IMAGE:TAG", required = true, num_args = 1..)]
    pub images: Vec<String>,
}

/// What was signed, by repository.
#[derive(Serialize)]
pub(crate) struct SignedImages {
    repositories: Vec<SignReport>,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Sign a tag with every signer's key on this machine:
    dct sign dtr.example.com/prod/nginx:1

  Several tags go out as one update of their repository:
    dct sign dtr.example.com/prod/nginx:1 dtr.example.com/prod/nginx:1.1

  Sign what the registry has, without a Docker Engine:
    dct sign --registry dtr.example.com/prod/nginx:1

  Where nobody can be asked, such as in a pipeline:
    export DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE=\"$(cat passphrase)\"
    dct sign dtr.example.com/prod/nginx:1";

/// Most repositories that are signed at once.
const SIDE_BY_SIDE: usize = 8;

/// The images of one repository.
type Group = (Gun, Vec<ImageName>);

impl Verb for Args {
    const WORDS: &'static str = "sign";
    const OPENS_KEYS: bool = true;
    type Report = SignedImages;

    fn access(&self) -> Access {
        Access::Write
    }

    /// Runs the verb. A repository that fails does not keep the others from being signed.
    fn run(&self, context: &Context<'_>) -> Result<Done<SignedImages>, CliError> {
        let groups = groups(&self.images)?;
        let has_digest = |image: &ImageName| matches!(image.selector, Selector::TagAndDigest(..));
        if self.local && groups.iter().flat_map(|(_, images)| images).any(has_digest) {
            return Err(CliError::new("--local and a digest cannot be used together").with_status(ExitStatus::BadFlag));
        }
        let needs_source = groups.iter().flat_map(|(_, images)| images).any(|image| !has_digest(image));
        let engine = if needs_source { engine(self, context)? } else { None };
        let source = engine.as_deref().map_or(ContentSource::Registry, ContentSource::Engine);
        let which = if self.local || self.registry { ContentChoice::Source } else { ContentChoice::Released };
        let sign =
            |group: &Group, ui: &Ui, decisions: &dyn Decisions| sign(group, ui, decisions, context, source, which, self.begin_anew);
        if let [only] = groups.as_slice() {
            let _wait = context.ui.wait(&format!("reading trust data of {}", only.0));
            return sign(only, context.ui, context.passphrases)
                .map(|signed| Done::well(SignedImages { repositories: vec![signed] }));
        }
        let (repositories, failure) = sign_in_each(&groups, context, &sign);
        Done::unless_nothing(repositories.len(), SignedImages { repositories }, failure)
    }
}

/// Signs in several repositories, some of them at once, and tells of each in the order of the arguments.
fn sign_in_each(
    groups: &[Group],
    context: &Context<'_>,
    sign: &(impl Fn(&Group, &Ui, &dyn Decisions) -> Result<SignReport, CliError> + Sync),
) -> (Vec<SignReport>, Option<CliError>) {
    let (mut repositories, mut failed) = (Vec::new(), false);
    let _wait = context.ui.wait(&format!("signing in {} repositories", groups.len()));
    let sign = |group: &Group| {
        let (ui, kept) = context.ui.keeping();
        (sign(group, &ui, &InTurn::new(context.passphrases)), kept)
    };
    in_parallel_telling(groups, SIDE_BY_SIDE, sign, |done| {
        let result = done.map_err(|broken| CliError::new(broken.to_string())).and_then(|(result, kept)| {
            context.ui.tell(&kept);
            result
        });
        match result {
            Ok(signed) => repositories.push(signed),
            Err(error) => {
                context.ui.error(&error);
                failed = true;
            }
        }
    });
    (repositories, failed.then(|| CliError::silent(ExitStatus::Failed)))
}

fn sign(
    (gun, images): &Group,
    ui: &Ui,
    decisions: &dyn Decisions,
    context: &Context<'_>,
    source: ContentSource<'_>,
    which: ContentChoice,
    anew: bool,
) -> Result<SignReport, CliError> {
    let wanted: Vec<RequestedTag<'_>> = images.iter().filter_map(|image| wanted(image, which)).collect();
    let tags: Vec<&Tag> = wanted.iter().map(|wanted| wanted.tag).collect();
    let words = TransferWords::new(ui, TransferVerb::Sign, gun, images);
    let session = Session { decisions, ..context.session(&words) };
    let unserved = if context.wiring.signs_unserved(gun) { Unserved::Signed } else { Unserved::Refused };
    let request = Request { gun, wanted: &wanted, source, first: FirstSigner::Account, unserved, anew };
    let signed = sign_image::sign(&session, &request).map_err(|error| words.refused(&tags, &error))?;
    for tag in tags {
        words.succeeded(tag);
    }
    Ok(signed.into_result())
}

fn wanted(image: &ImageName, which: ContentChoice) -> Option<RequestedTag<'_>> {
    let typed = &image.typed;
    match &image.selector {
        Selector::TagAndDigest(tag, Some(digest)) => Some(RequestedTag { tag, typed, content: ContentChoice::Digest(*digest) }),
        Selector::Tag(tag) => Some(RequestedTag { tag, typed, content: which }),
        Selector::Whole | Selector::Digest(_) | Selector::TagAndDigest(_, None) => None,
    }
}

/// The arguments by repository, in their order; one that stands twice counts once.
fn groups(typed: &[String]) -> Result<Vec<Group>, CliError> {
    let mut groups: Vec<Group> = Vec::new();
    for typed in typed {
        let image = names::image(typed)?;
        let tag = match &image.selector {
            Selector::Tag(tag) | Selector::TagAndDigest(tag, Some(_)) => tag.clone(),
            Selector::Whole => return Err(CliError::new(format!("no tag specified for {typed}")).coded("usage")),
            Selector::Digest(_) | Selector::TagAndDigest(_, None) => {
                let hint = "`dct sign IMAGE:TAG@sha256:…` signs that content under a tag";
                return Err(CliError::new("cannot use a digest reference for IMAGE:TAG").coded("usage").hinted(hint));
            }
        };
        let at = groups.iter().position(|(gun, _)| *gun == image.gun).unwrap_or_else(|| {
            groups.push((image.gun.clone(), Vec::new()));
            groups.len() - 1
        });
        let Some((gun, images)) = groups.get_mut(at) else { continue };
        match images.iter().find(|other| other.tag() == Some(&tag)) {
            None => images.push(image),
            Some(other) if other.selector == image.selector => {}
            Some(_) => return Err(CliError::new(format!("{gun}:{tag} is to be signed for two contents")).coded("usage")),
        }
    }
    Ok(groups)
}

/// The Engine that is to push; none where the registry is to be asked.
fn engine(args: &Args, context: &Context<'_>) -> Result<Option<Box<dyn Engine>>, CliError> {
    let from = context.wiring.settings().sign_from()?;
    let engine = match (args.local, args.registry) {
        (true, true) => {
            return Err(CliError::new("--local and --registry cannot be used together").with_status(ExitStatus::BadFlag));
        }
        (true, false) => context.wiring.needed_engine().map(Some),
        (false, true) => Ok(None),
        (false, false) if from == Some("registry") => Ok(None),
        (false, false) if from == Some("engine") => context.wiring.needed_engine().map(Some),
        (false, false) => context.wiring.engine(),
    };
    engine.map_err(|error| failure::plain(&error.into()))
}
