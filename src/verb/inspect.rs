//! `dct inspect`

use std::{
    cell::RefCell,
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use crate::{
    compose::context::Context,
    face::failure,
    options::{boolean::go_bool, names},
    render::{inspect_json, inspect_pretty},
    term::error::{CliError, ExitStatus},
};
use client::{
    error::OpsError,
    image::inspect_image::{self, ImageReport},
    ports::{Events, events::Event},
};
use trust::model::image_name::Selector;

/// Return low-level information about keys and signatures
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct inspect IMAGE[:TAG] [IMAGE[:TAG]...]",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub struct Args {
    /// Print the information in a human friendly format
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub pretty: bool,

    /// Images to inspect: one tag, or all tags of a repository
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

  Several images at once; the exit status is 1 where one of them has no trust data:
    dct inspect dtr.example.com/prod/nginx:1 dtr.example.com/prod/web";

/// Most images that are looked at at once.
const SIDE_BY_SIDE: usize = 8;

/// Runs the verb.
pub(crate) fn run(args: &Args, context: &Context<'_>) -> Result<(), CliError> {
    let _wait = context.ui.wait(&match args.images.as_slice() {
        [image] => format!("reading trust data of {image}"),
        images => progress(0, images.len()),
    });
    if args.pretty { pretty(&args.images, context) } else { json(&args.images, context) }
}

/// The first image that fails ends it.
fn pretty(images: &[String], context: &Context<'_>) -> Result<(), CliError> {
    let mut told = BTreeSet::new();
    for (number, (typed, answer)) in side_by_side(images, context).enumerate() {
        if number > 0 {
            context.ui.lines(["", ""]);
        }
        let (report, doubt) = answer.tell(&mut told, context)?;
        context.ui.lines(inspect_pretty::render(typed, &report));
        if let Some(doubt) = doubt {
            return Err(doubt);
        }
    }
    Ok(())
}

/// The images that fail are told of after the others are shown.
fn json(images: &[String], context: &Context<'_>) -> Result<(), CliError> {
    let (mut reports, mut errors, mut told) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (typed, answer) in side_by_side(images, context) {
        match answer.tell(&mut told, context) {
            Ok((report, doubt)) => {
                reports.push((typed, report));
                errors.extend(doubt);
            }
            Err(error) => errors.push(error),
        }
    }
    context.ui.json(&inspect_json::render(&reports)?);
    for error in &errors {
        context.ui.error(error);
    }
    if errors.is_empty() { Ok(()) } else { Err(CliError::silent(ExitStatus::Failed)) }
}

/// What came of one image, and what was noticed on the way: told in the order of the images, however they were looked at.
struct ImageAnswer {
    warnings: Vec<String>,
    report: Result<ImageReport, CliError>,
}

impl ImageAnswer {
    /// The report, and why it is shown and yet an error. Two images of one repository have the same warnings, which are told once.
    fn tell(self, told: &mut BTreeSet<String>, context: &Context<'_>) -> Result<(ImageReport, Option<CliError>), CliError> {
        for warning in self.warnings {
            if told.insert(warning.clone()) {
                context.ui.warning(&warning);
            }
        }
        let report = self.report?;
        let unknown = |reason: &String| OpsError::ReleasesUnusable { gun: report.gun.clone(), reason: reason.clone() };
        let doubt = report.unknown.as_ref().map(|reason| failure::plain(&unknown(reason)));
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
        let look = |typed: &str| {
            let answer = look(typed, context);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if all > 1 {
                context.ui.wait_for(&progress(done, all));
            }
            answer
        };
        if let [typed] = images {
            return vec![(typed.as_str(), look(typed))];
        }
        thread::scope(|scope| {
            let look = &look;
            let looking: Vec<_> = images.iter().map(|typed| (typed.as_str(), scope.spawn(move || look(typed)))).collect();
            let lost = || CliError::new("the image could not be looked at");
            let answer = |looking: thread::ScopedJoinHandle<'_, ImageAnswer>| {
                looking.join().unwrap_or_else(|_| ImageAnswer { warnings: Vec::new(), report: Err(lost()) })
            };
            looking.into_iter().map(|(typed, looking)| (typed, answer(looking))).collect::<Vec<_>>()
        })
    })
}

fn look(typed: &str, context: &Context<'_>) -> ImageAnswer {
    let heard = Heard::default();
    let report = names::image(typed).and_then(|image| {
        let none = format!("no signatures or cannot access {typed}");
        if matches!(image.selector, Selector::Digest(None) | Selector::TagAndDigest(_, None)) {
            return Err(CliError::new(none).because("what is signed has SHA-256 digests alone"));
        }
        let report = inspect_image::inspect(&context.session(&heard), &image).map_err(|error| failure::behind(&none, &error))?;
        for key in &report.unnamed_releasers {
            let words = format!("key {key} may release in {}, and is neither a signer's nor the repository's", image.gun);
            heard.tell(Event::Warning(words));
        }
        Ok(report)
    });
    ImageAnswer { warnings: heard.0.into_inner(), report }
}

/// Keeps the warnings of one image.
#[derive(Default)]
struct Heard(RefCell<Vec<String>>);

impl Events for Heard {
    fn tell(&self, event: Event<'_>) {
        if let Event::Warning(warning) = event {
            self.0.borrow_mut().push(warning);
        }
    }
}
