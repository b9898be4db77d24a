//! `dct key export`

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::{
    ValueHint,
    builder::{OsStringValueParser, TypedValueParser as _},
};
use serde::Serialize;

use super::{
    definition::{Done, Verb},
    key_choice,
};
use crate::{
    compose::{context::Context, named_files},
    face::failure,
    options::output::{OutputFormat, output_format},
    render::keys_json::KeyJson,
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
pub(crate) struct Args {
    /// Export the public half, for `dct signer add --key`
    #[arg(long)]
    pub public: bool,

    /// File to write, which must not be there yet; without it standard output
    #[arg(short, long, allow_hyphen_values = true, value_name = "FILE", value_hint = ValueHint::FilePath,
          value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub file: Option<PathBuf>,

    /// Answer in words for a person (text), or in JSON for a program (json); any other value is the file to write, as of --file
    #[arg(short, long, allow_hyphen_values = true, value_name = "FORMAT", value_hint = ValueHint::FilePath,
          value_parser = OsStringValueParser::new().map(export_to))]
    pub output: Option<ExportTo>,

    /// The key: its ID, at least the first 7 digits of that, or the name that it is kept under
    #[arg(value_name = "KEY")]
    pub key: String,
}

/// What `--output` says here: it named the file to write before it named the form of the answer.
#[derive(Clone, Debug)]
pub(crate) enum ExportTo {
    /// The form of the answer.
    Answer(OutputFormat),
    /// The file to write.
    File(PathBuf),
}

fn export_to(value: OsString) -> ExportTo {
    match value.to_str().map(output_format) {
        Some(Ok(format)) => ExportTo::Answer(format),
        _ => ExportTo::File(PathBuf::from(value)),
    }
}

impl Args {
    fn file(&self) -> Option<&Path> {
        match (&self.file, &self.output) {
            (Some(file), _) | (None, Some(ExportTo::File(file))) => Some(file),
            _ => None,
        }
    }
}

/// A key that has left the store.
#[derive(Serialize)]
pub(crate) struct ExportedKey {
    key: KeyJson,
    /// Whether it is the public half.
    public: bool,
    /// The file that was written.
    file: Option<String>,
    /// The key in PEM, where no file was named.
    pem: Option<String>,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  A copy of a signer's private key, still under its passphrase:
    dct key export --file jeff-backup.pem jeff

  The public half of it, for whoever adds the signer to repositories:
    dct key export --public --file jeff.pub jeff";

impl Verb for Args {
    const WORDS: &'static str = "key export";
    const OPENS_KEYS: bool = true;
    type Report = ExportedKey;

    fn format(&self) -> Option<OutputFormat> {
        Some(match self.output {
            Some(ExportTo::Answer(format)) => format,
            Some(ExportTo::File(_)) | None => OutputFormat::Text,
        })
    }

    fn run(&self, context: &Context<'_>) -> Result<Done<ExportedKey>, CliError> {
        let file = self.file();
        if file.is_none() {
            if !self.public && context.ui.answers_on_terminal() {
                return Err(CliError::new("a private key is not shown on a terminal")
                    .coded("private-on-terminal")
                    .hinted("name a file with --file"));
            }
            // what is printed is the key alone
            context.ui.ask_aside();
        }
        key_choice::with_key(&self.key, context, |session, info| {
            let text = exported(self.public, session, &info).map_err(|error| refused(&info, error))?;
            match file {
                Some(file) => save(file, &text, &info, context)?,
                None => context.ui.exact_lines(text.lines()),
            }
            let (key, public) = (KeyJson::of(&info), self.public);
            let (file, pem) = (file.map(|file| file.display().to_string()), file.is_none().then(|| text.to_string()));
            Ok(Done::well(ExportedKey { key, public, file, pem }))
        })
    }
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
        ExportError::NotEncrypted(_) => CliError::new(error.to_string())
            .coded("not-encrypted")
            .hinted(format!("give it a passphrase first: `dct key passwd {}`", info.id)),
        error => CliError::new(error.to_string()).coded("cannot-export"),
    }
}
