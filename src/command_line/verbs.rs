//! The table of verbs: a verb is its file and its line here.

use std::sync::Arc;

use clap::{ArgMatches, Args, Command};
use serde::Serialize;

use super::global_options::GlobalOptions;
use crate::{
    compose::{
        context::Context,
        docker_folder,
        settings::{self, Settings},
        wiring::{self, Access, LoginPolicy, Needs, Wiring},
    },
    face::verdict,
    options::{
        boolean::TEMPLATE,
        output::{self, OUTPUT, OutputFormat},
    },
    passphrases::flags::PassphraseFlags,
    render::json,
    term::{error::CliError, ui::Ui},
    verb::{
        completion,
        definition::{StandaloneVerb, Verb},
        delete, expiry, inspect, key_export, key_generate, key_list, key_load, key_passwd, key_remove, key_rotate, key_show, list,
        lookup, pull, push, renew, resolve, revoke, sign, signer_add, signer_remove, version, whoami,
    },
};

/// The verbs, in the order of the help page.
pub(crate) static VERBS: &[VerbEntry] = &[
    VerbEntry::of::<key_generate::Args>(),
    VerbEntry::of::<key_load::Args>(),
    VerbEntry::of::<key_list::Args>(),
    VerbEntry::of::<key_show::Args>(),
    VerbEntry::of::<key_export::Args>(),
    VerbEntry::of::<key_passwd::Args>(),
    VerbEntry::of::<key_remove::Args>(),
    VerbEntry::of::<key_rotate::Args>(),
    VerbEntry::of::<signer_add::Args>(),
    VerbEntry::of::<signer_remove::Args>(),
    VerbEntry::of::<sign::Args>(),
    VerbEntry::of::<revoke::Args>(),
    VerbEntry::of::<push::Args>(),
    VerbEntry::of::<pull::Args>(),
    VerbEntry::of::<resolve::Args>(),
    VerbEntry::of::<inspect::Args>(),
    VerbEntry::of::<expiry::Args>(),
    VerbEntry::of::<renew::Args>(),
    VerbEntry::of::<list::Args>(),
    VerbEntry::of::<lookup::Args>(),
    VerbEntry::of::<whoami::Args>(),
    VerbEntry::of::<delete::Args>(),
    VerbEntry::standalone::<version::Args>(),
    VerbEntry::standalone::<completion::Args>(),
];

/// Words that stand before other verbs' own.
const GROUPS: [(&str, &str); 2] = [("key", "Manage keys for signing images"), ("signer", "Manage entities who can sign images")];

/// A line of the table.
#[derive(Debug)]
pub(crate) struct VerbEntry {
    /// The words that call it.
    pub(crate) words: &'static str,
    define: fn(Command) -> Command,
    format: fn(&ArgMatches) -> OutputFormat,
    run: fn(&GlobalOptions, &ArgMatches, &Arc<Ui>) -> Result<(), CliError>,
}

impl VerbEntry {
    const fn of<V: Verb>() -> Self {
        Self { words: V::WORDS, define: define::<V>, format: format::<V>, run: run::<V> }
    }

    const fn standalone<V: StandaloneVerb>() -> Self {
        Self { words: V::WORDS, define: define_standalone::<V>, format: shared_format, run: run_standalone::<V> }
    }

    /// In which form a command line wants the answer.
    pub(crate) fn format(&self, matches: &ArgMatches) -> OutputFormat {
        (self.format)(matches)
    }

    /// Runs the verb with its options.
    pub(crate) fn run(&self, global: &GlobalOptions, matches: &ArgMatches, ui: &Arc<Ui>) -> Result<(), CliError> {
        (self.run)(global, matches, ui).map_err(|error| verdict::judged(self.words, error))
    }
}

