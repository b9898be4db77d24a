//! A page a command, by `clap_mangen`, with what the definition does not know: environment, files, exit status.

use std::{collections::BTreeMap, fs, path::Path};

use clap_mangen::{
    Man,
    roff::{Inline, Roff, bold, roman},
};
use dct::command_line::{args, notary_args as notary};

use crate::examples::{self, Example};

const EXIT_STATUS: [(&str, &str); 3] =
    [("0", "Success."), ("1", "The command failed."), ("125", "A flag is not known, or its value has no meaning.")];

/// Of the verbs that judge an image.
const VERDICTS: [(&str, &str); 8] = [
    ("10", "Nobody who counts has signed it."),
    ("11", "The registry does not have it."),
    ("13", "Another content is signed than the one that was named."),
    ("14", "It has expired."),
    ("15", "What came was tampered with, or is older than what was seen here before."),
    ("16", "The root is not one that is trusted here."),
    ("20", "There was no answer."),
    ("21", "The login does not do."),
];

/// Of `dct sandbox`, whose exit code is that of its command.
const EXIT_STATUS_OF_SANDBOX: [(&str, &str); 6] = [
    ("0", "It served until it was interrupted, or its command succeeded."),
    ("1", "The sandbox cannot start."),
    ("125", "A flag is not known, or its value has no meaning."),
    ("126", "The command cannot be run."),
    ("127", "There is no such command."),
    ("any other", "The command's own; 128 and the signal's number where a signal ended it. It may end with those above, too."),
];

const FILES: [(&str, &str); 6] = [
    (
        "~/.docker/trust/private",
        "Private keys, one encrypted file each. `--config` and `DOCKER_CONFIG` name another folder than ~/.docker.",
    ),
    ("~/.docker/trust/tuf", "Trust data of repositories."),
    ("~/.docker/config.json", "Logins and credential helpers, as `docker login` leaves them."),
    ("~/.docker/tls/HOST", "Certificate authorities (*.crt) and client certificates (*.cert, *.key) for a server."),
    ("/etc/docker/certs.d/HOST", "The same, for all who use the machine."),
    ("~/.config/dct/config.toml", "Settings: servers, authorities, pins and time limits."),
];

const PASSPHRASES: [&str; 3] =
    ["DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE", "DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE", "DCT_PASSPHRASE"];
const ENGINE: [&str; 3] = ["DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_API_VERSION"];
const SERVER: [&str; 2] = ["DOCKER_CONTENT_TRUST_SERVER", "HTTPS_PROXY"];

/// What `dct expiry` ends with besides.
const EXPIRY_STATUS: [(&str, &str); 2] =
    [("3", "Something expires within the time that was asked for."), ("4", "Something has expired, or cannot be verified.")];

/// Further names of the program, and the pages that theirs lead to.
const OTHER_NAMES: [(&str, &str); 2] = [("docker-trust", "dct"), ("notary", "dct-notary")];

/// All pages by the names of their files.
pub(crate) fn pages() -> BTreeMap<String, String> {
    let mut root = args::definition();
    root.build();
    let commands = all(&root);
    let names: Vec<&str> = commands.iter().map(|command| name(command)).collect();
    let mut pages: BTreeMap<String, String> =
        commands.iter().map(|command| (format!("{}.1", name(command)), page(command, &root, &names))).collect();
    pages.extend(OTHER_NAMES.map(|(other, page)| (format!("{other}.1"), format!(".so man1/{page}.1\n"))));
    pages
}

fn all(command: &clap::Command) -> Vec<&clap::Command> {
    let below = command.get_subcommands().filter(|below| !below.is_hide_set()).flat_map(all);
    std::iter::once(command).chain(below).collect()
}

