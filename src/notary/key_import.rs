//! `notary key import`

use std::path::{Path, PathBuf};

use clap::ValueHint;

use super::command::NotaryCommand;
use crate::{
    compose::{
        context::Context,
        named_files::{self, Exposure},
    },
    face::{notary_events::NotaryNarrator, notary_failure, notary_misuse, peer_words::Worded as _},
    options::{
        notary::{TEMPLATE, path},
        notary_names::repository,
    },
    term::error::CliError,
};
use client::keys::import_key::{self, Fallback, ImportError};
use trust::crypto::pem;

/// Imports all keys from all provided .pem files
#[derive(Debug, clap::Args)]
#[command(name = "import", override_usage = "notary key import pemfile [ pemfile ... ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// GUN to import key with, if a GUN is not already given in a PEM header
    #[arg(short, long, allow_hyphen_values = true, value_name = "GUN")]
    pub gun: Option<String>,

    /// Role to import key with, if a role is not already given in a PEM header
    #[arg(short, long, allow_hyphen_values = true, value_name = "ROLE")]
    pub role: Option<String>,

    /// Files with private keys
    #[arg(value_name = "PEMFILE", value_parser = path(), value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
}

impl NotaryCommand for Args {
    /// Runs the command. A file is imported whole or not at all; those before it stay.
    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        if self.files.is_empty() {
            return Err(notary_misuse::misused("key import", "must specify at least one input file to import keys from"));
        }
        let gun = self.gun.as_deref().filter(|gun| !gun.is_empty()).map(repository).transpose()?;
        let fallback = Fallback { role: self.role.clone(), gun };
        self.files.iter().try_for_each(|file| import(file, &fallback, context))
    }
}

fn import(file: &Path, fallback: &Fallback, context: &Context<'_>) -> Result<(), CliError> {
    let (bytes, exposure) = named_files::read_private_keys(file)?;
    if exposure == Exposure::Others {
        context.ui.warning("open-to-others", &format!("{} holds private keys, and is open to other users", file.display()));
    }
    let narrator = NotaryNarrator::new(context.ui);
    let stored = import_key::import(&context.session(&narrator), &pem::blocks(&bytes), fallback);
    let stored = stored.map_err(|error| refused(file, error))?.into_result();
    // as notary has it, what the file says wins
    let typed = fallback.role.as_deref().filter(|role| !role.is_empty());
    for key in stored.iter().filter(|key| typed.is_some_and(|typed| key.name.as_str() != typed)) {
        context.ui.warning("key-named-by-file", &format!("key {} is stored as {}, as its file says", key.id, key.name));
    }
    for key in stored.iter().filter(|key| key.name.is_root()) {
        context.ui.warning(
            "root-key",
            &format!("{} is a root key: repositories that are initialized on this machine take it for theirs", key.id),
        );
    }
    Ok(())
}

fn refused(file: &Path, error: ImportError) -> CliError {
    match error {
        ImportError::Ops(error) => notary_failure::told(&error),
        error @ ImportError::Stored { .. } => CliError::new(error.to_string()),
        ImportError::OtherFile(ref stored) => {
            let hint = format!("where this file is the right one, `notary key remove {}` makes room for it", stored.id);
            CliError::new(error.to_string()).hinted(hint)
        }
        error => {
            let hint = match error {
                ImportError::Sealed => Some(format!("where its passphrase is known: dct key load --name NAME {}", file.display())),
                ImportError::NoGun => Some("name its repository with --gun".to_owned()),
                _ => None,
            };
            let words = CliError::new("failed to import all keys: invalid key pem block").because(format!(
                "{}: {}",
                file.display(),
                error.worded()
            ));
            hint.into_iter().fold(words, CliError::hinted)
        }
    }
}
