//! `dct key generate`

use std::path::{Component, Path, PathBuf};

use clap::{
    ValueHint,
    builder::{OsStringValueParser, TypedValueParser as _},
};
use serde::Serialize;

use super::{
    definition::{Done, Verb},
    signer_name,
};
use crate::{
    compose::{context::Context, named_files, named_files::PublicKeyOut},
    face::{
        docker_events::{DockerNarrator, NarratedVerb},
        failure,
    },
    render::keys_json::KeyJson,
    term::error::{CliError, os_words},
};
use client::{
    error::OpsError,
    keys::load_key::{self, GeneratedKey},
    outcome::Outcome,
};

/// Generate and load a signing key-pair
///
/// The private key is stored, encrypted, in Docker's folder; its public half is written to NAME.pub, for `dct signer add --key`.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct key generate NAME",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// Directory to generate key in, defaults to current directory
    #[arg(long, allow_hyphen_values = true, value_name = "DIR", value_hint = ValueHint::DirPath,
          value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub dir: Option<PathBuf>,

    /// Name of the signer whose key it is to be
    #[arg(value_name = "NAME")]
    pub name: String,
}

/// A key that was made and stored.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GeneratedKeyJson {
    key: KeyJson,
    /// The file with its public half.
    public_key_file: String,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Make a key for build-bot, and let it sign:
    dct key generate build-bot
    dct signer add --key build-bot.pub build-bot dtr.example.com/prod/nginx

  With the public key in another folder:
    dct key generate --dir ~/public build-bot";

impl Verb for Args {
    const WORDS: &'static str = "key generate";
    const OPENS_KEYS: bool = true;
    type Report = GeneratedKeyJson;

    fn run(&self, context: &Context<'_>) -> Result<Done<GeneratedKeyJson>, CliError> {
        let (ui, name) = (context.ui, &self.name);
        signer_name::check_for_new_key(name)?;
        let folder = folder(self)?;
        if !folder.exists() {
            return Err(CliError::new(format!("public key path does not exist: \"{}\"", folder.display())).coded("no-such-folder"));
        }
        let file = clean(&folder.join(format!("{name}.pub")));
        let shown = file.display();
        if named_files::is_taken(&file) {
            return Err(CliError::new(format!("public key file already exists: \"{shown}\"")).coded("file-exists"));
        }
        ui.line(&format!("Generating key for {name}..."));
        let narrator = DockerNarrator::new(ui, NarratedVerb::Other, name);
        let unwritten = |error: &std::io::Error| {
            Failure::PublicKey(
                CliError::new(format!("failed to write public key to {shown}: open {shown}: {}", os_words(error))).coded("io"),
            )
        };
        let written: Result<Outcome<GeneratedKey<PublicKeyOut>>, Failure> =
            load_key::generate(&context.session(&narrator), name, |pem| {
                named_files::write_public_key(&file, pem).map_err(|error| unwritten(&error))
            });
        let key = match written.map(Outcome::into_result) {
            Ok(GeneratedKey { key, public }) => {
                public.keep().map_err(|error| {
                    let error = CliError::new(format!("failed to write public key to {shown}: {}", os_words(&error))).coded("io");
                    error.hinted(format!("the key is stored: `dct key export --public --file {shown} {name}`"))
                })?;
                key
            }
            Err(Failure::PublicKey(error)) => return Err(error),
            Err(Failure::Key(error)) => {
                let error = failure::plain(&error);
                // docker prints the words here too, without a line ending
                ui.ask(&error.message().join("\n"));
                return Err(error.prefixed(&format!("failed to generate key for {name}: ")));
            }
        };
        ui.line(&format!("Successfully generated and loaded private key. Corresponding public key available: {shown}"));
        Ok(Done::well(GeneratedKeyJson { key: KeyJson::of(&key), public_key_file: shown.to_string() }))
    }
}

/// What failed: Docker words the two apart.
enum Failure {
    Key(OpsError),
    PublicKey(CliError),
}

impl From<OpsError> for Failure {
    fn from(error: OpsError) -> Self {
        Self::Key(error)
    }
}

fn folder(args: &Args) -> Result<PathBuf, CliError> {
    match &args.dir {
        Some(folder) if !folder.as_os_str().is_empty() => Ok(folder.clone()),
        _ => std::env::current_dir().map_err(|error| CliError::new(format!("getwd: {}", os_words(&error))).coded("io")),
    }
}

/// The shortest path of the same meaning, as Go's `filepath.Join` leaves it.
fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match (component, clean.components().next_back()) {
            (Component::CurDir, _) | (Component::ParentDir, Some(Component::RootDir)) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => drop(clean.pop()),
            (component, _) => clean.push(component),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_as_go_shows_them() {
        for (path, shown) in [
            ("./jeff.pub", "jeff.pub"),
            ("./a//b/../jeff.pub", "a/jeff.pub"),
            ("../../x/./jeff.pub", "../../x/jeff.pub"),
            ("/../jeff.pub", "/jeff.pub"),
            ("a/../../jeff.pub", "../jeff.pub"),
        ] {
            assert_eq!(clean(Path::new(path)), Path::new(shown), "{path}");
        }
    }
}