/// Such as `dct-key-load`.
fn name(command: &clap::Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &clap::Command, root: &clap::Command, names: &[&str]) -> String {
    let man = Man::new(command.clone());
    let mut out = Vec::new();
    man.render_name_section(&mut out).unwrap();
    man.render_synopsis_section(&mut out).unwrap();
    man.render_description_section(&mut out).unwrap();
    if command.has_subcommands() {
        man.render_subcommands_section(&mut out).unwrap();
    }
    man.render_options_section(&mut out).unwrap();
    let mut roff = Roff::new();
    if name(command) == "dct-notary" {
        notary_commands(&mut roff);
    }
    let is_root = name(command) == name(root);
    if is_root || !command.has_subcommands() {
        let statuses: Vec<_> = match name(command) {
            "dct-sandbox" => EXIT_STATUS_OF_SANDBOX.to_vec(),
            "dct-resolve" => EXIT_STATUS.iter().chain(&VERDICTS).copied().collect(),
            "dct-expiry" => EXIT_STATUS.iter().chain(&EXPIRY_STATUS).copied().collect(),
            _ => EXIT_STATUS.to_vec(),
        };
        section(&mut roff, "EXIT STATUS", statuses);
    }
    let variables = environment();
    let variables = variables.iter().map(|(name, meaning)| (name.as_str(), meaning.as_str()));
    section(&mut roff, "ENVIRONMENT", variables.filter(|(variable, _)| matters(name(command), variable)));
    if is_root {
        section(&mut roff, "FILES", FILES);
    }
    let examples = if is_root { first_of_each(root) } else { examples::of(command) };
    show(&mut roff, &examples);
    roff.control("SH", ["SEE ALSO"]);
    let others: Vec<&str> = names.iter().copied().filter(|other| *other != name(command)).collect();
    roff.text(
        others
            .iter()
            .enumerate()
            .flat_map(|(at, other)| [roman(if at > 0 { ", " } else { "" }), bold(*other), roman("(1)")])
            .collect::<Vec<_>>(),
    );
    roff.to_writer(&mut out).unwrap();
    // without a date, which would change by itself
    let title = format!(".TH {} 1 \"\" \"dct {}\" \"Container image trust\"\n", name(command), root.get_version().unwrap());
    let sections =
        String::from_utf8(out).unwrap().replace(".SH Commands\n", ".SH COMMANDS\n").replace(".SH SUBCOMMANDS\n", ".SH COMMANDS\n");
    APOSTROPHE.to_owned() + &title + &sections.replace(APOSTROPHE, "").replace('~', "\\(ti").replace('`', "\\(ga")
}

/// The commands that stand behind `dct notary`, each with its own flags, and the flags of all.
fn notary_commands(roff: &mut Roff) {
    let mut root = notary::definition("dct notary");
    root.build();
    let all_of =
        |command: &clap::Command| all(command).into_iter().filter(|below| !below.has_subcommands()).cloned().collect::<Vec<_>>();
    let flags = |roff: &mut Roff, command: &clap::Command, global: bool| {
        for flag in command
            .get_arguments()
            .filter(|flag| !flag.is_positional() && flag.is_global_set() == global && flag.get_id() != "help")
        {
            let names = [flag.get_short().map(|short| format!("-{short}")), flag.get_long().map(|long| format!("--{long}"))];
            roff.control("TP", []);
            roff.text([bold(names.into_iter().flatten().collect::<Vec<_>>().join(", "))]);
            roff.text([roman(flag.get_help().map(ToString::to_string).unwrap_or_default())]);
        }
    };
    roff.control("SH", ["COMMANDS"]);
    for command in all_of(&root).into_iter().filter(|command| command.get_name() != "help") {
        let usage = command.clone().render_usage().to_string();
        roff.control("SS", [usage.trim_start_matches("Usage: ").trim_start_matches("dct notary ")]);
        roff.text([roman(command.get_about().map(ToString::to_string).unwrap_or_default() + ".")]);
        flags(roff, &command, false);
    }
    roff.control("SH", ["FLAGS OF EVERY COMMAND"]);
    flags(roff, &root, true);
    section(
        roff,
        "VARIABLES OF NOTARY",
        [
            (
                "NOTARY_ROOT_PASSPHRASE, NOTARY_TARGETS_PASSPHRASE, NOTARY_SNAPSHOT_PASSPHRASE",
                "The passphrases of keys of these roles.",
            ),
            ("NOTARY_DELEGATION_PASSPHRASE", "The passphrase of all other keys."),
            ("NOTARY_AUTH", "The base64 of NAME:PASSWORD, for the server."),
        ],
    );
    section(
        roff,
        "FILES OF NOTARY",
        [
            (
                "~/.notary/config.json",
                "The configuration; `-c` names another file, in JSON, YAML or TOML. docs/notary.md has its keys.",
            ),
            ("~/.notary", "Keys and trust data; `-d`, or trust_dir in the configuration, names another folder."),
        ],
    );
}

