//! One run of the program, from the command line to the exit code.

use std::{ffi::OsString, process::ExitCode, sync::Arc};

use clap::{CommandFactory as _, Parser as _};

use super::{
    args::{Arguments, Command, KeyCommand, SignerCommand},
    completion,
    notary::{self, Outer},
    notary_args,
    plugin::{Call, ORIGINAL_COMMAND, Plugin},
    plugin_socket,
};
use crate::{
    compose::{
        context::Context,
        wiring::{self, Access, Face, LoginPolicy, Wiring},
    },
    face::docker_usage::{self, Refusal},
    passphrases::prompt::Prompter,
    term::{
        error::CliError,
        input::Input,
        program::Program,
        ui::{Detail, Ui},
    },
    verb::{
        delete, expiry, inspect, key_export, key_generate, key_list, key_load, key_passwd, key_remove, key_show, list, lookup,
        pull, push, renew, resolve, revoke, sign, signer_add, signer_remove, whoami,
    },
};

/// Runs the program with these arguments, its name first: the name chooses the face.
#[must_use]
pub fn run(arguments: &[OsString]) -> ExitCode {
    if notary::is_called(arguments) {
        return notary::run(notary_args::NAME, arguments, Outer::default());
    }
    let call = match Plugin::of(arguments) {
        Some(plugin) => {
            plugin_socket::watch();
            plugin.read(arguments, std::env::var_os(ORIGINAL_COMMAND).is_some_and(|command| !command.is_empty()))
        }
        None => own(arguments),
    };
    match call {
        Call::Answer(lines) => answer(&lines),
        Call::Command(program, Ok(parsed)) if matches!(parsed.command, Command::Notary(_)) => as_notary(&program, *parsed),
        Call::Command(program, parsed) => execute(program, parsed),
    }
}

/// What `dct` is asked for.
fn own(arguments: &[OsString]) -> Call {
    if let Some(lines) = completion::answer(arguments) {
        return Call::Answer(lines);
    }
    let arguments = spelled_out(arguments);
    let parsed = Arguments::try_parse_from(&arguments).map(Box::new);
    Call::Command(Program::own(), parsed.map_err(|error| docker_usage::explain(&error, Arguments::command(), &arguments)))
}

/// `dct help VERB` is `dct VERB --help`.
fn spelled_out(arguments: &[OsString]) -> Vec<OsString> {
    match arguments {
        [program, help, verb @ ..] if help == "help" => [std::slice::from_ref(program), verb, &["--help".into()]].concat(),
        _ => arguments.to_vec(),
    }
}

/// `dct notary`, with the flags of `dct` that stand before it.
fn as_notary(program: &Program, parsed: Arguments) -> ExitCode {
    let Command::Notary(args) = parsed.command else { return ExitCode::FAILURE };
    let name = format!("{} {}", program.name(), notary_args::NAME);
    let outer = Outer { config: parsed.config, debug: parsed.debug, passphrases: parsed.passphrases };
    let words: Vec<OsString> = std::iter::once(name.clone().into()).chain(args.words).collect();
    notary::run(&name, &words, outer)
}

fn answer(lines: &[String]) -> ExitCode {
    let ui = Ui::standard(Detail::Plain);
    ui.lines(lines);
    ui.finish().map_or_else(|lost| ExitCode::from(lost.status().code()), |()| ExitCode::SUCCESS)
}

fn execute(program: Program, parsed: Result<Box<Arguments>, Refusal>) -> ExitCode {
    let debug = parsed.as_ref().is_ok_and(|parsed| parsed.debug);
    let ui = Arc::new(Ui::standard(if debug { Detail::Debug } else { Detail::Plain }).called(program));
    let result = match parsed {
        Ok(parsed) => dispatch(&parsed, &ui),
        Err(refusal) => refuse(&ui, refusal),
    };
    match result.and(ui.finish()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            ui.error(&error);
            ExitCode::from(error.status().code())
        }
    }
}

