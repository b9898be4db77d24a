//! The face `notary`, which `dct notary` is too.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::FromArgMatches as _;

use super::{
    face::{Asked, Call, Face},
    notary_args::{Arguments, NAME, definition},
    notary_dispatch::{self, Typed},
    notary_usage,
};
use crate::{
    compose::{
        context::Context,
        settings::{self, Settings},
        wiring::{self, Wiring, notary::NotaryNeeds},
    },
    config::notary::Config,
    face::docker_usage::Refusal,
    notary::version,
    options::{engine::EngineFlags, notary::GlobalFlags, output::OutputFormat},
    passphrases::flags::PassphraseFlags,
    term::{
        error::CliError,
        peer::Peer,
        program::Program,
        ui::{Detail, Ui},
    },
};

/// The program under the name `notary`.
pub(crate) const FACE: Face = Face { is_called, read: |arguments| read(NAME, arguments, Outer::default()) };

fn is_called(arguments: &[OsString]) -> bool {
    arguments.first().and_then(|path| Path::new(path).file_name()) == Some(OsStr::new(NAME))
}

/// Flags of `dct` that stood before the word `notary`.
#[derive(Debug, Default)]
pub(super) struct Outer {
    /// A folder of Docker's configuration, which is nothing to notary.
    pub(super) config: Option<PathBuf>,
    /// How much is told.
    pub(super) detail: Detail,
    /// What answers where a passphrase is wanted.
    pub(super) passphrases: PassphraseFlags,
}

/// Reads these arguments, the program's name first. `name` is how a person calls it: `notary`, or `dct notary`.
pub(super) fn read(name: &str, arguments: &[OsString], outer: Outer) -> Call {
    let said_before = outer.detail;
    let parsed = definition(name)
        .try_get_matches_from(arguments)
        .and_then(|matches| Arguments::from_arg_matches(&matches))
        .map_err(|error| notary_usage::explain(&error, name, arguments))
        .and_then(|parsed| merged(parsed, outer));
    let asked = parsed.map(|arguments| Asked {
        detail: if arguments.global.debug { Detail::Debug } else { said_before },
        format: OutputFormat::Text,
        verb: None,
        run: Box::new(move |ui| execute(&arguments, ui)),
    });
    Call::Command(Program::called(name.to_owned(), &[]).in_the_manner_of(Peer::Notary), asked)
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
    let command = match command {
        Typed::Command(command) => command,
        Typed::Version(args) => {
            tell_excess(ui, &args.excess);
            version::run(ui);
            return Ok(());
        }
    };
    let (prompter, passphrases) = wiring::passphrases::of_command(&arguments.global.passphrases, arguments.new_passphrase(), ui)?;
    let config = Config::read(&arguments.global)?;
    settings::tell(ui, || config.shown());
    let settings = Settings::read(None, &EngineFlags::default())?;
    settings::tell(ui, || settings.shared_shown());
    let wiring = Wiring::for_notary(settings, &NotaryNeeds { config: &config, ui, access: command.access(), prompter: &prompter });
    for warning in &config.warnings {
        ui.warning("setting", warning);
    }
    tell_excess(ui, command.excess());
    let result = command.run(&Context { ui, prompter: &prompter, passphrases: &passphrases, wiring: &wiring, now: wiring::now() });
    for warning in wiring.warnings() {
        ui.warning("key-file", &warning);
    }
    result
}

/// Tells of what stands behind the last argument that a command knows.
fn tell_excess(ui: &Ui, excess: &[String]) {
    for word in excess {
        ui.warning("excess-argument", &format!("{word:?} is one argument too many, and passed over"));
    }
}
