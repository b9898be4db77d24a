//! What a shell may offer while a command is typed.
//!
//! The scripts in `completions/` know nothing themselves: they run `DCT_COMPLETE=1 dct -- WORD…` with the words after the program's name, the last one
//! as far as the cursor, and are answered a line a candidate: the word, a tab, and what it means. Verbs and flags come from the definition
//! that also parses the command line; values by the name of the argument's value, so that a new verb's arguments complete by themselves.
//! Nothing here reaches a server, asks, warns or writes, and a name that a shell would read as more than a name is not offered.
//!
//! The scripts that `clap_complete` makes are not used: the one for PowerShell evaluates what was typed so far, bash's cuts the name of an image at its
//! colon, and zsh's does nothing the first time.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};

use super::{args, notary_args as notary};
use crate::{compose::wiring::CompletionNames, options::output::FORMATS, verb::completion::shells};
use client::safe_text;

/// The variable by which a shell asks. Its value is the version of what is said between the two.
pub const VARIABLE: &str = "DCT_COMPLETE";
const VERSION: &str = "1";

/// The lines that answer a shell; none where it is no shell that asks.
#[must_use]
pub fn answer(arguments: &[OsString]) -> Option<Vec<String>> {
    let asked = std::env::var_os(VARIABLE).is_some_and(|version| version == VERSION);
    let words =
        arguments.get(2..).filter(|words| asked && !words.is_empty() && arguments.get(1).is_some_and(|dashes| dashes == "--"))?;
    Some(offered(definition(), words))
}

/// The definition of `dct`, with notary's commands where a command line has them as mere words.
#[must_use]
pub fn definition() -> Command {
    // a flag of dct that stands before `notary` alone: its letter is another flag's there
    let level = Arg::new("log_level").long("log-level").hide(true);
    let below = notary::definition("dct notary").name(notary::NAME).disable_help_subcommand(true).arg(level);
    args::definition().mut_subcommand(notary::NAME, |_| below)
}

/// What this machine has to offer for the last of these words of a command, a line a candidate: the word, a tab, and what it means.
#[must_use]
pub fn offered(command: Command, words: &[OsString]) -> Vec<String> {
    candidates(command, words, CompletionNames::new(config_dir(words).as_deref()))
}

fn candidates(mut command: Command, words: &[OsString], known: Option<CompletionNames>) -> Vec<String> {
    command.build();
    let before = words.len().checked_sub(2).and_then(|at| words.get(at)?.to_str()).unwrap_or_default();
    let mut command = with_values(command, &Arc::new(Known { names: known, before: before.to_owned() }));
    let line: Vec<OsString> = std::iter::once(OsString::from(command.get_name())).chain(words.iter().cloned()).collect();
    let found = complete(&mut command, line, words.len(), std::env::current_dir().ok().as_deref()).unwrap_or_default();
    let values: Vec<_> = found.iter().filter(|candidate| !is_flag(candidate)).collect();
    // flags are offered to the one who begins to type one, or where there is nothing else
    let typed_flag = words.last().is_some_and(|word| word.as_encoded_bytes().starts_with(b"-"));
    let offered = if typed_flag || values.is_empty() { found.iter().collect() } else { values };
    offered.into_iter().filter_map(line_of).collect()
}

fn is_flag(candidate: &CompletionCandidate) -> bool {
    candidate.get_value().as_encoded_bytes().starts_with(b"-")
}

/// None where a word would act on a terminal, or end the line.
fn line_of(candidate: &CompletionCandidate) -> Option<String> {
    let word = candidate.get_value().to_str().filter(|word| safe_text::field(word) == *word)?;
    let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
    Some(match help.lines().next() {
        Some(help) => format!("{word}\t{}", safe_text::field(help)),
        None => word.to_owned(),
    })
}

/// Lets the arguments of a command, and of those below it, complete by the names of their values.
fn with_values(command: Command, known: &Arc<Known>) -> Command {
    let command = command.mut_subcommands(|below| with_values(below, known));
    command.mut_args(|arg| match kind(&arg) {
        Some(kind) => {
            let known = Arc::clone(known);
            arg.add(ArgValueCompleter::new(move |typed: &OsStr| values(kind, typed, &known)))
        }
        None => arg,
    })
}

/// What answers for a value.
struct Known {
    names: Option<CompletionNames>,
    /// The word before the one that is typed.
    before: String,
}

#[derive(Clone, Copy)]
enum Kind {
    /// A form of an answer.
    Format,
    /// A role of a repository.
    Role,
    /// A shell that there is a script for.
    Shell,
    /// A name that is signed in the repository before it.
    Target,
    /// A repository without a tag.
    Repository,
    /// A repository, or one of its tags.
    Image,
    /// A tag of a repository.
    TaggedImage,
    /// A signer, or a key's.
    Name,
    /// A key on this machine, by its name or its ID.
    Key,
}

fn kind(arg: &Arg) -> Option<Kind> {
    match arg.get_value_names()?.first()?.as_str() {
        "REPOSITORY" => Some(Kind::Repository),
        "IMAGE[:TAG]" => Some(Kind::Image),
        "IMAGE:TAG" => Some(Kind::TaggedImage),
        "NAME" => Some(Kind::Name),
        "KEY" => Some(Kind::Key),
        "FORMAT" => Some(Kind::Format),
        "ROLE" => Some(Kind::Role),
        "SHELL" => Some(Kind::Shell),
        "TARGET" => Some(Kind::Target),
        _ => None,
    }
}

