//! What clap says of a command line, in Docker's words (its flag parser is cobra): the same first lines, streams and exit codes.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{suggestions, verdict};
use crate::term::{
    error::{CliError, ExitStatus},
    program::OWN,
};

/// What becomes of a command line that is no command.
pub enum Refusal {
    /// The person asked for help, or for the version.
    Help(String),
    /// A command was left out; Docker prints the help on standard error, and ends well.
    Guidance(String),
    /// A mistake.
    Error(CliError),
}

/// Translates clap's answer for these arguments, the program's name included. The definition's name is the one that a person types.
#[must_use]
pub fn explain(error: &clap::Error, mut root: clap::Command, arguments: &[OsString]) -> Refusal {
    root.build();
    let place = Place::find(&root, arguments);
    let words = place.words().to_owned();
    match told(error, place) {
        Refusal::Error(error) => Refusal::Error(verdict::judged(&words, error)),
        refusal => refusal,
    }
}

fn told(error: &clap::Error, mut place: Place) -> Refusal {
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Refusal::Help(error.to_string().trim_end().to_owned()),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            Refusal::Guidance(place.command.render_help().to_string().trim_end().to_owned())
        }
        ErrorKind::InvalidSubcommand => Refusal::Error(place.unknown_command(&of(ContextKind::InvalidSubcommand))),
        ErrorKind::MissingRequiredArgument => Refusal::Error(place.wrong_count()),
        ErrorKind::UnknownArgument | ErrorKind::TooManyValues => {
            let argument = of(ContextKind::InvalidArg);
            let name = argument.split_once('=').map_or(argument.as_str(), |(name, _)| name);
            match (name.strip_prefix("--"), name.strip_prefix('-').and_then(|short| short.chars().next())) {
                (Some(long), _) => Refusal::Error(place.bad_flag(&format!("unknown flag: --{long}"))),
                (None, Some(short)) => Refusal::Error(place.bad_flag(&format!("unknown shorthand flag: '{short}' in {argument}"))),
                (None, None) => Refusal::Error(place.wrong_count()),
            }
        }
        ErrorKind::InvalidValue | ErrorKind::NoEquals => {
            let argument = of(ContextKind::InvalidArg);
            Refusal::Error(place.bad_flag(&format!("flag needs an argument: {}", flag_of(&argument))))
        }
        ErrorKind::ValueValidation => {
            let (argument, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
            let reason = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            let flag = place.in_full(flag_of(&argument));
            Refusal::Error(place.bad_flag(&format!("invalid argument {value:?} for {flag:?} flag: {reason}")))
        }
        _ => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            Refusal::Error(place.bad_flag(first.strip_prefix("error: ").unwrap_or(first)))
        }
    }
}

/// clap names a flag with its value: `--key <PATH>`.
fn flag_of(argument: &str) -> &str {
    argument.split([' ', '=', '[']).next().unwrap_or_default()
}

/// Where words stand among the arguments that are neither flags nor the values of the flags that stand for every command.
pub(crate) fn words_at(root: &clap::Command, arguments: &[OsString]) -> Vec<usize> {
    let takes_value = |word: &str| {
        let long = word.strip_prefix("--");
        long.is_some() && root.get_arguments().any(|arg| arg.get_long() == long && arg.get_action().takes_values())
    };
    let mut all = Vec::new();
    let mut words = arguments.iter().map(|word| word.to_string_lossy()).enumerate().skip(1);
    while let Some((at, word)) = words.next() {
        if takes_value(&word) {
            words.next();
        } else if !word.starts_with('-') {
            all.push(at);
        }
    }
    all
}

/// The command that the arguments reached.
struct Place {
    command: clap::Command,
    path: String,
}

