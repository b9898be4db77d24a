//! Arguments that are missing, or too many: an error behind which the face shows how the command is used.

use crate::term::error::CliError;

/// The error of a command, such as `delegation add`, whose arguments make no sense.
#[must_use]
pub fn misused(command: &'static str, words: &str) -> CliError {
    CliError::new(words).misusing(command)
}
