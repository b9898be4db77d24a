//! `dct key rotate`

use std::{
    path::{Path, PathBuf},
    rc::Rc,
};

use clap::ValueHint;

use super::{
    consent::{self, Without},
    definition::{Done, Verb},
};
use crate::{
    compose::{
        context::Context,
        named_files::{self, KeySource},
        wiring::Access,
    },
    face::{
        docker_events::{DockerNarrator, NarratedVerb},
        failure, key_file_words,
    },
    options::{boolean::go_bool, names},
    term::error::CliError,
};
use client::{
    keys::{
        keyring::Keyring,
        load_key::{self, LoadError},
    },
    repo::rotate::{self, Holder, Legacy, RotateError, Rotated},
    session::Session,
};
use trust::{
    crypto::{
        key_file::{self, NotAKeyFile},
        private_key::PrivateKey,
    },
    model::role::RoleName,
};

/// Give a role of a repository another key
///
/// The new key is published at once, in a new root, which takes the root key. The old private key goes when the new state has been read back from the
/// server and nothing else here has a use for it; an old root key stays. A signer gets another key by `dct signer add` and `dct signer remove`.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct key rotate [OPTIONS] REPOSITORY ROLE",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// Private key that the role is to have, instead of one that is made; may be repeated
    #[arg(long, allow_hyphen_values = true, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "server_managed")]
    pub key: Vec<PathBuf>,

    /// The server makes the key, and signs with it: of timestamp always, of snapshot where you want that
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub server_managed: bool,

    /// How many earlier versions of the root have their keys sign the new one too, for readers who have seen none since
    #[arg(long, value_name = "NUMBER", default_value = "0", hide_default_value = true)]
    pub legacy: u64,

    /// Do not ask before the root key is rotated
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = go_bool, hide_default_value = true, value_name = "BOOL")]
    pub yes: bool,

    /// The repository
    #[arg(value_name = "REPOSITORY")]
    pub repository: String,

    /// The role: root, targets, snapshot or timestamp
    #[arg(value_name = "ROLE")]
    pub role: String,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Another repository key, where the old one may be known to someone who has left:
    dct key rotate dtr.example.com/prod/nginx targets

  The server signs the snapshot from now on, with a key of its own:
    dct key rotate --server-managed dtr.example.com/prod/nginx snapshot

  Another root key, without being asked:
    dct key rotate --yes dtr.example.com/prod/nginx root";

impl Verb for Args {
    const WORDS: &'static str = "key rotate";
    const OPENS_KEYS: bool = true;
    type Report = Rotated;

    /// Who has the server make a key needs the same right there as who deletes.
    fn access(&self) -> Access {
        if self.server_managed { Access::Admin } else { Access::Write }
    }

    /// Runs the verb. The role is checked before anything is asked, and no key is stored before it is known that the role can get it.
    fn run(&self, context: &Context<'_>) -> Result<Done<Rotated>, CliError> {
        let gun = names::whole_repository(&self.repository)?;
        let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, &self.repository);
        let session = context.session(&narrator);
        let failed = |error: RotateError| words_of(error, &self.repository);
        let nobody_s = if self.server_managed { Holder::Server } else { Holder::Person(&[]) };
        let role = rotate::check(&self.role, &nobody_s).map_err(failed)?;
        let keyring = Keyring::new(&session);
        let keys = self.key.iter().map(|file| read_key(&session, file, &role)).collect::<Result<Vec<_>, _>>()?;
        rotate::check_given(&session, &gun, &role, &keys).map_err(failed)?;
        if role == RoleName::root() && !self.yes {
            let question = format!(
                "The root key decides who may sign in {gun}. The old one must sign the new root; keep it, and a copy of the new one. Rotate it? [y/N] "
            );
            consent::to(&question, &Without { left: "the key was not rotated", flag: "--yes rotates it" }, context)?;
        }
        let holder = if self.server_managed { Holder::Server } else { Holder::Person(&keys) };
        let _wait = context.ui.wait(&format!("rotating the {role} key of {gun}"));
        let rotated =
            rotate::rotate(&session, &keyring, &gun, role.as_str(), &holder, Legacy::Last(self.legacy)).map_err(failed)?;
        let rotated = rotated.into_result();
        context.ui.line(&format!("Successfully rotated {role} key for repository {gun}"));
        Ok(Done::well(rotated))
    }
}

/// The first private key of a file.
fn read_key(session: &Session<'_>, file: &Path, role: &RoleName) -> Result<Rc<PrivateKey>, CliError> {
    let source = named_files::read_key_source(file)?;
    let refused = |reason: &str| CliError::new(format!("{} cannot be used: {reason}", file.display())).coded("bad-key-file");
    let named = KeySource::has_a_path(file).then_some(file);
    let block = key_file::first_key(&source.bytes)
        .map_err(|NotAKeyFile(kind)| key_file_words::kind_hinted(refused("it holds no private key"), named, &kind))?;
    source.check_exposure()?;
    load_key::open(session, &block, &role.clone().into()).map(Rc::new).map_err(|error| match error {
        LoadError::Ops(error) => failure::plain(&error),
        LoadError::Format(ref format) => key_file_words::format_hinted(refused(&error.to_string()), file, format),
        error => refused(&error.to_string()),
    })
}

fn words_of(error: RotateError, repository: &str) -> CliError {
    let refused = |words: String| CliError::new(words).coded("invalid-role");
    match error {
        RotateError::NotRotatable(role) => {
            refused(format!("{role} is not a role whose key is rotated: root, targets, snapshot or timestamp"))
                .hinted("a signer gets another key by `dct signer add`, and loses the old one by `dct signer remove`")
        }
        RotateError::NotTheServers(role) => refused(format!("the server cannot have the {role} key")),
        RotateError::NotTheClients(role) => {
            refused(format!("the server alone has the {role} key")).hinted("--server-managed has it make another one")
        }
        RotateError::GivenKey(error) => failure::plain(&error).prefixed("the key cannot be used: "),
        RotateError::ServerKey(error) => failure::about_repository(repository, &error).prefixed("the server made no key: "),
        RotateError::Ops(error) => failure::about_repository(repository, &error),
    }
}
