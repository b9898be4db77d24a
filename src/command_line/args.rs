//! The command line of `dct`: which words and flags it knows. What a verb takes stands in the verb's file.

use std::ffi::OsString;

use clap::{ArgMatches, Args as _, CommandFactory as _, FromArgMatches as _};

use super::{
    global_options::GlobalOptions,
    notary_args::{self as notary, NotaryArguments},
    verbs::{self, VERBS, VerbEntry},
};
use crate::options::output::OutputFormat;

/// A command line that was read.
#[derive(Debug)]
pub struct Arguments {
    /// What stands for every verb.
    pub global: GlobalOptions,
    /// What to do.
    pub(crate) command: Command,
}

/// What a command line asks for.
#[derive(Debug)]
pub(crate) enum Command {
    /// A verb, with its options.
    Verb(&'static VerbEntry, ArgMatches),
    /// A command of notary.
    Notary(NotaryArguments),
    /// A sandbox.
    #[cfg(feature = "sandbox")]
    Sandbox(crate::verb::sandbox::Args),
}

/// The definition of the command line.
#[must_use]
pub fn definition() -> clap::Command {
    let root = verbs::add_to(GlobalOptions::command());
    let root = root.subcommand(NotaryArguments::augment_args(clap::Command::new(notary::NAME)));
    #[cfg(feature = "sandbox")]
    let root = root.subcommand(crate::verb::sandbox::Args::augment_args(clap::Command::new(SANDBOX)));
    root
}

#[cfg(feature = "sandbox")]
const SANDBOX: &str = "sandbox";

impl Arguments {
    /// Reads a command line by a definition; the program's name stands first.
    pub fn read(definition: clap::Command, line: &[OsString]) -> Result<Self, clap::Error> {
        let matches = definition.try_get_matches_from(line)?;
        Ok(Self { global: GlobalOptions::from_arg_matches(&matches)?, command: Command::of(&matches)? })
    }

    /// In which form the answer is wanted.
    pub(crate) fn format(&self) -> OutputFormat {
        match &self.command {
            Command::Verb(entry, matches) => entry.format(matches),
            Command::Notary(_) => OutputFormat::Text,
            #[cfg(feature = "sandbox")]
            Command::Sandbox(args) => args.output,
        }
    }

    /// The words of the verb, where one of `dct` is called.
    pub(crate) fn verb(&self) -> Option<&'static str> {
        match &self.command {
            Command::Verb(entry, _) => Some(entry.words),
            Command::Notary(_) => None,
            #[cfg(feature = "sandbox")]
            Command::Sandbox(_) => Some(SANDBOX),
        }
    }
}

impl Command {
    fn of(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let missing = || clap::Error::new(clap::error::ErrorKind::MissingSubcommand);
        let (word, below) = matches.subcommand().ok_or_else(missing)?;
        if word == notary::NAME {
            return NotaryArguments::from_arg_matches(below).map(Self::Notary);
        }
        #[cfg(feature = "sandbox")]
        if word == SANDBOX {
            return crate::verb::sandbox::Args::from_arg_matches(below).map(Self::Sandbox);
        }
        let (words, below) = match below.subcommand() {
            Some((second, below)) => (format!("{word} {second}"), below),
            None => (word.to_owned(), below),
        };
        let entry = VERBS.iter().find(|entry| entry.words == words).ok_or_else(missing)?;
        Ok(Self::Verb(entry, below.clone()))
    }
}
