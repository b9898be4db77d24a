//! `dct revoke`

use std::collections::BTreeMap;

use super::definition::{Done, Verb};
use crate::{
    compose::{context::Context, wiring::Access},
    face::{
        docker_events::{DockerNarrator, NarratedVerb},
        failure,
        peer_words::Worded as _,
    },
    options::{boolean::go_bool, names},
    term::error::CliError,
};
use client::{
    image::revoke_image::{self, KeptTag, Revocation, RevokeError},
    ports::DecisionError,
};
use trust::model::image_name::{ImageName, Selector};

/// Remove trust for an image
///
/// Removes the signatures of a tag, or of all tags of the repository. The image itself and all private keys stay.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct revoke [OPTIONS] IMAGE[:TAG]",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// Do not prompt for confirmation
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = go_bool, hide_default_value = true, value_name = "BOOL")]
    pub yes: bool,

    /// Image to remove trust for; without a tag, all tags of the repository
    #[arg(value_name = "IMAGE[:TAG]")]
    pub image: String,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Remove the signatures of one tag:
    dct revoke dtr.example.com/prod/nginx:1

  Of all tags, without being asked:
    dct revoke --yes dtr.example.com/prod/nginx";

/// Most tags that are named one by one in an explanation.
const MOST_NAMED: usize = 10;

impl Verb for Args {
    const WORDS: &'static str = "revoke";
    const OPENS_KEYS: bool = true;
    type Report = Revocation;

    fn access(&self) -> Access {
        Access::Write
    }

    /// Runs the verb. A person who does not want it after all has not failed.
    fn run(&self, context: &Context<'_>) -> Result<Done<Revocation>, CliError> {
        let image = names::image(&self.image)?;
        let tag = match &image.selector {
            Selector::Tag(tag) => Some(tag),
            Selector::Whole => None,
            Selector::Digest(_) | Selector::TagAndDigest(..) => {
                let hint = "a signature is a tag's: `dct inspect` shows under which tags that content is signed";
                return Err(CliError::new("cannot use a digest reference for IMAGE:TAG").coded("usage").hinted(hint));
            }
        };
        if tag.is_none() && !self.yes && !confirmed(&image, context)? {
            return Ok(Done::well(Revocation { repository: image.gun, tags: Vec::new(), versions: BTreeMap::new() }));
        }
        let _wait = context.ui.wait(&format!("removing the signatures of {}", image.typed));
        let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, &image.typed);
        let revoked = revoke_image::revoke(&context.session(&narrator), &image.gun, tag)
            .map_err(|error| refused(error).prefixed(&format!("could not remove signature for {}: ", image.typed)))?;
        context.ui.line(&format!("Successfully deleted signature for {}", image.typed));
        Ok(Done::well(revoked.into_result()))
    }
}

fn confirmed(image: &ImageName, context: &Context<'_>) -> Result<bool, CliError> {
    let question = format!("Confirm you would like to delete all signature data for {}?", image.typed);
    match context.prompter.confirm(&question, "nothing was removed", "--yes removes") {
        Err(DecisionError::Interrupted) => Ok(false),
        answer => answer.map_err(|error| CliError::new(error.worded()).coded("no-answer")),
    }
}

fn refused(error: RevokeError) -> CliError {
    match error {
        RevokeError::Ops(error) => failure::plain(&error),
        RevokeError::Kept { ref kept, ref revoked } => {
            let words = CliError::new(error.to_string()).coded("no-signing-keys").because(why(kept, revoked));
            words.hinted("run it where one of these keys is; nothing of the tags that stay was changed")
        }
        error => CliError::new(error.worded()).coded("no-trust-data"),
    }
}

fn why(kept: &[KeptTag], revoked: &[String]) -> String {
    let of_tag = |tag: &KeptTag| {
        let roles = tag.roles.iter().map(|(role, keys)| {
            let keys: Vec<_> = keys.iter().map(ToString::to_string).collect();
            format!("{role} signs it with {}", keys.join(", "))
        });
        format!("{}: {}", tag.name, roles.collect::<Vec<_>>().join(" and "))
    };
    let mut why: Vec<_> = kept.iter().take(MOST_NAMED).map(of_tag).collect();
    if kept.len() > MOST_NAMED {
        why.push(format!("and {} more", kept.len() - MOST_NAMED));
    }
    if !revoked.is_empty() {
        why.push(format!("removed were {}", revoked.join(", ")));
    }
    why.join("; ")
}
