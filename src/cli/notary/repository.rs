//! The repository that an argument names.

use crate::{cli::error::CliError, tuf::gun::Gun};

/// Takes a GUN as it is typed; Docker's rules for names do not apply. What could leave the trust folder, or its place on the server, is refused.
pub fn repository(typed: &str) -> Result<Gun, CliError> {
    Gun::parse(typed).map_err(|error| CliError::new(error.to_string()))
}