impl Place {
    fn find(root: &clap::Command, arguments: &[OsString]) -> Self {
        let (mut command, mut path) = (root, root.get_name().to_owned());
        for at in words_at(root, arguments) {
            let word = arguments.get(at).map(|word| word.to_string_lossy()).unwrap_or_default();
            let Some(next) = command.find_subcommand(word.as_ref()) else { break };
            command = next;
            path = format!("{path} {}", next.get_name());
        }
        Self { command: command.clone(), path }
    }

    /// The words of the command, without the program's name.
    fn words(&self) -> &str {
        self.path.split_once(' ').map_or("", |(_, words)| words)
    }

    /// A flag with its shorthand, where it has one: `-y, --yes`.
    fn in_full(&self, flag: &str) -> String {
        let long = flag.strip_prefix("--");
        let known = self.command.get_arguments().find(|argument| argument.get_long() == long && long.is_some());
        known.and_then(clap::Arg::get_short).map_or_else(|| flag.to_owned(), |short| format!("-{short}, {flag}"))
    }

    /// The program that speaks: `docker`, where it is called `docker trust`.
    fn program(&self) -> &str {
        self.path.split(' ').next().unwrap_or_default()
    }

    /// Docker names the command alone in its usage; what stands below it helps a person on.
    fn unknown_command(&mut self, word: &str) -> CliError {
        let usage = if self.program() == OWN { self.usage() } else { self.path.clone() };
        let error = CliError::new(format!("{}: unknown command: {} {word}", self.program(), self.path))
            .coded("usage")
            .and("")
            .and(format!("Usage:  {usage}"))
            .and("")
            .and(format!("Run '{} --help' for more information", self.path));
        match suggestions::meant(&self.command, &self.path, word) {
            Some(meant) => error.hinted(meant),
            None => error,
        }
    }

    fn usage(&mut self) -> String {
        let usage = self.command.render_usage().to_string();
        usage.strip_prefix("Usage: ").unwrap_or(&usage).to_owned()
    }

    /// Docker says `Run` where the count is exact, and `See` where it is a least one.
    fn wrong_count(&mut self) -> CliError {
        let positionals = || self.command.get_positionals();
        if positionals().next().is_none() {
            return self.with_usage(CliError::new(format!("dct: '{}' accepts no arguments", self.path)), "Run");
        }
        if positionals().any(clap::Arg::is_last_set) {
            let error = CliError::new(format!("{}: the command of '{}' stands behind --", self.program(), self.path));
            return self.with_usage(error, "Run");
        }
        let least = positionals().filter(|argument| argument.is_required_set()).count();
        // as Docker's own line has it: `sign` takes one there
        let open = self.command.render_usage().to_string().contains("...");
        let arguments = if least == 1 { "argument" } else { "arguments" };
        let (at_least, look) = if open { ("at least ", "See") } else { ("", "Run") };
        let path = self.path.clone();
        self.with_usage(CliError::new(format!("{}: '{path}' requires {at_least}{least} {arguments}", self.program())), look)
    }

    fn bad_flag(&mut self, reason: &str) -> CliError {
        self.with_usage(CliError::new(reason).with_status(ExitStatus::BadFlag), "Run")
    }

