//! `dct key export`

use std::path::{Path, PathBuf};

use clap::{
    ValueHint,
    builder::{OsStringValueParser, TypedValueParser as _},
};

use super::key_choice;
use crate::{
    compose::{context::Context, named_files},
    face::failure,
    term::error::CliError,
};
use client::{
    keys::{
        export_key::{self, ExportError},
        known_keys::KnownKeys,
    },
    ports::KeyInfo,
    session::Session,
};

/// Export a key
///
/// A private key leaves as it is stored, under its passphrase; `dct key load` and `notary key import` read it.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct key export [OPTIONS] KEY",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub struct Args {
    /// Export the public half, for `dct signer add --key`
    #[arg(long)]
    pub public: bool,

    /// File to write, which must not be there yet; without it standard output
    #[arg(short, long, allow_hyphen_values = true, value_name = "FILE", value_hint = ValueHint::FilePath,
          value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub output: Option<PathBuf>,

    /// The key: its ID, at least the first 7 digits of that, or the name that it is kept under
    #[arg(value_name = "KEY")]
    pub key: String,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  A copy of a signer's private key, still under its passphrase:
    dct key export --output jeff-backup.pem jeff

  The public half of it, for whoever adds the signer to repositories:
    dct key export --public --output jeff.pub jeff";

/// Runs the verb.
pub(crate) fn run(args: &Args, context: &Context<'_>) -> Result<(), CliError> {
    if args.output.is_none() {
        if !args.public && context.ui.answers_on_terminal() {
            return Err(CliError::new("a private key is not shown on a terminal").hinted("name a file with --output"));
        }
        // what is printed is the key alone
        context.ui.ask_aside();
    }
    key_choice::with_key(&args.key, context, |session, info| {
        let text = exported(args.public, session, &info).map_err(|error| refused(&info, error))?;
        if let Some(file) = &args.output {
            return save(file, &text, &info, context);
        }
        context.ui.exact_lines(text.lines());
        Ok(())
    })
}

fn exported(public: bool, session: &Session<'_>, info: &KeyInfo) -> Result<zeroize::Zeroizing<String>, ExportError> {
    if public {
        export_key::public(session, info, &KnownKeys::read(session)).map(Into::into)
    } else {
        export_key::private(session, info)
    }
}

fn save(file: &Path, text: &str, info: &KeyInfo, context: &Context<'_>) -> Result<(), CliError> {
    named_files::write_key(file, text)?;
    context.ui.line(&format!("Successfully exported key {} to {}", info.id, file.display()));
    Ok(())
}

fn refused(info: &KeyInfo, error: ExportError) -> CliError {
    match error {
        ExportError::Ops(error) => failure::plain(&error),
        ExportError::NotEncrypted(_) => {
            CliError::new(error.to_string()).hinted(format!("give it a passphrase first: `dct key passwd {}`", info.id))
        }
        error => CliError::new(error.to_string()),
    }
}
