//! One run under the name `notary`, from the command line to the exit code.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::FromArgMatches as _;

use super::{
    notary_args::{Arguments, NAME, definition},
    notary_dispatch, notary_usage,
};
use crate::{
    compose::{
        context::Context,
        wiring::{self, Wiring, notary::NotaryFace},
    },
    config::notary::Config,
    face::docker_usage::Refusal,
    notary::version,
    options::notary::GlobalFlags,
    passphrases::{flags::PassphraseFlags, peer::Peer},
    term::{
        error::CliError,
        program::{Program, Voice},
        ui::{Detail, Ui},
    },
};

/// Whether the program was called by this name.
#[must_use]
pub fn is_called(arguments: &[OsString]) -> bool {
    arguments.first().and_then(|path| Path::new(path).file_name()) == Some(OsStr::new(NAME))
}

/// Flags of `dct` that stood before the word `notary`.
#[derive(Debug, Default)]
pub struct Outer {
    /// A folder of Docker's configuration, which is nothing to notary.
    pub config: Option<PathBuf>,
    /// How much is told.
    pub detail: Detail,
    /// What answers where a passphrase is wanted.
    pub passphrases: PassphraseFlags,
}

/// Runs with these arguments, the program's name first. `name` is how a person calls it: `notary`, or `dct notary`.
#[must_use]
pub fn run(name: &str, arguments: &[OsString], outer: Outer) -> ExitCode {
    let said_before = outer.detail;
    let parsed = definition(name)
        .try_get_matches_from(arguments)
        .and_then(|matches| Arguments::from_arg_matches(&matches))
        .map_err(|error| notary_usage::explain(&error, name, arguments))
        .and_then(|parsed| merged(parsed, outer));
    let detail = if parsed.as_ref().is_ok_and(|parsed| parsed.global.debug) { Detail::Debug } else { said_before };
    let program = Program::called(name.to_owned(), &[]).in_the_voice_of(Voice::Notary);
    let ui = Arc::new(Ui::standard(detail).called(program));
    let result = match parsed {
        Ok(arguments) => execute(&arguments, &ui),
        Err(Refusal::Help(text) | Refusal::Guidance(text)) => {
            ui.lines(text.lines());
            Ok(())
        }
        Err(Refusal::Error(error)) => Err(error),
    };
    match result.and(ui.finish()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if let Some(command) = error.misused() {
                notary_usage::show(&ui, command);
            }
            ui.error(&error);
            // the error is an answer here
            let _ = ui.finish();
            ExitCode::from(error.status().code())
        }
    }
}

fn merged(parsed: Arguments, outer: Outer) -> Result<Arguments, Refusal> {
    if outer.config.is_some() {
        let error = CliError::new("--config names a folder of Docker's configuration, and notary has none");
        return Err(Refusal::Error(
            error.hinted("-d ~/.docker/trust works on Docker's trust data; -c names notary's configuration file"),
        ));
    }
    let passphrases = parsed.global.passphrases.clone().or(outer.passphrases);
    let global = GlobalFlags { passphrases, ..parsed.global };
    Ok(Arguments { global, ..parsed })
}

fn execute(arguments: &Arguments, ui: &Arc<Ui>) -> Result<(), CliError> {
    if arguments.version {
        ui.line(&version::line());
        return Ok(());
    }
    let Some(command) = arguments.command.as_ref().map(notary_dispatch::command) else {
        let help = definition(ui.program().name()).help_template(crate::options::notary::USAGE_TEMPLATE).render_help().to_string();
        ui.lines(help.trim_end().lines());
        return Ok(());
    };
    let (prompter, passphrases) =
        wiring::passphrases::of_command(Peer::Notary, &arguments.global.passphrases, arguments.new_passphrase(), ui)?;
    let config = Config::read(&arguments.global)?;
    let wiring = Wiring::for_notary(&NotaryFace { config: &config, ui, access: command.access(), prompter: &prompter })?;
    for warning in &config.warnings {
        ui.warning("setting", warning);
    }
    for word in command.excess() {
        ui.warning("excess-argument", &format!("{word:?} is one argument too many, and passed over"));
    }
    let result = command.run(&Context { ui, prompter: &prompter, passphrases: &passphrases, wiring: &wiring, now: wiring::now() });
    for warning in wiring.warnings() {
        ui.warning("key-file", &warning);
    }
    result
}