fn dispatch(arguments: &Arguments, ui: &Arc<Ui>) -> Result<(), CliError> {
    let on = |access, verb: &dyn Fn(&Context<'_>) -> Result<(), CliError>| on_trust_data(arguments, ui, access, verb);
    match &arguments.command {
        Command::Key(KeyCommand::Generate(args)) => on(Access::Read, &|context| key_generate::run(args, context)),
        Command::Key(KeyCommand::Load(args)) => on(Access::Read, &|context| key_load::run(args, context)),
        Command::Key(KeyCommand::List(args)) => on(Access::Read, &|context| key_list::run(args, context)),
        Command::Key(KeyCommand::Show(args)) => on(Access::Read, &|context| key_show::run(args, context)),
        Command::Key(KeyCommand::Export(args)) => on(Access::Read, &|context| key_export::run(args, context)),
        Command::Key(KeyCommand::Passwd(args)) => on(Access::Read, &|context| key_passwd::run(args, context)),
        Command::Key(KeyCommand::Remove(args)) => on(Access::Read, &|context| key_remove::run(args, context)),
        Command::Signer(SignerCommand::Add(args)) => on(Access::Write, &|context| signer_add::run(args, context)),
        Command::Signer(SignerCommand::Remove(args)) => on(Access::Write, &|context| signer_remove::run(args, context)),
        Command::Revoke(args) => on(Access::Write, &|context| revoke::run(args, context)),
        Command::Sign(args) => on(Access::Write, &|context| sign::run(args, context)),
        Command::Push(args) => on(Access::Write, &|context| push::run(args, context)),
        Command::Pull(args) => on(Access::Read, &|context| pull::run(args, context)),
        Command::Resolve(args) => on(Access::Read, &|context| resolve::run(args, context)),
        Command::Inspect(args) => on(Access::Read, &|context| inspect::run(args, context)),
        Command::Expiry(args) => on(Access::Read, &|context| expiry::run(args, context)),
        Command::List(args) => on(Access::Read, &|context| list::run(args, context)),
        Command::Lookup(args) => on(Access::Read, &|context| lookup::run(args, context)),
        Command::Renew(args) => on(if args.recreate { Access::Admin } else { Access::Write }, &|context| renew::run(args, context)),
        Command::Whoami(args) => on(Access::Read, &|context| whoami::run(args, context)),
        Command::Delete(args) => on(Access::Admin, &|context| delete::run(args, context)),
        // taken up before this
        Command::Notary(_) => Ok(()),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(args) => {
            crate::verb::sandbox::run(args, arguments.config.as_deref(), &arguments.passphrases, ui, wiring::now())
        }
    }
}

fn on_trust_data(
    arguments: &Arguments,
    ui: &Arc<Ui>,
    access: Access,
    verb: &dyn Fn(&Context<'_>) -> Result<(), CliError>,
) -> Result<(), CliError> {
    // before anything is opened here that could be taken for a descriptor that the person names
    let passphrases = wiring::passphrases(&arguments.passphrases, arguments.new_passphrase())?;
    let input = Input::standard().map_err(|error| CliError::new(format!("standard input: {error}")))?;
    let prompter = Arc::new(Prompter::new(Arc::clone(ui), Arc::new(input), passphrases));
    // a login is asked for, as by notary, where the verb is notary's
    let login = if access == Access::Admin { LoginPolicy::Ask(Arc::clone(&prompter)) } else { LoginPolicy::Never };
    let wiring = Wiring::new(Face { config_dir: arguments.config.as_deref(), engine: &arguments.engine, ui, access, login })?;
    let result = verb(&Context { ui, prompter: &prompter, wiring: &wiring, now: wiring::now() });
    for warning in wiring.warnings() {
        ui.warning(&warning);
    }
    result
}

fn refuse(ui: &Ui, refusal: Refusal) -> Result<(), CliError> {
    match refusal {
        Refusal::Help(text) => ui.lines(text.lines()),
        Refusal::Guidance(text) => {
            for line in text.lines() {
                ui.notice(line);
            }
        }
        Refusal::Error(error) => return Err(error),
    }
    Ok(())
}
