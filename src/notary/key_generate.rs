//! `notary key generate`

use std::path::{Path, PathBuf};

use clap::ValueHint;

use super::command::NotaryCommand;
use crate::{
    compose::{context::Context, named_files},
    face::{notary_events::NotaryNarrator, notary_failure, notary_misuse},
    options::notary::{TEMPLATE, path},
    term::error::CliError,
};
use client::keys::{export_key::ExportError, generate_pair, keyring::Keyring};
use trust::model::{key::Key, key_name::KeyName};

/// Generates a new key
#[derive(Debug, clap::Args)]
#[command(name = "generate", override_usage = "notary key generate [ algorithm ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Write the key into <output>-key.pem and <output>.pem, and not into the key store
    #[arg(short, long, allow_hyphen_values = true, value_parser = path(), value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Role to generate key with
    #[arg(short, long, allow_hyphen_values = true, value_name = "ROLE", default_value = "root")]
    pub role: String,

    /// ecdsa
    #[arg(value_name = "ALGORITHM")]
    pub algorithm: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}

/// The only one that makes keys.
const ALGORITHM: &str = "ecdsa";

impl NotaryCommand for Args {
    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        if !self.excess.is_empty() {
            let words = "Please provide only one Algorithm as an argument to generate (rsa, ecdsa)";
            return Err(notary_misuse::misused("key generate", words));
        }
        if self.algorithm.as_deref().is_some_and(|algorithm| !algorithm.eq_ignore_ascii_case(ALGORITHM)) {
            return Err(CliError::new("Algorithm not allowed, possible values are: ECDSA"));
        }
        match self.output.as_deref().filter(|output| !output.as_os_str().is_empty()) {
            Some(prefix) => to_files(prefix, self, context),
            None => to_store(self, context),
        }
    }
}

fn to_store(args: &Args, context: &Context<'_>) -> Result<(), CliError> {
    let (narrator, role) = (NotaryNarrator::new(context.ui), &args.role);
    let session = context.session(&narrator);
    let key = Keyring::new(&session)
        .create(&KeyName::of(role), None)
        .map_err(|error| notary_failure::told(&error).prefixed(&format!("Failed to create a new {role} key: ")))?;
    let id = Key::canonical_id_of(&*key);
    context.ui.line(&format!("Generated new {ALGORITHM} {role} key with keyID: {id}"));
    Ok(())
}

/// Both files are new: the key would be nowhere else.
fn to_files(prefix: &Path, args: &Args, context: &Context<'_>) -> Result<(), CliError> {
    let narrator = NotaryNarrator::new(context.ui);
    let named = |end: &str| {
        let mut name = prefix.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let (private, public) = (named("-key.pem"), named(".pem"));
    for file in [&private, &public] {
        if named_files::is_taken(file) {
            return Err(CliError::new(format!("{} exists already", file.display())).hinted("name another prefix with --output"));
        }
    }
    let pair = generate_pair::generate(&context.session(&narrator), &args.role).map_err(|error| match error {
        ExportError::Ops(error) => notary_failure::told(&error),
        error => CliError::new(error.to_string()),
    })?;
    let pair = pair.into_result();
    named_files::write_key(&private, &pair.private)?;
    named_files::write_key(&public, &pair.public)
}
