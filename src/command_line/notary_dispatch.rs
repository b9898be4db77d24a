//! Which file has which command: its `Args`, and `run(&Args, &Context) -> Result<(), CliError>`.

use super::notary_args::{Arguments, Command, DelegationCommand, KeyCommand};
use crate::{
    compose::{context::Context, wiring::Access},
    notary::{
        add, addhash, delegation_add, delegation_list, delegation_purge, delegation_remove, delete, init, key_export, key_generate,
        key_import, key_list, key_passwd, key_remove, key_rotate, list, lookup, publish, remove, reset, status, verify, version,
        witness,
    },
    term::error::CliError,
};

/// What a command may do on the server.
#[must_use]
pub fn access(arguments: &Arguments) -> Access {
    match &arguments.command {
        Some(Command::Key(KeyCommand::Rotate(_)) | Command::Delete(_)) => Access::Admin,
        Some(
            Command::Add(_)
            | Command::Addhash(_)
            | Command::Init(_)
            | Command::Publish(_)
            | Command::Remove(_)
            | Command::Witness(_)
            | Command::Delegation(DelegationCommand::Add(_) | DelegationCommand::Purge(_) | DelegationCommand::Remove(_)),
        ) => Access::Write,
        _ => Access::Read,
    }
}

/// Runs a command, a line each.
pub fn run(command: &Command, context: &Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Add(args) => add::run(args, context),
        Command::Addhash(args) => addhash::run(args, context),
        Command::Delegation(DelegationCommand::Add(args)) => delegation_add::run(args, context),
        Command::Delegation(DelegationCommand::List(args)) => delegation_list::run(args, context),
        Command::Delegation(DelegationCommand::Purge(args)) => delegation_purge::run(args, context),
        Command::Delegation(DelegationCommand::Remove(args)) => delegation_remove::run(args, context),
        Command::Delete(args) => delete::run(args, context),
        Command::Init(args) => init::run(args, context),
        Command::Key(KeyCommand::Export(args)) => key_export::run(args, context),
        Command::Key(KeyCommand::Generate(args)) => key_generate::run(args, context),
        Command::Key(KeyCommand::Import(args)) => key_import::run(args, context),
        Command::Key(KeyCommand::List(args)) => key_list::run(args, context),
        Command::Key(KeyCommand::Passwd(args)) => key_passwd::run(args, context),
        Command::Key(KeyCommand::Remove(args)) => key_remove::run(args, context),
        Command::Key(KeyCommand::Rotate(args)) => key_rotate::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Lookup(args) => lookup::run(args, context),
        Command::Publish(args) => publish::run(args, context),
        Command::Remove(args) => remove::run(args, context),
        Command::Reset(args) => reset::run(args, context),
        Command::Status(args) => status::run(args, context),
        Command::Verify(args) => verify::run(args, context),
        Command::Version(args) => version::run(args, context),
        Command::Witness(args) => witness::run(args, context),
    }
}

/// What stands behind the last argument that a command knows: notary passes over it without a word.
#[must_use]
pub fn excess(command: &Command) -> &[String] {
    match command {
        Command::Add(args) => &args.excess,
        Command::Addhash(args) => &args.excess,
        Command::Delete(args) => &args.excess,
        Command::Init(args) => &args.excess,
        Command::List(args) => &args.excess,
        Command::Lookup(args) => &args.excess,
        Command::Publish(args) => &args.excess,
        Command::Remove(args) => &args.excess,
        Command::Reset(args) => &args.excess,
        Command::Status(args) => &args.excess,
        Command::Verify(args) => &args.excess,
        Command::Version(args) => &args.excess,
        Command::Key(KeyCommand::Export(args)) => &args.excess,
        Command::Key(KeyCommand::Passwd(args)) => &args.excess,
        Command::Key(KeyCommand::Remove(args)) => &args.excess,
        Command::Key(KeyCommand::Rotate(args)) => &args.excess,
        Command::Delegation(DelegationCommand::Purge(args)) => &args.excess,
        Command::Witness(_)
        | Command::Key(KeyCommand::Generate(_) | KeyCommand::Import(_) | KeyCommand::List(_))
        | Command::Delegation(DelegationCommand::Add(_) | DelegationCommand::List(_) | DelegationCommand::Remove(_)) => &[],
    }
}
