//! What clap says of a command line, in notary's words (its flag parser is cobra): errors on standard output, exit code 1.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::notary_args;
use crate::{
    face::docker_usage::Refusal,
    options::notary::USAGE_TEMPLATE,
    term::{error::CliError, ui::Ui},
};

/// Shows how a command is used, before an error about its arguments. `path` is the command, such as `delegation add`.
pub(crate) fn show(ui: &Ui, path: &str) {
    let mut root = notary_args::definition(ui.program().name());
    root.build();
    let found = path.split(' ').try_fold(&root, |command, word| command.find_subcommand(word));
    if let Some(command) = found {
        let text = command.clone().help_template(USAGE_TEMPLATE).render_help().to_string();
        ui.lines(text.trim_end().lines());
    }
    ui.line("");
}

/// Translates clap's answer for these arguments, the program's name first. `name` is how a person calls it.
#[must_use]
pub(crate) fn explain(error: &clap::Error, name: &str, arguments: &[OsString]) -> Refusal {
    let mut root = notary_args::definition(name);
    root.build();
    let (command, path) = reached(&root, name, arguments);
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    let fail = |words: String| Refusal::Error(CliError::new(words));
    match error.kind() {
        ErrorKind::DisplayHelp => Refusal::Help(error.to_string().trim_end().to_owned()),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            Refusal::Help(command.clone().render_help().to_string().trim_end().to_owned())
        }
        ErrorKind::InvalidSubcommand => {
            let words = CliError::new(format!("unknown command {:?} for {path:?}", of(ContextKind::InvalidSubcommand)));
            let similar = match error.get(ContextKind::SuggestedSubcommand) {
                Some(ContextValue::Strings(names)) => names.clone(),
                Some(ContextValue::String(name)) => vec![name.clone()],
                _ => Vec::new(),
            };
            if similar.is_empty() {
                return Refusal::Error(words);
            }
            let words = words.and("").and("Did you mean this?");
            Refusal::Error(similar.iter().fold(words, |words, name| words.and(format!("\t{name}"))).and(""))
        }
        ErrorKind::UnknownArgument | ErrorKind::TooManyValues => {
            let argument = of(ContextKind::InvalidArg);
            let flag = argument.split_once('=').map_or(argument.as_str(), |(flag, _)| flag);
            match (flag.strip_prefix("--"), flag.strip_prefix('-').and_then(|short| short.chars().next())) {
                (Some(long), _) => fail(format!("unknown flag: --{long}")),
                (None, Some(short)) => fail(format!("unknown shorthand flag: '{short}' in {argument}")),
                // a word where only a command can stand
                (None, None) => fail(format!("unknown command {argument:?} for {path:?}")),
            }
        }
        ErrorKind::InvalidValue | ErrorKind::NoEquals => {
            let long = of(ContextKind::InvalidArg);
            let typed = arguments.last().map(|last| last.to_string_lossy().into_owned()).unwrap_or_default();
            match typed.chars().next_back() {
                Some(short) if !typed.starts_with("--") && typed.starts_with('-') => {
                    fail(format!("flag needs an argument: '{short}' in -{short}"))
                }
                _ => fail(format!("flag needs an argument: {}", flag_of(&long))),
            }
        }
        ErrorKind::ValueValidation => {
            let (argument, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
            let reason = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            fail(format!("invalid argument {value:?} for {:?} flag: {reason}", in_full(command, flag_of(&argument))))
        }
        _ => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            fail(first.strip_prefix("error: ").unwrap_or(first).to_owned())
        }
    }
}

/// clap names a flag with its value: `--key <PATH>`.
fn flag_of(argument: &str) -> &str {
    argument.split([' ', '=', '[']).next().unwrap_or_default()
}

/// A flag with its shorthand, where it has one: `-p, --publish`.
fn in_full(command: &clap::Command, flag: &str) -> String {
    let long = flag.strip_prefix("--");
    let known = command.get_arguments().find(|argument| argument.get_long() == long && long.is_some());
    known.and_then(clap::Arg::get_short).map_or_else(|| flag.to_owned(), |short| format!("-{short}, {flag}"))
}

