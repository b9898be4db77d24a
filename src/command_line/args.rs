//! The command line of `dct`: which words and flags it knows. What a verb takes stands in the verb's file.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueHint, builder::Styles};

use super::notary_args as notary;
use crate::{
    options::boolean::TEMPLATE,
    passphrases::flags::{NewPassphraseFlags, PassphraseFlags},
    verb::{
        delete, expiry, inspect, key_export, key_generate, key_list, key_load, key_passwd, key_remove, key_show, list, lookup,
        pull, push, renew, resolve, revoke, sign, signer_add, signer_remove, whoami,
    },
};

/// Manage trust on container images
#[derive(Debug, Parser)]
#[command(
    name = "dct",
    version,
    override_usage = "dct [OPTIONS] COMMAND",
    after_help = "Run 'dct COMMAND --help' for more information on a command.",
    subcommand_required = true,
    arg_required_else_help = true,
    args_override_self = true,
    disable_help_subcommand = true,
    help_template = TEMPLATE,
    styles = Styles::plain(),
    subcommand_help_heading = "Commands"
)]
pub struct Arguments {
    /// Folder of Docker's configuration and trust data (default: `DOCKER_CONFIG`, or ~/.docker)
    #[arg(long, global = true, allow_hyphen_values = true, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Global Options")]
    pub config: Option<PathBuf>,

    /// Show the whole of an error, as the program knows it
    #[arg(short = 'D', long, global = true, help_heading = "Global Options")]
    pub debug: bool,

    /// What flags of Docker say of its Engine.
    #[arg(skip)]
    pub engine: crate::options::engine::EngineFlags,
    /// What answers where a passphrase is wanted.
    #[command(flatten)]
    pub passphrases: PassphraseFlags,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Arguments {
    /// Where the new passphrase of a key is, for the verb that changes it.
    #[must_use]
    pub fn new_passphrase(&self) -> Option<&NewPassphraseFlags> {
        match &self.command {
            Command::Key(KeyCommand::Passwd(args)) => Some(&args.new),
            _ => None,
        }
    }
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Manage keys for signing images
    #[command(subcommand, override_usage = "dct key COMMAND", arg_required_else_help = true, help_template = TEMPLATE)]
    Key(KeyCommand),
    /// Manage entities who can sign images
    #[command(subcommand, override_usage = "dct signer COMMAND", arg_required_else_help = true, help_template = TEMPLATE)]
    Signer(SignerCommand),
    #[allow(missing_docs, reason = "the help text stands at the verb's Args")]
    Sign(sign::Args),
    #[allow(missing_docs, reason = "as above")]
    Revoke(revoke::Args),
    #[allow(missing_docs, reason = "as above")]
    Push(push::Args),
    #[allow(missing_docs, reason = "as above")]
    Pull(pull::Args),
    #[allow(missing_docs, reason = "as above")]
    Resolve(resolve::Args),
    #[allow(missing_docs, reason = "as above")]
    Inspect(inspect::Args),
    #[allow(missing_docs, reason = "as above")]
    Expiry(expiry::Args),
    #[allow(missing_docs, reason = "as above")]
    Renew(renew::Args),
    #[allow(missing_docs, reason = "as above")]
    List(list::Args),
    #[allow(missing_docs, reason = "as above")]
    Lookup(lookup::Args),
    #[allow(missing_docs, reason = "as above")]
    Whoami(whoami::Args),
    #[allow(missing_docs, reason = "as above")]
    Delete(delete::Args),
    #[allow(missing_docs, reason = "as above")]
    Notary(notary::NotaryArguments),
    #[cfg(feature = "sandbox")]
    #[allow(missing_docs, reason = "as above")]
    Sandbox(crate::verb::sandbox::Args),
}

/// The verbs of `dct key`.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    #[allow(missing_docs, reason = "the help text stands at the verb's Args")]
    Generate(key_generate::Args),
    #[allow(missing_docs, reason = "as above")]
    Load(key_load::Args),
    #[allow(missing_docs, reason = "as above")]
    List(key_list::Args),
    #[allow(missing_docs, reason = "as above")]
    Show(key_show::Args),
    #[allow(missing_docs, reason = "as above")]
    Export(key_export::Args),
    #[allow(missing_docs, reason = "as above")]
    Passwd(key_passwd::Args),
    #[allow(missing_docs, reason = "as above")]
    Remove(key_remove::Args),
}

/// The verbs of `dct signer`.
#[derive(Debug, Subcommand)]
pub enum SignerCommand {
    #[allow(missing_docs, reason = "the help text stands at the verb's Args")]
    Add(signer_add::Args),
    #[allow(missing_docs, reason = "as above")]
    Remove(signer_remove::Args),
}
