//! The face `dct`: every verb, notary's commands below a word of their own, and the sandbox.

use std::ffi::OsString;

use super::{
    args::{self, Arguments, Command},
    completion,
    face::{Asked, Call, Face, Work},
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
    let (program, definition) = (Program::own(), args::definition());
    let SpelledOut { words, says_trust } = spelled_out(&definition, arguments);
    let parsed = Arguments::read(definition, &words);
    let parsed = parsed.map_err(|error| docker_usage::explain(&error, args::definition(), &words));
    match parsed.and_then(|parsed| parsed.global.detail().map(|_| parsed).map_err(Refusal::Error)) {
        Ok(Arguments { global, command: Command::Notary(args) }) => below(&program, global, args.words),
        parsed if says_trust => Call::Command(program, parsed.map(asked).map(told_of_trust)),
        parsed => Call::Command(program, parsed.map(asked)),
    }
}

/// A command line in the words of the definition.
struct SpelledOut {
    words: Vec<OsString>,
    /// Whether it had Docker's word `trust` before the verb.
    says_trust: bool,
}

/// `dct help VERB` is `dct VERB --help`, and so are `dct key help` and `dct key help VERB`; `dct trust VERB`, which a script says that once said `docker trust`, is `dct VERB`.
fn spelled_out(definition: &clap::Command, arguments: &[OsString]) -> SpelledOut {
    let mut words = arguments.to_vec();
    let word = |words: &[OsString], number: usize| {
        let at = *docker_usage::words_at(definition, words).get(number)?;
        Some((at, words.get(at)?.to_str()?.to_owned()))
    };
    let trust = word(&words, 0).filter(|(_, first)| first == TRUST);
    if let Some((at, _)) = trust {
        words.remove(at);
    }
    let of_a_group = |words: &[OsString]| {
        let (_, group) = word(words, 0)?;
        definition.find_subcommand(group).filter(|below| below.has_subcommands())?;
        word(words, 1).filter(|(_, second)| second == HELP)
    };
    if let Some((at, _)) = word(&words, 0).filter(|(_, first)| first == HELP).or_else(|| of_a_group(&words)) {
        words.remove(at);
        words.push("--help".into());
    }
    SpelledOut { words, says_trust: trust.is_some() }
}

const TRUST: &str = "trust";
const HELP: &str = "help";

fn told_of_trust(asked: Asked) -> Asked {
    let run = asked.run;
    let run: Box<Work> = Box::new(move |ui| {
        ui.warning("excess-word", "the word `trust` is Docker's, and can be left out here");
        run(ui)
    });
    Asked { run, ..asked }
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
