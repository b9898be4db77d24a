//! The repository that an argument names, and the roles that a flag does.

use crate::{face::peer_words::Worded as _, term::error::CliError};
use trust::model::{gun::Gun, role::RoleName};

/// Takes a GUN as it is typed; Docker's rules for names do not apply. What could leave the trust folder, or its place on the server, is refused.
pub(crate) fn repository(typed: &str) -> Result<Gun, CliError> {
    Gun::parse(typed).map_err(|error| CliError::new(error.to_string()).coded("invalid-repository"))
}

/// Reads the names of roles.
pub(crate) fn roles(typed: &[String]) -> Result<Vec<RoleName>, CliError> {
    typed.iter().map(|name| RoleName::parse(name).map_err(|error| CliError::new(error.worded()).coded("invalid-role"))).collect()
}
