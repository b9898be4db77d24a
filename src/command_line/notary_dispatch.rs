//! The table of notary's commands: a line each, and a file each in `src/notary`.

use super::notary_args::{Command, DelegationCommand, KeyCommand};
use crate::notary::{command::NotaryCommand, version};

/// What was typed.
pub(crate) enum Typed<'a> {
    /// A command, which works with the settings.
    Command(&'a dyn NotaryCommand),
    /// The one that asks for the version, which needs none.
    Version(&'a version::Args),
}

/// The command that was typed.
#[must_use]
pub(crate) fn command(typed: &Command) -> Typed<'_> {
    let command: &dyn NotaryCommand = match typed {
        Command::Add(args) => args,
        Command::Addhash(args) => args,
        Command::Delegation(DelegationCommand::Add(args)) => args,
        Command::Delegation(DelegationCommand::List(args)) => args,
        Command::Delegation(DelegationCommand::Purge(args)) => args,
        Command::Delegation(DelegationCommand::Remove(args)) => args,
        Command::Delete(args) => args,
        Command::Init(args) => args,
        Command::Key(KeyCommand::Export(args)) => args,
        Command::Key(KeyCommand::Generate(args)) => args,
        Command::Key(KeyCommand::Import(args)) => args,
        Command::Key(KeyCommand::List(args)) => args,
        Command::Key(KeyCommand::Passwd(args)) => args,
        Command::Key(KeyCommand::Remove(args)) => args,
        Command::Key(KeyCommand::Rotate(args)) => args,
        Command::List(args) => args,
        Command::Lookup(args) => args,
        Command::Publish(args) => args,
        Command::Remove(args) => args,
        Command::Reset(args) => args,
        Command::Status(args) => args,
        Command::Verify(args) => args,
        Command::Version(args) => return Typed::Version(args),
        Command::Witness(args) => args,
    };
    Typed::Command(command)
}
