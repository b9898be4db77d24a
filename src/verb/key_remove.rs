//! `dct key remove`

use serde::Serialize;

use super::{
    consent::{self, Without},
    definition::{Done, Verb},
    key_choice,
};
use crate::{
    compose::context::Context,
    face::failure,
    render::keys_json::{KeyJson, UseJson},
    term::error::CliError,
};
use client::{
    error::OpsError,
    keys::known_keys::KnownKeys,
    ports::{KeyInfo, KeyStoreError},
};
use trust::model::role::RoleName;

/// Remove a private key from this machine
///
/// What it is for is told first. No repository changes; without another copy nobody can sign with it again.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct key remove [OPTIONS] KEY",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// Do not ask; a root key must then be named by its whole ID
    #[arg(short, long)]
    pub yes: bool,

    /// The key: its ID, at least the first 7 digits of that, or the name that it is kept under
    #[arg(value_name = "KEY")]
    pub key: String,
}

/// A key that is gone.
#[derive(Serialize)]
pub(crate) struct RemovedKey {
    key: KeyJson,
    /// The files that were removed.
    files: Vec<String>,
    /// What it might sign.
    uses: Vec<UseJson>,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Remove a signer's key, after a copy was made:
    dct key export --file ian-copy.pem ian
    dct key remove --yes ian";

impl Verb for Args {
    const WORDS: &'static str = "key remove";
    const ALIASES: &'static [&'static str] = &["rm"];
    type Report = RemovedKey;

    fn run(&self, context: &Context<'_>) -> Result<Done<RemovedKey>, CliError> {
        key_choice::with_key(&self.key, context, |session, info| {
            let known = KnownKeys::read(session);
            let uses = known.uses(info.id);
            let root = RoleName::root();
            let is_root = info.name.is_root() || uses.iter().any(|it| it.role == root);
            let whole = self.key.eq_ignore_ascii_case(&info.id.to_string());
            if self.yes && is_root && !whole {
                return Err(CliError::new(format!(
                    "{} is a root key, which is removed without asking by its whole ID alone",
                    info.id
                ))
                .coded("root-key")
                .hinted("whoever has lost a root key can never change who signs; is there a copy of it?"));
            }
            let files = session.key_files.files(info.id).map_err(|error| failure::plain(&OpsError::KeyStore(error)))?;
            if files.is_empty() {
                return Err(failure::plain(&OpsError::KeyStore(KeyStoreError::Copy(info.path))).hinted("remove the file itself"));
            }
            context.ui.line(&format!("Key {}, {}", key_choice::told(&info), info.path.display()));
            for file in files.iter().filter(|file| **file != info.path) {
                context.ui.line(&format!("  also {}", file.display()));
            }
            for it in uses {
                context.ui.line(&format!("  may sign {} of {}", it.role, it.gun));
            }
            if uses.is_empty() {
                context.ui.line("  no repository that is known on this machine names it");
            }
            if !self.yes {
                confirm(&info, is_root, context)?;
            }
            session.key_files.remove(info.id).map_err(|error| failure::plain(&OpsError::KeyStore(error)))?;
            context.ui.line(&format!("Successfully removed key {}", info.id));
            let files = files.iter().map(|file| file.display().to_string()).collect();
            Ok(Done::well(RemovedKey { key: KeyJson::of(&info), files, uses: uses.iter().map(UseJson::of).collect() }))
        })
    }
}

fn confirm(info: &KeyInfo, is_root: bool, context: &Context<'_>) -> Result<(), CliError> {
    const WITHOUT: Without = Without { left: "the key was not removed", flag: "--yes removes it" };
    consent::to("Remove it? Without a copy it is lost. [y/N] ", &WITHOUT, context)?;
    if !is_root {
        return Ok(());
    }
    let question = "It is a root key: whoever has lost it can never change who signs. Type the first 7 digits of its ID: ";
    let typed = consent::answer(question, &WITHOUT, context)?;
    if typed.eq_ignore_ascii_case(&info.id.short()) { Ok(()) } else { Err(consent::declined(&WITHOUT)) }
}
