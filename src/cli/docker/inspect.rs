//! `dct inspect`

use super::{
    events::{Narrator, Verb},
    inspect_json, inspect_pretty,
};
use crate::{
    cli::{
        context::Context,
        error::{self, CliError, ExitStatus},
        flags::go_bool,
    },
    ops::inspect_image::{self, ImageReport},
};

/// Return low-level information about keys and signatures
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct inspect IMAGE[:TAG] [IMAGE[:TAG]...]",
    after_help = "Example:\n  dct inspect --pretty dtr.example.com/prod/nginx",
    help_template = crate::cli::flags::TEMPLATE
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

/// Runs the verb.
pub fn run(args: &Args, context: &Context<'_>) -> Result<(), CliError> {
    if args.pretty { pretty(&args.images, context) } else { json(&args.images, context) }
}

/// The first image that fails ends it.
fn pretty(images: &[String], context: &Context<'_>) -> Result<(), CliError> {
    for (number, typed) in images.iter().enumerate() {
        if number > 0 {
            context.ui.lines(["", ""]);
        }
        context.ui.lines(inspect_pretty::render(typed, &report(typed, context)?));
    }
    Ok(())
}

/// The images that fail are told of after the others are shown.
fn json(images: &[String], context: &Context<'_>) -> Result<(), CliError> {
    let (mut reports, mut errors) = (Vec::new(), Vec::new());
    for typed in images {
        match report(typed, context) {
            Ok(report) => reports.push((typed.as_str(), report)),
            Err(error) => errors.push(error),
        }
    }
    context.ui.json(&inspect_json::render(&reports)?);
    for error in &errors {
        context.ui.error(error);
    }
    if errors.is_empty() { Ok(()) } else { Err(CliError::silent(ExitStatus::Failed)) }
}

fn report(typed: &str, context: &Context<'_>) -> Result<ImageReport, CliError> {
    let image = context.wiring.image(typed)?;
    let narrator = Narrator::new(context.ui, Verb::Other, typed);
    inspect_image::inspect(&context.session(&narrator), &image)
        .map_err(|error| error::behind(&format!("no signatures or cannot access {typed}"), &error))
}