/// Adds all verbs to a definition.
pub(crate) fn add_to(mut root: Command) -> Command {
    for entry in VERBS {
        root = match entry.words.split_once(' ') {
            None => root.subcommand((entry.define)(Command::new(entry.words))),
            Some((group, _)) if root.find_subcommand(group).is_some() => root,
            Some((group, _)) => root.subcommand(new_group(group)),
        };
    }
    root
}

/// The words that stand before those of several verbs, with these below them.
fn new_group(name: &'static str) -> Command {
    let about = GROUPS.iter().find(|(group, _)| *group == name).map_or("", |(_, about)| *about);
    let below = VERBS.iter().filter_map(|entry| match entry.words.split_once(' ') {
        Some((group, word)) if group == name => Some((entry.define)(Command::new(word))),
        _ => None,
    });
    Command::new(name)
        .about(about)
        .override_usage(format!("dct {name} COMMAND"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .help_template(TEMPLATE)
        .subcommands(below)
}

fn define<V: Verb>(command: Command) -> Command {
    let command = <V as Args>::augment_args(command).aliases(V::ALIASES);
    let has_its_own = command.get_arguments().any(|arg| arg.get_id() == OUTPUT);
    let command = if has_its_own { command } else { command.arg(output::flag()) };
    if V::OPENS_KEYS { command } else { without_passphrases(command) }
}

fn define_standalone<V: StandaloneVerb>(command: Command) -> Command {
    without_passphrases(V::augment_args(command).arg(output::flag()))
}

/// Leaves the options for passphrases out of a help page. They are taken all the same: a script may give them to every verb.
fn without_passphrases(command: Command) -> Command {
    let options = PassphraseFlags::augment_args(Command::new(""));
    command.args(options.get_arguments().map(|option| option.clone().hide(true)))
}

fn format<V: Verb>(matches: &ArgMatches) -> OutputFormat {
    let own = V::from_arg_matches(matches).ok().and_then(|args| args.format());
    own.unwrap_or_else(|| shared_format(matches))
}

/// What the option says that all verbs share.
fn shared_format(matches: &ArgMatches) -> OutputFormat {
    matches.try_get_one::<OutputFormat>(OUTPUT).ok().flatten().copied().unwrap_or_default()
}

fn run<V: Verb>(global: &GlobalOptions, matches: &ArgMatches, ui: &Arc<Ui>) -> Result<(), CliError> {
    let args: V = read(matches)?;
    let (prompter, passphrases) = wiring::passphrases::of_command(&global.passphrases, args.new_passphrase(), ui)?;
    let access = args.access();
    // a login is asked for, as by notary, where the verb is notary's
    let login = if access == Access::Admin { LoginPolicy::Ask(Arc::clone(&prompter)) } else { LoginPolicy::Never };
    let settings = Settings::read(global.config.as_deref(), &global.engine)?;
    settings::tell(ui, || settings.shown());
    docker_folder::check(&settings.docker_folder, V::OPENS_KEYS)?;
    let wiring = Wiring::new(settings, Needs { ui, access, login })?;
    let done = args.run(&Context { ui, prompter: &prompter, passphrases: &passphrases, wiring: &wiring, now: wiring::now() });
    for warning in wiring.warnings() {
        ui.warning("key-file", &warning);
    }
    let done = done?;
    answer(V::WORDS, &done.report, ui)?;
    done.failure.map_or(Ok(()), Err)
}

fn run_standalone<V: StandaloneVerb>(_: &GlobalOptions, matches: &ArgMatches, ui: &Arc<Ui>) -> Result<(), CliError> {
    let args: V = read(matches)?;
    answer(V::WORDS, &args.run(ui)?, ui)
}

fn read<A: Args>(matches: &ArgMatches) -> Result<A, CliError> {
    A::from_arg_matches(matches).map_err(|error| CliError::new(error.to_string()))
}

/// Gives a program the report.
fn answer<R: Serialize>(words: &str, report: &R, ui: &Ui) -> Result<(), CliError> {
    if ui.is_for_program() {
        ui.document(&json::answer(words, report, &ui.take_warnings())?);
    }
    Ok(())
}
