//! `notary init`

use std::path::{Path, PathBuf};

use clap::ValueHint;

use super::{changes, command::NotaryCommand, given_key, target_file};
use crate::{
    compose::{context::Context, wiring::Access},
    face::{notary_events::NotaryNarrator, notary_failure::of_beginning, notary_misuse},
    options::{
        notary::{PublishFlag, TEMPLATE, path},
        notary_names::repository,
    },
    term::error::CliError,
};
use client::repo::init::{InitOptions, Snapshots, init};
use trust::crypto::{
    pem::{self, PemBlock},
    x509::Certificate,
};

/// Initializes a trusted collection
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary init [ GUN ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Whether it is published at once.
    #[command(flatten)]
    pub publish: PublishFlag,

    /// Root certificate: of the root key that is given, or of one in the key store
    #[arg(long = "rootcert", allow_hyphen_values = true, value_parser = path(), value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub root_cert: Option<PathBuf>,

    /// Root key to initialize the repository with
    #[arg(long = "rootkey", allow_hyphen_values = true, value_parser = path(), value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub root_key: Option<PathBuf>,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}

impl NotaryCommand for Args {
    fn access(&self) -> Access {
        Access::Write
    }

    fn excess(&self) -> &[String] {
        &self.excess
    }

    /// Runs the command. Unlike notary it refuses a repository that is there already, and makes no key for a server that does not answer.
    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        let Some(gun) = &self.gun else { return Err(notary_misuse::misused("init", "Must specify a GUN")) };
        let gun = repository(gun)?;
        let root_key = self.root_key.as_deref().map(root_key).transpose()?;
        let root_certificate = self.root_cert.as_deref().map(root_certificate).transpose()?;
        let beginning = InitOptions {
            snapshots: Snapshots::Publisher,
            root_key: root_key.as_ref(),
            root_certificate: root_certificate.as_ref().map(String::as_bytes),
        };
        let narrator = NotaryNarrator::new(context.ui);
        init(&context.session(&narrator), &gun, &beginning).map_err(|error| of_beginning(&error))?;
        changes::publish_where_wanted(context, &gun, self.publish)
    }
}

fn root_key(file: &Path) -> Result<PemBlock, CliError> {
    let bytes =
        target_file::read_small(file).map_err(|error| CliError::new(format!("Error reading input root key file: {error}")))?;
    given_key::of_root(&bytes)
}

/// The first certificate of a file, as it stands in a root.
fn root_certificate(file: &Path) -> Result<String, CliError> {
    let bytes = target_file::read_small(file).map_err(|error| CliError::new(format!("error reading certificate file: {error}")))?;
    if pem::first_block(&bytes).is_none() {
        return Err(CliError::new("the provided file does not contain a valid PEM certificate <nil>"));
    }
    let certificate = Certificate::first_in_pem(&bytes);
    certificate
        .map(|certificate| certificate.to_pem())
        .map_err(|error| CliError::new(format!("Parsing certificate PEM bytes to x509 certificate: {error}")))
}