    fn with_usage(&mut self, error: CliError, look: &str) -> CliError {
        let usage = self.usage();
        let error = error.coded("usage").and("").and(format!("Usage:  {usage}"));
        error.and("").and(format!("{look} '{} --help' for more information", self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command_line::args;

    fn refuse(line: &str) -> (Vec<String>, u8) {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let error = args::Arguments::read(args::definition(), &arguments).unwrap_err();
        match explain(&error, args::definition(), &arguments) {
            Refusal::Error(error) => (error.message().to_vec(), error.status().code()),
            Refusal::Help(help) | Refusal::Guidance(help) => panic!("{help}"),
        }
    }

    fn first(line: &str) -> (String, u8) {
        let (lines, code) = refuse(line);
        (lines[0].clone(), code)
    }

    #[test]
    fn a_wrong_number_of_arguments_is_told_as_docker_tells_it() {
        let exact = [
            "dct: 'dct push' requires 1 argument",
            "",
            "Usage:  dct push [OPTIONS] IMAGE[:TAG]",
            "",
            "Run 'dct push --help' for more information",
        ];
        for line in ["dct push", "dct -D push"] {
            let (lines, code) = refuse(line);
            assert_eq!((lines.iter().map(String::as_str).collect::<Vec<_>>(), code), (exact.to_vec(), 1), "{line}");
        }
        let (lines, code) = refuse("dct inspect");
        assert_eq!(
            lines,
            [
                "dct: 'dct inspect' requires at least 1 argument",
                "",
                "Usage:  dct inspect IMAGE[:TAG] [IMAGE[:TAG]...]",
                "",
                "See 'dct inspect --help' for more information"
            ]
        );
        assert_eq!(code, 1);
        assert_eq!(first("dct signer add jeff").0, "dct: 'dct signer add' requires at least 2 arguments");
        assert_eq!(first("dct --passphrase-fd 3 key load").0, "dct: 'dct key load' requires 1 argument");
        assert_eq!(first("dct --config /x key load").0, "dct: 'dct key load' requires 1 argument");
    }

    #[cfg(feature = "sandbox")]
    #[test]
    fn a_command_that_is_to_be_run_stands_behind_two_dashes() {
        let (lines, code) = refuse("dct sandbox sh -c true");
        let words = "dct: the command of 'dct sandbox' stands behind --";
        assert_eq!((&*lines[0], &*lines[2], code), (words, "Usage:  dct sandbox [OPTIONS] [-- COMMAND [ARG...]]", 1));
        for port in ["99999", "-1", "http"] {
            let words = format!("invalid argument {port:?} for \"--port\" flag: a port is a number up to 65535");
            assert_eq!(first(&format!("dct sandbox --port={port}")), (words, 125));
        }
    }

    #[test]
    fn a_bad_flag_ends_with_125() {
        for (line, words) in [
            ("dct sign --foo", "unknown flag: --foo"),
            ("dct sign --foo=bar x", "unknown flag: --foo"),
            ("dct signer add -x", "unknown shorthand flag: 'x' in -x"),
            ("dct signer add --key", "flag needs an argument: --key"),
            ("dct key load --name", "flag needs an argument: --name"),
            (
                "dct inspect --pretty=maybe a",
                "invalid argument \"maybe\" for \"--pretty\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax",
            ),
            (
                "dct delete --remote= a",
                "invalid argument \"\" for \"--remote\" flag: strconv.ParseBool: parsing \"\": invalid syntax",
            ),
            (
                "dct revoke --yes=maybe a",
                "invalid argument \"maybe\" for \"-y, --yes\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax",
            ),
            (
                "dct --passphrase-fd=x inspect a",
                "invalid argument \"x\" for \"--passphrase-fd\" flag: invalid digit found in string",
            ),
            ("dct --nope", "unknown flag: --nope"),
        ] {
            assert_eq!(first(line), (words.to_owned(), 125), "{line}");
        }
    }

    #[test]
    fn an_unknown_command_is_named_with_its_path() {
        assert_eq!(
            refuse("dct key foo"),
            (
                [
                    "dct: unknown command: dct key foo",
                    "",
                    "Usage:  dct key COMMAND",
                    "",
                    "Run 'dct key --help' for more information"
                ]
                .map(str::to_owned)
                .to_vec(),
                1
            )
        );
        assert_eq!(first("dct foo"), ("dct: unknown command: dct foo".to_owned(), 1));
    }

    #[test]
    fn flags_are_read_as_go_reads_them() {
        for line in [
            "dct inspect --pretty --pretty=false a",
            "dct inspect a --pretty",
            "dct key load k --name a --name b",
            "dct inspect --pretty=T a -D",
        ] {
            let line: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert!(args::Arguments::read(args::definition(), &line).is_ok(), "{line:?}");
        }
    }

    #[test]
    fn the_definition_is_sound() {
        args::definition().debug_assert();
    }
}
