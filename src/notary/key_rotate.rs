//! `notary key rotate`

use std::{path::Path, rc::Rc};

use super::{command::NotaryCommand, given_key};
use crate::{
    compose::{context::Context, named_files, wiring::Access},
    face::{
        notary_events::NotaryNarrator,
        notary_failure::{of_rotation, told},
        notary_misuse,
    },
    options::{
        boolean::go_bool,
        notary::{List, TEMPLATE, go_int, listed, words},
        notary_names::repository,
    },
    term::error::CliError,
};
use client::{
    keys::{
        keyring::Keyring,
        load_key::{self, LoadError},
    },
    repo::rotate::{self, Holder, Legacy},
    session::Session,
};
use trust::{crypto::private_key::PrivateKey, model::role::RoleName};

/// Rotates the key of a role, and publishes that at once
#[derive(Debug, clap::Args)]
#[command(name = "rotate", override_usage = "notary key rotate [ GUN ] [ key role ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// New key(s) to rotate to. If not specified, one will be generated.
    #[arg(short, long, allow_hyphen_values = true, value_parser = words, value_name = "FILES")]
    pub key: Vec<List<String>>,

    /// Number of old versions of the root role to sign with, for old clients
    #[arg(short, long, allow_hyphen_values = true, value_parser = go_int, value_name = "NUMBER", default_value = "0", hide_default_value = true)]
    pub legacy: i64,

    /// The server makes, keeps and uses the key. Required for the timestamp role, optional for the snapshot role
    #[arg(short = 'r', long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub server_managed: bool,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// Role whose key is rotated
    #[arg(value_name = "ROLE")]
    pub role: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}

/// The question before a root key is rotated; what is typed stands behind it.
const WARNING: [&str; 3] =
    ["Warning: you are about to rotate your root key.", "", "You must use your old key to sign this root rotation."];
const QUESTION: &str = "Are you sure you want to proceed?  (yes/no)  ";

impl NotaryCommand for Args {
    fn access(&self) -> Access {
        Access::Admin
    }

    fn excess(&self) -> &[String] {
        &self.excess
    }

    /// Runs the command. Unlike notary it checks the role before it asks anything, stores no key before it is known that the role can get it,
    /// and removes none before the server has the new root.
    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        let (Some(gun), Some(role)) = (&self.gun, &self.role) else {
            return Err(notary_misuse::misused("key rotate", "Must specify a GUN and a key role to rotate"));
        };
        let gun = repository(gun)?;
        let nobody_s = |server_managed| if server_managed { Holder::Server } else { Holder::Person(&[]) };
        let checked = rotate::check(role, &nobody_s(self.server_managed)).map_err(|error| of_rotation(&error))?;
        let narrator = NotaryNarrator::new(context.ui);
        let session = context.session(&narrator);
        let keyring = Keyring::new(&session);
        let files = listed(&self.key);
        if self.server_managed && !files.is_empty() {
            return Err(CliError::new(format!("a key cannot be given for {checked} where the server is to make one")));
        }
        let read = |file: &String| read_key(&session, Path::new(file), &checked).map(Rc::new);
        let keys = files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        rotate::check_given(&session, &gun, &checked, &keys).map_err(|error| of_rotation(&error))?;
        if checked == RoleName::root() && !confirmed(context) {
            context.ui.line("");
            context.ui.line("Aborting action.");
            return Ok(());
        }
        let holder = if self.server_managed { Holder::Server } else { Holder::Person(&keys) };
        // of notary's numbers below zero just one has a meaning: all
        let legacy = u64::try_from(self.legacy).map_or(Legacy::All, Legacy::Last);
        let _wait = context.ui.wait(&format!("rotating the {checked} key of {gun}"));
        rotate::rotate(&session, &keyring, &gun, role, &holder, legacy).map_err(|error| of_rotation(&error))?;
        context.ui.line(&format!("Successfully rotated {checked} key for repository {gun}"));
        Ok(())
    }
}

fn confirmed(context: &Context<'_>) -> bool {
    context.ui.lines(WARNING);
    context.prompter.is_yes(QUESTION)
}

/// The key in a file.
fn read_key(session: &Session<'_>, file: &Path, role: &RoleName) -> Result<PrivateKey, CliError> {
    let source = named_files::read_key_source(file)?;
    let read = if *role == RoleName::root() { given_key::of_root } else { given_key::of_any_role };
    let block = read(&source.bytes)?;
    source.check_exposure()?;
    load_key::open(session, &block, &RoleName::root().into()).map_err(|error| match error {
        LoadError::Ops(error) => told(&error),
        error => CliError::new(error.to_string()),
    })
}
