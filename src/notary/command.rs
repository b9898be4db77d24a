//! What a command of notary is: its arguments, with what it may do on the server, what it passes over, and its run.

use crate::{
    compose::{context::Context, wiring::Access},
    term::error::CliError,
};

/// The arguments of a command, which know the rest.
pub(crate) trait NotaryCommand {
    /// What it may do on the server.
    fn access(&self) -> Access {
        Access::Read
    }

    /// What stands behind the last argument that it knows: notary passes over it without a word.
    fn excess(&self) -> &[String] {
        &[]
    }

    /// Runs it.
    fn run(&self, context: &Context<'_>) -> Result<(), CliError>;
}
