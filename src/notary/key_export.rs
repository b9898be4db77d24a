//! `notary key export`

use std::path::{Path, PathBuf};

use clap::ValueHint;
use zeroize::Zeroizing;

use super::command::NotaryCommand;
use crate::{
    compose::{context::Context, named_files},
    face::{notary_events::NotaryNarrator, notary_failure},
    options::notary::{List, TEMPLATE, listed, path, words},
    term::error::CliError,
};
use client::{
    error::OpsError,
    keys::export_key::{self, ExportError},
    ports::KeyInfo,
};

/// Exports all keys, or those that are named
#[derive(Debug, clap::Args)]
#[command(name = "export", override_usage = "notary key export [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// GUNs for which to export keys
    #[arg(long, allow_hyphen_values = true, value_parser = words, value_name = "GUNS")]
    pub gun: Vec<List<String>>,

    /// Key IDs to export
    #[arg(long, allow_hyphen_values = true, value_parser = words, value_name = "KEYIDS")]
    pub key: Vec<List<String>>,

    /// File to write, instead of STDOUT
    #[arg(short, long, allow_hyphen_values = true, value_parser = path(), value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}

impl NotaryCommand for Args {
    fn excess(&self) -> &[String] {
        &self.excess
    }

    /// Runs the command. Nothing is decrypted.
    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        let (guns, ids) = (listed(&self.gun), listed(&self.key));
        if !guns.is_empty() && !ids.is_empty() {
            return Err(CliError::new("Only the --gun or --key flag may be provided, not a mix of the two flags"));
        }
        let narrator = NotaryNarrator::new(context.ui);
        let session = context.session(&narrator);
        let keys = session.key_files.list().map_err(|error| notary_failure::told(&OpsError::KeyStore(error)))?;
        let file = self.output.as_deref().filter(|output| !output.as_os_str().is_empty());
        for id in ids.iter().filter(|id| keys.iter().all(|info| info.id.to_string() != **id)) {
            let missing = format!("no key with ID {id} is on this machine");
            match file {
                Some(file) => return Err(nothing_written(missing, file)),
                None => context.ui.warning("no-such-key", &missing),
            }
        }
        let is_meant = |info: &KeyInfo| match (guns.as_slice(), ids.as_slice()) {
            ([], []) => true,
            ([], ids) => ids.contains(&info.id.to_string()),
            (guns, _) => info.gun.as_ref().is_some_and(|gun| guns.iter().any(|wanted| wanted == gun.as_str())),
        };
        let meant: Vec<&KeyInfo> = keys.iter().filter(|info| is_meant(info)).collect();
        let mut text = Zeroizing::new(String::new());
        for info in &meant {
            text.push_str(&export_key::private(&session, info).map_err(|error| refused(info, error))?);
        }
        if let Some(file) = file {
            if meant.is_empty() {
                return Err(nothing_written("there is no such key to export".to_owned(), file));
            }
            return named_files::write_key_over(file, &text);
        }
        context.ui.exact_lines(text.lines());
        Ok(())
    }
}

/// What the file holds may be the only copy of other keys.
fn nothing_written(reason: String, file: &Path) -> CliError {
    CliError::new(reason)
        .hinted(format!("nothing was written to {}; `notary key list` shows the keys that are here", file.display()))
}

fn refused(info: &KeyInfo, error: ExportError) -> CliError {
    match error {
        ExportError::Ops(error) => notary_failure::told(&error),
        ExportError::NotEncrypted(_) => {
            CliError::new(error.to_string()).hinted(format!("give it a passphrase first: `notary key passwd {}`", info.id))
        }
        error => CliError::new(error.to_string()),
    }
}
