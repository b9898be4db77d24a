//! `notary key list`

use super::{command::NotaryCommand, key_names::folder_of};
use crate::{
    compose::context::Context,
    face::{notary_events::NotaryNarrator, notary_failure, notary_misuse},
    options::{
        notary::TEMPLATE,
        output::{OutputFormat, output_format},
    },
    render::{json, keys_json::KeysJson, notary_table},
    term::error::CliError,
};
use client::{error::OpsError, ports::KeyInfo};

/// Most characters of a repository's name, and of a folder's, that are shown.
const MAX_GUN: usize = 25;
const MAX_FOLDER: usize = 40;

/// Lists the keys on this machine
#[derive(Debug, clap::Args)]
#[command(name = "list", override_usage = "notary key list [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Print a table (text), or JSON for a program (json)
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = output_format, hide_default_value = true)]
    pub output: OutputFormat,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}

impl NotaryCommand for Args {
    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        if !self.excess.is_empty() {
            return Err(notary_misuse::misused("key list", ""));
        }
        let narrator = NotaryNarrator::new(context.ui);
        let mut keys = context.session(&narrator).keys.list().map_err(|error| notary_failure::told(&OpsError::KeyStore(error)))?;
        KeyInfo::sort_for_lists(&mut keys);
        match self.output {
            OutputFormat::Json => context.ui.json(&json::report(&KeysJson::of(&keys))?),
            OutputFormat::Text => {
                context.ui.line("");
                if keys.is_empty() {
                    context.ui.line("No signing keys found.");
                } else {
                    context.ui.lines(notary_table::lines(["ROLE", "GUN", "KEY ID", "LOCATION"], keys.iter().map(row)));
                }
                context.ui.line("");
            }
        }
        Ok(())
    }
}

fn row(info: &KeyInfo) -> [String; 4] {
    let gun = info.gun_text().unwrap_or_default();
    [info.name.to_string(), end_of(gun, MAX_GUN), info.id.to_string(), end_of(&folder_of(info), MAX_FOLDER)]
}

/// The last characters of a text that is too long.
fn end_of(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let end: String = text.chars().skip(length - (most - 3)).collect();
    format!("...{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_is_cut_at_its_beginning() {
        assert_eq!(end_of("dtr.example.com/prod/nginx", MAX_GUN), "...example.com/prod/nginx");
        assert_eq!(end_of(&"x".repeat(25), MAX_GUN), "x".repeat(25));
        assert_eq!(end_of(&"é".repeat(41), MAX_FOLDER), format!("...{}", "é".repeat(37)));
    }
}
