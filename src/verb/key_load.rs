//! `dct key load`

use std::path::{Path, PathBuf};

use clap::{
    ValueHint,
    builder::{OsStringValueParser, TypedValueParser as _},
};
use serde::Serialize;

use super::{
    definition::{Done, Verb},
    key_choice, signer_name,
};
use crate::{
    compose::{
        context::Context,
        named_files::{self, KeySource},
    },
    face::{
        docker_events::{DockerNarrator, NarratedVerb},
        failure, key_file_words,
        peer_words::Worded as _,
    },
    render::keys_json::KeyJson,
    term::error::CliError,
};
use client::{
    error::OpsError,
    keys::load_key::{self, LoadAs, LoadError},
    ports::DecisionError,
};
use trust::crypto::{
    key_file::{self, NotAKeyFile},
    pem::PemBlock,
};

/// Load a private key file for signing
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct key load [OPTIONS] KEYFILE",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// Name for the loaded key (default: the one in the file, else `signer`)
    #[arg(long, allow_hyphen_values = true, value_name = "NAME")]
    pub name: Option<String>,

    /// PEM file with the private key, to which nobody else may have access; `-` is standard input, `env:NAME` a variable
    // clap's own parser of paths refuses the empty one as a missing value
    #[arg(value_name = "KEYFILE", value_hint = ValueHint::FilePath, value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub file: PathBuf,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Load the private key of a client bundle under the name of its signer:
    dct key load --name jeff key.pem

  A root key, from a copy that `dct key export` or `notary key export` made; a file alone makes none:
    dct key load --name root root-backup.pem

  From a password manager, or of a variable that holds it; nothing is written to a disk but the encrypted key:
    pass show jeff/key.pem | dct key load --name jeff --passphrase-file passphrase -
    dct key load --name jeff --passphrase-file passphrase env:JEFF_KEY

  Where nobody can be asked, with the new passphrase on standard input, twice as at the prompts:
    (echo \"$PASS\"; echo \"$PASS\") | dct key load --name jeff key.pem";

/// The keys of a file, as they are stored now.
#[derive(Serialize)]
pub(crate) struct LoadedKeys {
    /// The file that they came from.
    file: String,
    keys: Vec<KeyJson>,
}

/// The name of a key that neither the person nor the file names (docker's default for `--name`).
const UNTYPED: &str = "signer";

/// The role of a key that is loaded under an empty name (Notary `trustmanager.ImportKeys`).
const NAMELESS: &str = "delegation";

impl Verb for Args {
    const WORDS: &'static str = "key load";
    const OPENS_KEYS: bool = true;
    type Report = LoadedKeys;

    fn run(&self, context: &Context<'_>) -> Result<Done<LoadedKeys>, CliError> {
        if let Some(name) = self.name.as_deref().filter(|name| !name.is_empty()) {
            signer_name::check("key", name)?;
        }
        let (ui, file) = (context.ui, self.file.display());
        ui.line(&format!("Loading key from \"{file}\"..."));
        let source = named_files::read_key_source(&self.file)?;
        let blocks = blocks(self, &source.bytes)?;
        // the blocks hold what is needed of it
        source.check_exposure()?;
        let keys = load(self, &blocks, context).map_err(|error| error.prefixed(&format!("error importing key from {file}: ")))?;
        ui.line(&format!("Successfully imported key from {file}"));
        Ok(Done::well(LoadedKeys { file: file.to_string(), keys }))
    }
}

fn blocks(args: &Args, bytes: &[u8]) -> Result<Vec<PemBlock>, CliError> {
    key_file::parse(bytes).map_err(|NotAKeyFile(kind)| {
        let file = args.file.display();
        let words = CliError::new(format!(
            "error importing key from {file}: provided file {file} is not a supported private key - to add a signer's public key use dct signer add"
        ));
        let file = KeySource::has_a_path(&args.file).then_some(args.file.as_path());
        key_file_words::kind_hinted(words.coded("bad-key-file"), file, &kind)
    })
}

fn load(args: &Args, blocks: &[PemBlock], context: &Context<'_>) -> Result<Vec<KeyJson>, CliError> {
    let file = args.file.display().to_string();
    let name = match args.name.as_deref() {
        None => LoadAs::FileOr(UNTYPED),
        Some("") => LoadAs::FileOr(NAMELESS),
        Some(name) => LoadAs::Typed(name),
    };
    let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, &file);
    let loaded = load_key::load(&context.session(&narrator), blocks, name).map_err(|error| refused(&args.file, error))?;
    let loaded = loaded.into_result();
    for key in &loaded {
        context.ui.notice(&format!("Key {} is stored as {}", key.id, key_choice::kept_as(key)));
    }
    Ok(loaded.iter().map(KeyJson::of).collect())
}

fn refused(file: &Path, error: LoadError) -> CliError {
    match error {
        // only an encrypted file is opened here, and Docker says it so
        LoadError::Ops(OpsError::Decision(error @ DecisionError::AttemptsExceeded)) => {
            CliError::new(format!("cannot load key from provided file {}: could not decrypt key", file.display()))
                .coded("wrong-passphrase")
                .because(error.worded())
        }
        LoadError::Ops(error) => failure::plain(&error),
        LoadError::RootKey => CliError::new(error.to_string())
            .coded("root-key")
            .because("repositories that are initialized on this machine take a root key that is here for theirs")
            .hinted(format!("where that is meant: dct key load --name root {}", file.display())),
        LoadError::RepositoryKey { .. } => CliError::new(error.to_string())
            .coded("repository-key")
            .because("a repository's own key signs for that repository alone, and is found by its role")
            .hinted(format!("as what it is: dct key load {}", file.display())),
        LoadError::Stored { ref stored, .. } => {
            let id = stored.id;
            CliError::new(error.to_string())
                .coded("key-of-another")
                .because("what signs with it finds it by that name")
                .hinted(format!("`dct key show {id}` tells what it is for; another name takes `dct key remove {id}` first"))
        }
        LoadError::Format(ref format) => {
            key_file_words::format_hinted(CliError::new(error.to_string()).coded("bad-key-file"), file, format)
        }
        error => CliError::new(error.to_string()).coded("bad-key-file"),
    }
}
