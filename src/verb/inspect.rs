//! `dct inspect`

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
};

use serde::Serialize;

use super::definition::{Done, Verb};
use crate::{
    compose::context::Context,
    face::{failure, warning_words},
    options::{boolean::go_bool, names},
    render::{docker_inspect, inspect_pretty},
    term::error::{CliError, ExitStatus},
};
use client::{
    error::OpsError,
    image::{
        error::ImageError,
        inspect_image::{self, ImageReport, Unknown},
    },
    in_parallel::in_parallel,
    outcome::{HeardWarnings, Outcome},
    ports::Warning,
};
use trust::model::image_name::Selector;

/// Return low-level information about keys and signatures
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct inspect IMAGE[:TAG] [IMAGE[:TAG]...]",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// Print the information in a human friendly format
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub pretty: bool,

    /// Images to inspect: one tag, or all tags of a repository; with a digest, those that are released for it
    #[arg(value_name = "IMAGE[:TAG]", required = true, num_args = 1..)]
    pub images: Vec<String>,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Show who signed which tags of a repository, in tables:
    dct inspect --pretty dtr.example.com/prod/nginx

  The digest that a tag is signed for, as a script wants it:
    dct inspect dtr.example.com/prod/nginx:1 | jq -r '.[].SignedTags[].Digest'

  Under which tags a digest is released; the exit status is 1 where it is under none:
    dct inspect --pretty dtr.example.com/prod/nginx@\"$DIGEST\"

  Several images at once; the exit status is 1 where one of them has no trust data:
    dct inspect dtr.example.com/prod/nginx:1 dtr.example.com/prod/web";

/// Most images that are looked at at once.
const SIDE_BY_SIDE: usize = 8;

/// What was found out about the images.
#[derive(Serialize)]
pub(crate) struct InspectedImages {
    images: Vec<InspectedImage>,
}

/// What was found out about one image.
#[derive(Serialize)]
struct InspectedImage {
    /// The image as it was typed.
    name: String,
    #[serde(flatten)]
    report: ImageReport,
}

impl Verb for Args {
    const WORDS: &'static str = "inspect";
    type Report = InspectedImages;

    fn run(&self, context: &Context<'_>) -> Result<Done<InspectedImages>, CliError> {
        let _wait = context.ui.wait(&match self.images.as_slice() {
            [image] => format!("reading trust data of {image}"),
            images => progress(0, images.len()),
        });
        let (images, failure) = if self.pretty { pretty(&self.images, context)? } else { json(&self.images, context)? };
        Done::unless_nothing(images.len(), InspectedImages { images }, failure)
    }
}

/// The first image that fails ends it.
fn pretty(images: &[String], context: &Context<'_>) -> Result<Inspected, CliError> {
    let (mut inspected, mut told) = (Vec::new(), BTreeSet::new());
    for (number, (typed, answer)) in side_by_side(images, context).enumerate() {
        if number > 0 {
            context.ui.lines(["", ""]);
        }
        let (report, doubt) = answer.tell(&mut told, context)?;
        context.ui.lines(inspect_pretty::render(typed, &report));
        inspected.push(InspectedImage { name: typed.to_owned(), report });
        if doubt.is_some() {
            return Ok((inspected, doubt));
        }
    }
    Ok((inspected, None))
}

/// The images that fail are told of after the others are shown.
fn json(images: &[String], context: &Context<'_>) -> Result<Inspected, CliError> {
    let (mut inspected, mut errors, mut told) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (typed, answer) in side_by_side(images, context) {
        match answer.tell(&mut told, context) {
            Ok((report, doubt)) => {
                inspected.push(InspectedImage { name: typed.to_owned(), report });
                errors.extend(doubt);
            }
            Err(error) => errors.push(error),
        }
    }
    context.ui.json(&docker_inspect::render(inspected.iter().map(|image| (image.name.as_str(), &image.report)))?);
    for error in &errors {
        context.ui.error(error);
    }
    Ok((inspected, (!errors.is_empty()).then(|| CliError::silent(ExitStatus::Failed))))
}

/// The images that were looked at, and why the command fails all the same.
type Inspected = (Vec<InspectedImage>, Option<CliError>);

/// What came of one image, and what was noticed on the way: told in the order of the images, however they were looked at.
struct ImageAnswer {
    warnings: Vec<Warning>,
    report: Result<ImageReport, CliError>,
}

impl ImageAnswer {
    /// The report, and why it is shown and yet an error. Two images of one repository have the same warnings, which are told once.
    fn tell(self, told: &mut BTreeSet<Warning>, context: &Context<'_>) -> Result<(ImageReport, Option<CliError>), CliError> {
        for warning in self.warnings {
            if told.insert(warning.clone()) {
                warning_words::tell(context.ui, &warning);
            }
        }
        let report = self.report?;
        let unknown = |Unknown { why, reason }: &Unknown| {
            OpsError::Image(ImageError::ReleasesUnusable { gun: report.gun.clone(), why: *why, reason: reason.clone() })
        };
        let doubt = report.unknown.as_ref().map(|it| failure::plain(&unknown(it)));
        Ok((report, doubt))
    }
}

fn progress(done: usize, all: usize) -> String {
    format!("reading trust data, {done} of {all} images")
}

/// Looks at some images at once, and at the next ones when those are told.
fn side_by_side<'a>(images: &'a [String], context: &'a Context<'_>) -> impl Iterator<Item = (&'a str, ImageAnswer)> {
    let (all, done) = (images.len(), AtomicUsize::new(0));
    images.chunks(SIDE_BY_SIDE).flat_map(move |images| {
        let look = |typed: &String| {
            let answer = look(typed, context);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if all > 1 {
                context.ui.wait_for(&progress(done, all));
            }
            answer
        };
        let lost = |_| ImageAnswer { warnings: Vec::new(), report: Err(CliError::new("the image could not be looked at")) };
        let answers = in_parallel(images, SIDE_BY_SIDE, look).into_iter().map(|answer| answer.unwrap_or_else(lost));
        images.iter().map(String::as_str).zip(answers).collect::<Vec<_>>()
    })
}

fn look(typed: &str, context: &Context<'_>) -> ImageAnswer {
    let heard = HeardWarnings::default();
    let report = names::image(typed).and_then(|image| {
        let none = format!("no signatures or cannot access {typed}");
        if matches!(image.selector, Selector::Digest(None) | Selector::TagAndDigest(_, None)) {
            return Err(CliError::new(none).coded("digest-not-released").because("what is signed has SHA-256 digests alone"));
        }
        inspect_image::inspect(&context.session(&heard), &image)
            .map(Outcome::into_result)
            .map_err(|error| failure::behind(&none, &error))
    });
    ImageAnswer { warnings: heard.warnings(), report }
}