fn values(kind: Kind, typed: &OsStr, known: &Known) -> Vec<CompletionCandidate> {
    let Known { names: Some(known), before } = known else { return Vec::new() };
    let Some(typed) = typed.to_str() else { return Vec::new() };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let names = match kind {
        Kind::Format => words(&FORMATS.map(|(name, _)| name)),
        Kind::Role => roles(known),
        Kind::Shell => words(&shells()),
        Kind::Target => known.tags(before),
        Kind::Repository => known.repositories(),
        // Docker's signers have no further roles below them
        Kind::Name => known.signers().into_iter().filter(|name| !name.contains('/')).collect(),
        Kind::Key => keys(typed, known),
        Kind::Image | Kind::TaggedImage => images(typed, matches!(kind, Kind::Image), known),
    };
    names.into_iter().filter(|name| is_plain(name) && name.starts_with(typed)).map(CompletionCandidate::new).collect()
}

/// The roles that every repository has, and those of the signers that are known here.
fn roles(known: &CompletionNames) -> Vec<String> {
    let signers = known.signers().into_iter().filter(|name| name != "releases").map(|name| format!("targets/{name}"));
    ["root", "targets", "snapshot", "timestamp", "targets/releases"].map(str::to_owned).into_iter().chain(signers).collect()
}

/// Names that one key has, and IDs: of keys that share their name, and of all once something is typed.
fn keys(typed: &str, known: &CompletionNames) -> Vec<String> {
    let keys = known.keys();
    let is_shared = |name: &str| keys.iter().filter(|(_, other)| other == name).count() > 1;
    let ids = keys.iter().filter(|(_, name)| !typed.is_empty() || is_shared(name)).map(|(id, _)| id.clone());
    let names = keys.iter().map(|(_, name)| name.clone()).filter(|name| !is_shared(name));
    names.chain(ids).collect()
}

/// Repositories, and the tags of the one that is typed in full with its colon.
fn images(typed: &str, untagged: bool, known: &CompletionNames) -> Vec<String> {
    let repository = typed.rsplit_once(':').map(|(repository, _)| repository);
    let mut images: Vec<String> = known.repositories().into_iter().map(|name| if untagged { name } else { name + ":" }).collect();
    if let Some(repository) = repository.filter(|name| !name.is_empty()) {
        images.extend(known.tags(repository).iter().map(|tag| format!("{repository}:{tag}")));
        // that is typed already
        images.retain(|image| *image != format!("{repository}:"));
    }
    images
}

/// Whether a name is no more than a name to every shell.
fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/' | b':'))
}

/// The folder that `--config` names among the words, as it was typed: the shell has not expanded the `~` yet.
fn config_dir(words: &[OsString]) -> Option<PathBuf> {
    let (_, before) = words.split_last()?;
    let named = before.iter().enumerate().rev().find_map(|(at, word)| {
        let word = word.to_str()?;
        if word == "--config" { before.get(at + 1).cloned() } else { word.strip_prefix("--config=").map(OsString::from) }
    })?;
    let named = PathBuf::from(named);
    match named.strip_prefix("~") {
        Ok(below) => dirs::home_dir().map(|home| home.join(below)),
        Err(_) => Some(named),
    }
    .filter(|folder| folder != Path::new(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(words: &[&str]) -> Vec<String> {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        candidates(args::definition(), &words, None).iter().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn verbs_come_from_the_definition() {
        let verbs: Vec<_> = args::definition().get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
        assert_eq!(offered(&[""]), verbs);
        assert_eq!(offered(&["si"]), ["signer", "sign"]);
        assert!(offered(&["key", ""]).contains(&"load".to_owned()));
        assert_eq!(offered(&["--config", "/x", "signer", "a"]), ["add"]);
    }

    #[test]
    fn flags_are_offered_to_the_one_who_begins_to_type_one() {
        let flags = offered(&["inspect", "--"]);
        assert_eq!(flags[..4], ["--pretty", "--output", "--help", "--config"]);
        assert_eq!(flags[4..], ["--debug", "--log-level"], "it opens no key");
        assert!(offered(&["sign", "--"]).contains(&"--passphrase-file".to_owned()));
        assert_eq!(offered(&["delete", "--r"]), ["--remote"]);
        let below = candidates(definition(), &["notary", "key", "rotate", "--l"].map(OsString::from), None);
        assert!(below.len() == 1 && below[0].starts_with("--legacy"), "{below:?}");
        assert!(offered(&["key", "--"]).contains(&"--config".to_owned()));
        assert!(offered(&["key", "load", ""]).iter().all(|word| !word.starts_with('-')));
    }

    #[test]
    fn words_that_are_nothing_here_are_answered_with_nothing() {
        for words in [&["nonsense", "x"][..], &["sign", "--nope", "--x"], &["--config"], &["\u{1b}"], &["sign", "a", "b", "c"]] {
            let _ = offered(words);
        }
        assert!(
            candidates(args::definition(), &[OsString::from("sign"), std::os::unix::ffi::OsStringExt::from_vec(vec![0xff])], None)
                .is_empty()
        );
    }

    #[test]
    fn a_name_that_a_shell_would_read_is_not_offered() {
        for name in ["$(reboot)", "a b", "-rf", "a;b", "`x`", "a'b", "~", "a*", "é", ""] {
            assert!(!is_plain(name), "{name}");
        }
        assert!(is_plain("localhost:5000/prod/nginx:v1.2-rc_3"));
    }

    #[test]
    fn the_folder_of_the_flag_is_found() {
        let dir = |words: &[&str]| config_dir(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(dir(&["--config", "/x", "sign", ""]), Some("/x".into()));
        assert_eq!(dir(&["sign", "--config=/y", ""]), Some("/y".into()));
        assert_eq!(dir(&["sign", "--config", "/typing"]), None);
        assert_eq!(dir(&["sign", "~"]), None);
    }
}
