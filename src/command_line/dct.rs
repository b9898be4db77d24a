//! The face `dct`: every verb, notary's commands below a word of their own, and the sandbox.

use std::ffi::OsString;

use super::{
    args::{self, Arguments, Command},
    completion,
    face::{Asked, Call, Face},
    global_options::GlobalOptions,
    notary::{self, Outer},
    notary_args,
};
#[cfg(feature = "sandbox")]
use crate::compose::wiring;
use crate::{
    face::docker_usage::{self, Refusal},
    term::program::Program,
};

/// It answers to every name that is no other face's.
pub(crate) const FACE: Face = Face { is_called: |_| true, read };

fn read(arguments: &[OsString]) -> Call {
    if let Some(lines) = completion::answer(arguments) {
        return Call::Answer(lines);
    }
    let (program, arguments) = (Program::own(), spelled_out(arguments));
    let parsed = Arguments::read(args::definition(), &arguments);
    let parsed = parsed.map_err(|error| docker_usage::explain(&error, args::definition(), &arguments));
    match parsed.and_then(|parsed| parsed.global.detail().map(|_| parsed).map_err(Refusal::Error)) {
        Ok(Arguments { global, command: Command::Notary(args) }) => below(&program, global, args.words),
        parsed => Call::Command(program, parsed.map(asked)),
    }
}

/// `dct help VERB` is `dct VERB --help`.
fn spelled_out(arguments: &[OsString]) -> Vec<OsString> {
    match arguments {
        [program, help, verb @ ..] if help == "help" => [std::slice::from_ref(program), verb, &["--help".into()]].concat(),
        _ => arguments.to_vec(),
    }
}

/// `dct notary`, with the flags of `dct` that stand before it.
fn below(program: &Program, global: GlobalOptions, words: Vec<OsString>) -> Call {
    let detail = global.detail().unwrap_or_default();
    let name = format!("{} {}", program.name(), notary_args::NAME);
    let outer = Outer { config: global.config, detail, passphrases: global.passphrases };
    let words: Vec<OsString> = std::iter::once(name.clone().into()).chain(words).collect();
    notary::read(&name, &words, outer)
}

/// A command line that was read, ready to run.
pub(super) fn asked(parsed: Arguments) -> Asked {
    let (detail, format, verb) = (parsed.global.detail().unwrap_or_default(), parsed.format(), parsed.verb());
    let Arguments { global, command } = parsed;
    Asked {
        detail,
        format,
        verb,
        run: Box::new(move |ui| match &command {
            Command::Verb(entry, matches) => entry.run(&global, matches, ui),
            // taken up before this
            Command::Notary(_) => Ok(()),
            #[cfg(feature = "sandbox")]
            Command::Sandbox(args) => {
                crate::verb::sandbox::run(args, global.config.as_deref(), &global.passphrases, ui, wiring::now())
            }
        }),
    }
}
