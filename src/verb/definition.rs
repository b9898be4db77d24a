//! What a verb of `dct` is: the words that call it, its options, what it may do, and its report.

use serde::Serialize;

use crate::{
    compose::{context::Context, wiring::Access},
    options::output::OutputFormat,
    passphrases::flags::NewPassphraseFlags,
    term::{error::CliError, ui::Ui},
};

/// A verb of `dct`. Its options are the members of the type.
pub(crate) trait Verb: clap::Args {
    /// The words that call it, such as `key load`.
    const WORDS: &'static str;

    /// Other words in place of the last one.
    const ALIASES: &'static [&'static str] = &[];

    /// Whether it may open or make a key, so that a passphrase may be wanted.
    const OPENS_KEYS: bool = false;

    /// What it did or found out, for a program.
    type Report: Serialize;

    /// What it may do on a server.
    fn access(&self) -> Access {
        Access::Read
    }

    /// Where the new passphrase of a key is that it changes.
    fn new_passphrase(&self) -> Option<&NewPassphraseFlags> {
        None
    }

    /// In which form it answers, where its own `--output` says that.
    fn format(&self) -> Option<OutputFormat> {
        None
    }

    /// Does it: the words go to the person, the report to who asked for JSON.
    fn run(&self, context: &Context<'_>) -> Result<Done<Self::Report>, CliError>;
}

/// A verb that needs nothing of this machine: no settings, no folder, no key. It answers whatever may be wrong with those.
pub(crate) trait StandaloneVerb: clap::Args {
    /// The word that calls it.
    const WORDS: &'static str;

    /// What it found out, for a program.
    type Report: Serialize;

    /// Does it: the words go to the person, the report to who asked for JSON.
    fn run(&self, ui: &Ui) -> Result<Self::Report, CliError>;
}

/// What a verb came to.
pub(crate) struct Done<R> {
    /// What it did or found out.
    pub(crate) report: R,
    /// Why the command ends with another exit code than 0 all the same.
    pub(crate) failure: Option<CliError>,
}

impl<R> Done<R> {
    /// All of it was done.
    pub(crate) fn well(report: R) -> Self {
        Self { report, failure: None }
    }

    /// Some of it failed, or none.
    pub(crate) fn but(report: R, failure: Option<CliError>) -> Self {
        Self { report, failure }
    }

    /// The report of what was done; none where nothing was, and something failed.
    pub(crate) fn unless_nothing(done: usize, report: R, failure: Option<CliError>) -> Result<Self, CliError> {
        match failure {
            Some(failure) if done == 0 => Err(failure),
            failure => Ok(Self { report, failure }),
        }
    }
}
