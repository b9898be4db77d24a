//! `dct key passwd`

use super::{
    definition::{Done, Verb},
    key_choice,
};
use crate::{
    compose::context::Context,
    face::failure,
    passphrases::flags::NewPassphraseFlags,
    render::keys_json::{KeyJson, OneKeyJson},
    term::error::CliError,
};
use client::{error::OpsError, keys::change_passphrase};

/// Change the passphrase of a key
///
/// The file of the key is replaced only by one that was read back and opens with the new passphrase. Copies elsewhere keep the old one.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct key passwd [OPTIONS] KEY",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// Where the new passphrase is.
    #[command(flatten)]
    pub new: NewPassphraseFlags,

    /// The key: its ID, at least the first 7 digits of that, or the name that it is kept under
    #[arg(value_name = "KEY")]
    pub key: String,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Asked for the passphrase that the key has, and twice for the new one:
    dct key passwd jeff

  Where nobody can be asked, from files:
    dct key passwd --passphrase-file passphrase --new-passphrase-file new-passphrase jeff";

impl Verb for Args {
    const WORDS: &'static str = "key passwd";
    const OPENS_KEYS: bool = true;
    type Report = OneKeyJson;

    fn new_passphrase(&self) -> Option<&NewPassphraseFlags> {
        Some(&self.new)
    }

    fn run(&self, context: &Context<'_>) -> Result<Done<OneKeyJson>, CliError> {
        key_choice::with_key(&self.key, context, |session, info| {
            let files = session.key_files.files(info.id).map_err(|error| failure::plain(&OpsError::KeyStore(error)))?;
            for file in files {
                context.ui.line(&format!("Changing the passphrase of {}", file.display()));
            }
            let changed = change_passphrase::change_passphrase(session, &info)
                .map_err(|error| failure::plain(&error).prefixed("failed to change the passphrase: "))?
                .into_result();
            context.ui.line(&format!("Successfully changed the passphrase of key {}", changed.id));
            Ok(Done::well(OneKeyJson { key: KeyJson::of(&changed) }))
        })
    }
}