/// Lets an apostrophe be one, also in what is typed. It stands before each section that is rendered, and a page needs it once.
const APOSTROPHE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// Whether a command looks at a variable.
fn matters(command: &str, variable: &str) -> bool {
    let asks = PASSPHRASES.iter().any(|name| variable.contains(name));
    let connects = SERVER.iter().any(|name| variable.contains(name));
    let engine = ENGINE.iter().any(|name| variable.contains(name));
    match command {
        "dct" => true,
        "dct-key-generate" | "dct-key-load" | "dct-key-show" | "dct-key-export" | "dct-key-passwd" => {
            asks || variable == "DOCKER_CONFIG"
        }
        "dct-key-list" | "dct-key-remove" => variable == "DOCKER_CONFIG",
        "dct-sign" => asks || connects || engine || variable == "DOCKER_CONFIG" || variable == "DCT_SIGN_FROM",
        "dct-push" => asks || connects || engine || variable == "DOCKER_CONFIG",
        "dct-pull" => connects || engine || variable == "DOCKER_CONFIG",
        "dct-signer-add" | "dct-signer-remove" | "dct-revoke" | "dct-renew" => asks || connects || variable == "DOCKER_CONFIG",
        "dct-expiry" | "dct-inspect" | "dct-resolve" | "dct-whoami" | "dct-delete" => connects || variable == "DOCKER_CONFIG",
        _ => false,
    }
}

/// The variables and their meaning, from the one table where they stand.
fn environment() -> Vec<(String, String)> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md")).unwrap();
    let table = text.split_once("## Variables").expect("a section of variables").1.split_once("\n## ").unwrap().0;
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once(" | "));
    rows.map(|(names, meaning)| (names.replace('`', ""), meaning.to_owned())).collect()
}

fn section<'a>(roff: &mut Roff, heading: &str, items: impl IntoIterator<Item = (&'a str, &'a str)>) {
    for (at, (term, text)) in items.into_iter().enumerate() {
        if at == 0 {
            roff.control("SH", [heading]);
        }
        roff.control("TP", []);
        roff.text([bold(term)]);
        roff.text(marked(text));
    }
}

/// What stands between backticks is in bold.
fn marked(text: &str) -> Vec<Inline> {
    text.split('`').enumerate().map(|(at, part)| if at % 2 == 1 { bold(part) } else { roman(part) }).collect()
}

/// The first example of each verb: in the order of the verbs they are a story.
fn first_of_each(root: &clap::Command) -> Vec<Example> {
    all(root).into_iter().filter_map(|command| examples::of(command).into_iter().next()).collect()
}

fn show(roff: &mut Roff, examples: &[Example]) {
    if examples.is_empty() {
        return;
    }
    roff.control("SH", ["EXAMPLES"]);
    for (at, example) in examples.iter().enumerate() {
        if !example.why.is_empty() {
            if at > 0 {
                roff.control("PP", []);
            }
            roff.text([roman(&example.why)]);
        }
        roff.control("PP", []);
        roff.control("RS", ["4"]);
        roff.control("nf", []);
        for line in &example.commands {
            roff.text([roman(line)]);
        }
        roff.control("fi", []);
        roff.control("RE", []);
    }
}
