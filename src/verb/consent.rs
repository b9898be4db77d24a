//! A person's consent to what cannot be taken back, where no flag has given it.

use std::io;

use crate::{
    compose::context::Context,
    term::error::{CliError, os_words},
};

/// What is said where there is no consent.
pub(crate) struct Without {
    /// How things are then, such as `the key was not removed`.
    pub(crate) left: &'static str,
    /// Which flag gives it unasked, such as `--yes removes`.
    pub(crate) flag: &'static str,
}

/// Asks for a `y`. Anything else is an error, and so is nobody to be asked.
pub(crate) fn to(question: &str, without: &Without, context: &Context<'_>) -> Result<(), CliError> {
    if answer(question, without, context)?.eq_ignore_ascii_case("y") { Ok(()) } else { Err(declined(without)) }
}

/// Asks for an answer that is the consent.
pub(crate) fn answer(question: &str, without: &Without, context: &Context<'_>) -> Result<String, CliError> {
    context.prompter.answer(question).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => CliError::new(format!("{}: nobody answered", without.left))
            .coded("no-answer")
            .hinted(format!("{} without asking", without.flag)),
        _ => CliError::new(format!("standard input: {}", os_words(&error))).coded("io"),
    })
}

/// The person does not want it.
pub(crate) fn declined(without: &Without) -> CliError {
    CliError::new(without.left).coded("declined")
}
