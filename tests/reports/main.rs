//! What `--output json` prints, against the schema of docs/json.schema.json: every verb, in success and in failure.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a test says aloud what it skips")]

mod answers;
mod failures;
mod schema;
#[path = "../support/peers/mod.rs"]
mod support;

use dct::command_line::args;

/// The words of every verb of the definition, but of notary's face.
fn verbs() -> Vec<String> {
    let words = |command: &clap::Command| -> Vec<String> {
        let name = command.get_name().to_owned();
        let below: Vec<_> = command.get_subcommands().map(|verb| format!("{name} {}", verb.get_name())).collect();
        if below.is_empty() { vec![name] } else { below }
    };
    args::definition().get_subcommands().filter(|verb| verb.get_name() != "notary").flat_map(words).collect()
}

#[test]
fn the_schema_knows_every_verb_and_no_other() {
    let mut verbs: Vec<String> = verbs().iter().map(|verb| format!("answer of {verb}")).collect();
    verbs.sort();
    let mut known: Vec<String> = schema::definitions().into_iter().filter(|name| name.starts_with("answer of ")).collect();
    known.sort();
    assert_eq!(verbs, known);
}
