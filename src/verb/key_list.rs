//! `dct key list`

use super::definition::{Done, Verb};
use crate::{
    compose::context::Context,
    face::{
        docker_events::{DockerNarrator, NarratedVerb},
        failure,
    },
    render::keys_json::KeysJson,
    term::{error::CliError, table},
};
use client::{error::OpsError, ports::KeyInfo};

/// List the private keys on this machine
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct key list [OPTIONS]",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  The keys with the names that they are kept under, and their files:
    dct key list

  The IDs of all root keys, as a script wants them:
    dct key list --output json | jq -r '.keys[] | select(.name == \"root\") | .id'";

impl Verb for Args {
    const WORDS: &'static str = "key list";
    const ALIASES: &'static [&'static str] = &["ls"];
    type Report = KeysJson;

    fn run(&self, context: &Context<'_>) -> Result<Done<KeysJson>, CliError> {
        let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, "");
        let mut keys = context.session(&narrator).keys.list().map_err(|error| failure::plain(&OpsError::KeyStore(error)))?;
        KeyInfo::sort_for_lists(&mut keys);
        if keys.is_empty() {
            context
                .ui
                .line(&format!("No keys on this machine: {} has none", context.wiring.trust_folder().join("private").display()));
        } else {
            context.ui.lines(table::lines(["NAME", "REPOSITORY", "KEY ID", "FILE"], keys.iter().map(row)));
        }
        Ok(Done::well(KeysJson::of(&keys)))
    }
}

fn row(info: &KeyInfo) -> [String; 4] {
    let open = if info.encrypted { "" } else { " (not encrypted)" };
    let gun = info.gun_text().unwrap_or_default();
    [info.name.to_string(), gun.to_owned(), info.id.to_string(), format!("{}{open}", info.path.display())]
}