/// The command that the arguments lead to, and its path as a person types it.
fn reached<'a>(root: &'a clap::Command, name: &str, arguments: &[OsString]) -> (&'a clap::Command, String) {
    let (mut command, mut path) = (root, name.to_owned());
    let mut words = arguments.iter().skip(1).map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        if takes_the_next(root, &word) {
            words.next();
        } else if !word.starts_with('-') {
            let Some(next) = command.find_subcommand(word.as_ref()) else { break };
            command = next;
            path = format!("{path} {}", next.get_name());
        }
    }
    (command, path)
}

/// Whether a word is a flag whose value is the next word.
fn takes_the_next(command: &clap::Command, word: &str) -> bool {
    let needs = |flag: &clap::Arg| flag.get_action().takes_values() && !flag.is_require_equals_set();
    if let Some(long) = word.strip_prefix("--") {
        return command.get_arguments().any(|flag| flag.get_long() == Some(long) && needs(flag));
    }
    let Some(cluster) = word.strip_prefix('-') else { return false };
    let mut letters = cluster.chars();
    // what stands behind the first letter that takes a value is that value
    let valued = letters.find(|letter| command.get_arguments().any(|flag| flag.get_short() == Some(*letter) && needs(flag)));
    valued.is_some() && letters.as_str().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuse(line: &str) -> Result<String, Vec<String>> {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let error = notary_args::definition("notary").try_get_matches_from(&arguments).unwrap_err();
        match explain(&error, "notary", &arguments) {
            Refusal::Error(error) => Err(error.message().to_vec()),
            Refusal::Help(help) | Refusal::Guidance(help) => Ok(help),
        }
    }

    #[test]
    fn mistakes_are_told_in_cobra_s_words() {
        // recorded from notary 0.7.0, but for the two with "notary key" and "notary delegation": it shows a help page, and ends well
        for (line, words) in [
            ("notary foo", "unknown command \"foo\" for \"notary\""),
            ("notary -s http://x foo", "unknown command \"foo\" for \"notary\""),
            ("notary key foo", "unknown command \"foo\" for \"notary key\""),
            ("notary -Dd /x delegation foo", "unknown command \"foo\" for \"notary delegation\""),
            ("notary list --foo", "unknown flag: --foo"),
            ("notary list --foo=bar", "unknown flag: --foo"),
            ("notary list -x", "unknown shorthand flag: 'x' in -x"),
            ("notary -s", "flag needs an argument: 's' in -s"),
            ("notary list -r", "flag needs an argument: 'r' in -r"),
            ("notary list --roles", "flag needs an argument: --roles"),
            (
                "notary reset -n x a",
                "invalid argument \"x\" for \"-n, --number\" flag: strconv.Atoi: parsing \"x\": invalid syntax",
            ),
            (
                "notary key rotate a targets -l x",
                "invalid argument \"x\" for \"-l, --legacy\" flag: strconv.ParseInt: parsing \"x\": invalid syntax",
            ),
            (
                "notary init --publish=maybe a",
                "invalid argument \"maybe\" for \"-p, --publish\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax",
            ),
        ] {
            assert_eq!(refuse(line).unwrap_err()[0], words, "{line}");
        }
    }

    #[test]
    fn a_slip_is_answered_by_what_was_meant() {
        assert_eq!(refuse("notary lisst").unwrap_err()[1..], ["", "Did you mean this?", "\tlist", ""]);
    }

    #[test]
    fn help_has_cobra_s_form() {
        let help = refuse("notary list --help").unwrap();
        assert!(
            help.contains("\nUsage:\n  notary list [ GUN ] [flags]\n\nArguments:\n")
                && help.contains("\nFlags:\n")
                && help.contains("\n  -r, --roles <ROLES> "),
            "{help}"
        );
        assert!(help.contains("\nGlobal Flags:\n  -c, --configFile <FILE>"), "{help}");
        assert_eq!(refuse("notary help list").unwrap(), help);
        assert!(refuse("notary key").unwrap().contains("\nAvailable Commands:\n  export"));
        assert!(refuse("notary key --help").unwrap().contains("\nUsage:\n  notary key [command]\n"));
    }
}
