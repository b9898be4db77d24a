//! The library's failures in notary's words.

use crate::{
    cli::{error::CliError, failure},
    ops::{error::OpsError, ports::RemoteError},
};

/// A failure of a command.
#[must_use]
pub fn told(error: &OpsError) -> CliError {
    match error {
        // notary says no more than this where its first question to the server went unanswered
        OpsError::Remote(RemoteError::Unreachable { .. } | RemoteError::Tls { .. }) => failure::behind("client is offline", error),
        _ => failure::plain(error),
    }
}
