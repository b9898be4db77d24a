//! `notary delegation add`

use std::path::{Path, PathBuf};

use clap::ValueHint;

use super::{changes, command::NotaryCommand, delegation_words, target_file};
use crate::{
    compose::{context::Context, wiring::Access},
    face::{notary_misuse, peer_words::Worded as _, public_key_words},
    options::{
        boolean::go_bool,
        notary::{List, PublishFlag, TEMPLATE, listed, path, words},
        notary_names::repository,
    },
    term::error::CliError,
};
use trust::{
    crypto::public_key_file::{self, InDoubt},
    edit::change::Change,
    model::{
        key::{Key, KeyError},
        role::{InvalidRole, RoleName},
    },
};

/// Adds keys, from certificates or public keys in PEM, and paths to a delegation, to be published later
#[derive(Debug, clap::Args)]
#[command(name = "add", override_usage = "notary delegation add [ GUN ] [ Role ] <X509 file path 1> ... [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Add all paths to this delegation
    #[arg(long = "all-paths", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub all_paths: bool,

    /// List of paths to add
    #[arg(long, allow_hyphen_values = true, value_parser = words, value_name = "PATHS")]
    pub paths: Vec<List<String>>,

    /// Whether it is published at once.
    #[command(flatten)]
    pub publish: PublishFlag,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// Delegation
    #[arg(value_name = "ROLE")]
    pub role: Option<String>,

    /// Certificates or public keys
    #[arg(value_name = "FILE", value_parser = path(), value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
}

impl NotaryCommand for Args {
    fn access(&self) -> Access {
        Access::Write
    }

    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        // all paths are one, of which every name begins
        let paths = if self.all_paths { vec![String::new()] } else { listed(&self.paths) };
        let named = self.gun.as_ref().zip(self.role.as_ref());
        let Some((gun, role)) = named.filter(|_| !(self.files.is_empty() && paths.is_empty())) else {
            return Err(notary_misuse::misused(
                "delegation add",
                "must specify the Global Unique Name and the role of the delegation along with the public key certificate paths and/or a list of paths to add",
            ));
        };
        let gun = repository(gun)?;
        let keys: Vec<Key> = self.files.iter().map(|file| read(file, context)).collect::<Result<_, _>>()?;
        let role = RoleName::parse(role).ok().filter(RoleName::is_delegation).ok_or_else(|| {
            let words = format!("failed to create delegation: {}", InvalidRole(role.clone()).worded());
            changes::hinted_at_releases(CliError::new(words), role)
        })?;
        let canonical = |key: &Key| key.canonical_id().map(|id| id.to_string()).map_err(|error| CliError::new(error.to_string()));
        let ids: Vec<String> = keys.iter().map(canonical).collect::<Result<_, _>>()?;
        // notary stages keys and paths one after the other
        let mut staged = Vec::new();
        let mut with = Vec::new();
        if !keys.is_empty() {
            staged.push(Change::Delegate { role: role.clone(), keys, paths: Vec::new() });
            with.push(delegation_words::with_keys(&ids));
        }
        if !paths.is_empty() {
            with.push(delegation_words::with_paths(&paths));
            staged.push(Change::Delegate { role: role.clone(), keys: Vec::new(), paths });
        }
        changes::stage(context, &gun, &staged, self.publish, |ui| {
            changes::warn_near_releases(context, &role);
            delegation_words::staged(ui, "Addition", &role, &with, &gun);
        })
    }
}

/// Reads a certificate, which must be valid now, or a public key.
fn read(file: &Path, context: &Context<'_>) -> Result<Key, CliError> {
    let shown = file.display();
    if !file.exists() {
        return Err(CliError::new(format!("file for public key does not exist: {shown}")));
    }
    let bytes =
        target_file::read_small(file).map_err(|error| CliError::new(format!("unable to read public key from file: {error}")))?;
    let refused =
        |error: String| CliError::new(format!("unable to parse valid public key certificate from PEM file {shown}: {error}"));
    let failed = |error: KeyError| refused(error.to_string());
    let found = public_key_file::parse(&bytes, context.now, InDoubt::TakeFirst)
        .map_err(|error| public_key_words::hinted(refused(error.worded()), file, &error))?;
    let key = Key::from_file(&found.taken).map_err(failed)?;
    public_key_words::tell(context.ui, file, &found, key.canonical_id().map_err(failed)?);
    Ok(key)
}
