//! The key that an argument names by its whole ID.

use crate::term::error::CliError;
use trust::model::key_id::CanonicalKeyId;

/// How many digits an ID has.
const DIGITS: usize = 64;

/// Reads an ID; none where no key can have it.
pub(super) fn key_id(typed: &str) -> Result<Option<CanonicalKeyId>, CliError> {
    if typed.len() != DIGITS {
        return Err(CliError::new(format!("invalid key ID provided: {typed}")));
    }
    Ok(CanonicalKeyId::from_hex(typed))
}
