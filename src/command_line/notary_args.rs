//! The command line of `notary`: which words and flags it knows. What a command takes stands in the command's file.
//!
//! Every argument may be left out here: the command itself says in notary's words which one it misses. What stands behind the last argument that a
//! command knows is `excess`, which is passed over, as notary does, and told of.

use std::ffi::OsString;

use clap::{Arg, ArgAction, CommandFactory as _, Parser, Subcommand, builder::Styles};

use crate::{
    notary::{
        add, addhash, delegation_add, delegation_list, delegation_purge, delegation_remove, delete, init, key_export, key_generate,
        key_import, key_list, key_passwd, key_remove, key_rotate, list, lookup, publish, remove, reset, status, verify, version,
        witness,
    },
    options::{
        boolean::go_bool,
        notary::{FLAGS, GLOBAL, GlobalFlags, TEMPLATE},
    },
    passphrases::flags::NewPassphraseFlags,
};

/// The name of this face.
pub const NAME: &str = "notary";

/// Sign and verify collections of arbitrary content, with the commands of the notary CLI
#[derive(Debug, Parser)]
#[command(
    name = "notary",
    override_usage = "notary [flags]\n  notary [command]",
    after_help = "Use \"notary [command] --help\" for more information about a command.",
    args_override_self = true,
    disable_version_flag = true,
    help_template = TEMPLATE,
    styles = Styles::plain(),
    subcommand_help_heading = "Available Commands"
)]
pub struct Arguments {
    /// The flags of every command.
    #[command(flatten)]
    pub global: GlobalFlags,

    /// Print the version number
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub version: bool,

    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Run a command of the notary CLI
///
/// What follows is read as `notary` reads it; a link of that name to this program is the same.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct notary [flags] COMMAND",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE,
    disable_help_flag = true
)]
pub struct NotaryArguments {
    /// A command of notary, with its flags and arguments
    #[arg(value_name = "COMMAND", trailing_var_arg = true, allow_hyphen_values = true)]
    pub words: Vec<OsString>,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  The commands of notary:
    dct notary --help

  What is signed in a repository, with Docker's keys and trust data:
    dct notary -s https://dtr.example.com -d ~/.docker/trust list dtr.example.com/prod/nginx

  The server takes the snapshot key over:
    dct notary -s https://dtr.example.com -d ~/.docker/trust key rotate dtr.example.com/prod/nginx snapshot --server-managed";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    #[allow(missing_docs, reason = "the help text stands at the command's Args")]
    Add(add::Args),
    #[allow(missing_docs, reason = "as above")]
    Addhash(addhash::Args),
    /// Operates on delegations
    #[command(subcommand, override_usage = "notary delegation [command]", help_template = TEMPLATE, subcommand_help_heading = "Available Commands")]
    Delegation(DelegationCommand),
    #[allow(missing_docs, reason = "as above")]
    Delete(delete::Args),
    #[allow(missing_docs, reason = "as above")]
    Init(init::Args),
    /// Operates on keys
    #[command(subcommand, override_usage = "notary key [command]", help_template = TEMPLATE, subcommand_help_heading = "Available Commands")]
    Key(KeyCommand),
    #[allow(missing_docs, reason = "as above")]
    List(list::Args),
    #[allow(missing_docs, reason = "as above")]
    Lookup(lookup::Args),
    #[allow(missing_docs, reason = "as above")]
    Publish(publish::Args),
    #[allow(missing_docs, reason = "as above")]
    Remove(remove::Args),
    #[allow(missing_docs, reason = "as above")]
    Reset(reset::Args),
    #[allow(missing_docs, reason = "as above")]
    Status(status::Args),
    #[allow(missing_docs, reason = "as above")]
    Verify(verify::Args),
    #[allow(missing_docs, reason = "as above")]
    Version(version::Args),
    #[allow(missing_docs, reason = "as above")]
    Witness(witness::Args),
}

/// The commands of `notary key`.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    #[allow(missing_docs, reason = "the help text stands at the command's Args")]
    Export(key_export::Args),
    #[allow(missing_docs, reason = "as above")]
    Generate(key_generate::Args),
    #[allow(missing_docs, reason = "as above")]
    Import(key_import::Args),
    #[allow(missing_docs, reason = "as above")]
    List(key_list::Args),
    #[allow(missing_docs, reason = "as above")]
    Passwd(key_passwd::Args),
    #[allow(missing_docs, reason = "as above")]
    Remove(key_remove::Args),
    #[allow(missing_docs, reason = "as above")]
    Rotate(key_rotate::Args),
}

/// The commands of `notary delegation`.
#[derive(Debug, Subcommand)]
pub enum DelegationCommand {
    #[allow(missing_docs, reason = "the help text stands at the command's Args")]
    Add(delegation_add::Args),
    #[allow(missing_docs, reason = "as above")]
    List(delegation_list::Args),
    #[allow(missing_docs, reason = "as above")]
    Purge(delegation_purge::Args),
    #[allow(missing_docs, reason = "as above")]
    Remove(delegation_remove::Args),
}

impl Arguments {
    /// Where the new passphrase of a key is, for the command that changes it.
    #[must_use]
    pub fn new_passphrase(&self) -> Option<&NewPassphraseFlags> {
        match &self.command {
            Some(Command::Key(KeyCommand::Passwd(args))) => Some(&args.new),
            _ => None,
        }
    }
}

/// The definition under the name that a person types: `notary`, or `dct notary`.
#[must_use]
pub fn definition(name: &str) -> clap::Command {
    under(Arguments::command(), name)
}

/// Tells a command, and those below it, under a name, and sorts its flags below cobra's headings.
fn under(command: clap::Command, name: &str) -> clap::Command {
    let told = |text: &str| text.replace(&format!("{NAME} "), &format!("{name} "));
    let usage = command.clone().render_usage().to_string();
    let usage = told(usage.strip_prefix("Usage: ").unwrap_or(&usage));
    let help = command.get_after_help().map(|help| told(&help.to_string())).unwrap_or_default();
    let asks_for_help = Arg::new("help").short('h').long("help").action(ArgAction::Help).help("Print help");
    command
        .override_usage(usage)
        .after_help(help)
        .disable_help_flag(true)
        .arg(asks_for_help)
        .mut_args(|arg| match arg.get_help_heading() {
            _ if arg.is_positional() => arg,
            None => arg.help_heading(FLAGS),
            Some(_) => arg.help_heading(GLOBAL),
        })
        .mut_subcommands(|below| under(below, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound_under_both_names() {
        for name in [NAME, "dct notary"] {
            definition(name).debug_assert();
        }
        let help = definition("dct notary").render_help().to_string();
        assert!(help.contains("dct notary [command]") && !help.contains("dct dct"), "{help}");
    }

    #[test]
    fn flags_are_read_as_cobra_reads_them() {
        for line in [
            "notary -s http://x -d /t list gun",
            "notary list gun -r a,b -r c -s http://x",
            "notary -D --verbose=false list -c f gun",
            "notary delegation remove -yp gun targets/a --paths= ",
            "notary delegation remove gun targets/a -p=false --all-paths=T id",
            "notary reset gun -n 0,2 -n -1",
            "notary key rotate gun snapshot -r",
            "notary key rotate gun root -l 0x3 -k a.pem,b.pem",
            "notary --version",
            "notary",
            "notary init --publish=true -p",
            "notary list a b c d",
            "notary key import a b c -r x -g y",
        ] {
            let parsed = definition(NAME).try_get_matches_from(line.split(' '));
            assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
        }
    }
}
