//! `dct signer add`

use std::path::PathBuf;

use clap::ValueHint;
use serde::Serialize;

use super::{
    definition::{Done, Verb},
    public_key, signer_name,
};
use crate::{
    compose::{context::Context, wiring::Access},
    face::{
        docker_events::{DockerNarrator, NarratedVerb},
        failure,
        peer_words::Worded as _,
    },
    options::names,
    term::error::CliError,
};
use client::{
    error::OpsError,
    outcome::Outcome,
    repo::signer::{self, AddedSigner},
};
use trust::model::{key::Key, role::RoleName};

/// Add a signer
///
/// The repository is initialized where it has no trust data yet.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct signer add OPTIONS NAME REPOSITORY [REPOSITORY...]",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// Path to the signer's public key file: a PEM certificate or public key; may be repeated
    #[arg(long, allow_hyphen_values = true, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub key: Vec<PathBuf>,

    /// Name of the signer
    #[arg(value_name = "NAME")]
    pub name: String,

    /// Repositories that the signer may sign in
    #[arg(value_name = "REPOSITORY", required = true, num_args = 1..)]
    pub repositories: Vec<String>,
}

/// A signer, and the repositories that have it now.
#[derive(Serialize)]
pub(crate) struct AddedSigners {
    signer: String,
    repositories: Vec<AddedSigner>,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Let jeff sign in a repository, with the certificate of his client bundle:
    dct signer add --key cert.pem jeff dtr.example.com/prod/nginx

  In two repositories at once; a key of its own for each keeps the server from showing what it signed in one in the other:
    dct signer add --key cert.pem jeff dtr.example.com/prod/nginx dtr.example.com/prod/web

  A signer with two keys:
    dct signer add --key laptop.pem --key server.pem ian dtr.example.com/prod/nginx";

impl Verb for Args {
    const WORDS: &'static str = "signer add";
    const OPENS_KEYS: bool = true;
    type Report = AddedSigners;

    fn access(&self) -> Access {
        Access::Write
    }

    /// Runs the verb. A repository that fails does not keep the others from getting the signer.
    fn run(&self, context: &Context<'_>) -> Result<Done<AddedSigners>, CliError> {
        let name = &self.name;
        signer_name::check("signer", name)?;
        if name == "releases" {
            return Err(CliError::new("releases is a reserved keyword, use a different signer name").coded("reserved-name"));
        }
        if self.key.is_empty() {
            return Err(CliError::new("path to a public key must be provided using the `--key` flag").coded("usage"));
        }
        let keys = self.key.iter().map(|path| public_key::read(path, context.now, context.ui)).collect::<Result<Vec<_>, _>>()?;
        let (mut added, mut failed) = (Vec::new(), Vec::new());
        for repository in &self.repositories {
            context.ui.line(&format!("Adding signer \"{name}\" to {repository}..."));
            match add(name, repository, &keys, context) {
                Ok(one) => {
                    added.push(one);
                    context.ui.line(&format!("Successfully added signer: {name} to {repository}"));
                    context.ui.line("");
                }
                Err(error) => {
                    context.ui.error(&error);
                    context.ui.notice("");
                    failed.push(repository.as_str());
                }
            }
        }
        let failure = (!failed.is_empty())
            .then(|| CliError::new(format!("failed to add signer to: {}", failed.join(", "))).coded("some-failed"));
        let report = AddedSigners { signer: name.clone(), repositories: added };
        Done::unless_nothing(report.repositories.len(), report, failure)
    }
}

fn add(name: &str, repository: &str, keys: &[Key], context: &Context<'_>) -> Result<AddedSigner, CliError> {
    let gun = names::repository(repository)?;
    let refused = |reason: String| CliError::new(format!("could not add signer to repo: {name}: {reason}")).coded("cannot-plan");
    let role = RoleName::signer(name).map_err(|error| refused(error.worded()))?;
    let _wait = context.ui.wait(&format!("adding the signer to {repository}"));
    let narrator = DockerNarrator::new(context.ui, NarratedVerb::SignerAdd, repository);
    let added = signer::add(&context.session(&narrator), &gun, &role, keys);
    added.map(Outcome::into_result).map_err(|error| match error {
        OpsError::Plan(error) => refused(error.worded()),
        error => failure::about_repository(repository, &error),
    })
}
