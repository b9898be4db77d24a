//! One run of the program, from the command line to the exit code.

use std::{ffi::OsString, process::ExitCode, sync::Arc};

use super::{
    args::{self, Arguments, Command},
    completion,
    global_options::GlobalOptions,
    notary::{self, Outer},
    notary_args,
    plugin::{Call, ORIGINAL_COMMAND, Plugin},
    plugin_socket,
};
#[cfg(feature = "sandbox")]
use crate::compose::wiring;
use crate::{
    face::docker_usage::{self, Refusal},
    options::output::{self, OutputFormat},
    render::json,
    term::{
        error::CliError,
        program::Program,
        ui::{Detail, Ui},
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
        Call::Command(program, parsed) => execute(program, parsed, arguments),
    }
}

/// What `dct` is asked for.
fn own(arguments: &[OsString]) -> Call {
    if let Some(lines) = completion::answer(arguments) {
        return Call::Answer(lines);
    }
    let arguments = spelled_out(arguments);
    let parsed = Arguments::read(args::definition(), &arguments).map(Box::new);
    let parsed = parsed.map_err(|error| docker_usage::explain(&error, args::definition(), &arguments));
    Call::Command(Program::own(), parsed.and_then(|parsed| parsed.global.detail().map(|_| parsed).map_err(Refusal::Error)))
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
    let detail = parsed.global.detail().unwrap_or_default();
    let Command::Notary(args) = parsed.command else { return ExitCode::FAILURE };
    let name = format!("{} {}", program.name(), notary_args::NAME);
    let GlobalOptions { config, passphrases, .. } = parsed.global;
    let outer = Outer { config, detail, passphrases };
    let words: Vec<OsString> = std::iter::once(name.clone().into()).chain(args.words).collect();
    notary::run(&name, &words, outer)
}

fn answer(lines: &[String]) -> ExitCode {
    let ui = Ui::standard(Detail::Plain);
    ui.lines(lines);
    ui.finish().map_or_else(|lost| ExitCode::from(lost.status().code()), |()| ExitCode::SUCCESS)
}

fn execute(program: Program, parsed: Result<Box<Arguments>, Refusal>, line: &[OsString]) -> ExitCode {
    let (detail, format) = match &parsed {
        Ok(parsed) => (parsed.global.detail().unwrap_or_default(), parsed.format()),
        Err(_) => (Detail::default(), output::asked_for(line)),
    };
    let ui = Ui::standard(detail).called(program);
    let ui = Arc::new(if format == OutputFormat::Json { ui.for_program() } else { ui });
    let verb = parsed.as_ref().ok().and_then(|parsed| parsed.verb());
    let result = match parsed {
        Ok(parsed) => dispatch(&parsed, &ui),
        Err(refusal) => refuse(&ui, refusal),
    };
    match result.and(ui.finish()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            ui.error(&error);
            let code = error.status().code();
            tell_program(&ui, verb, code);
            ExitCode::from(code)
        }
    }
}

/// The failures of a command for a program, a line each, with the warnings that no report had.
fn tell_program(ui: &Ui, verb: Option<&str>, exit_code: u8) {
    let (errors, warnings) = (ui.take_errors(), ui.take_warnings());
    for (number, error) in errors.iter().enumerate() {
        let warnings = if number + 1 == errors.len() { warnings.as_slice() } else { &[] };
        ui.document_aside(&json::failure(verb, error, exit_code, warnings));
    }
}

fn dispatch(arguments: &Arguments, ui: &Arc<Ui>) -> Result<(), CliError> {
    match &arguments.command {
        Command::Verb(entry, matches) => entry.run(&arguments.global, matches, ui),
        // taken up before this
        Command::Notary(_) => Ok(()),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(args) => {
            crate::verb::sandbox::run(args, arguments.global.config.as_deref(), &arguments.global.passphrases, ui, wiring::now())
        }
    }
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
