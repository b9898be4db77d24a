//! The flags that `docker push` and `docker pull` share, and that people have in their scripts.

use crate::{
    options::boolean::go_bool,
    term::error::{CliError, ExitStatus},
};

/// Flags of push and pull.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct TransferFlags {
    /// Taken where it is false, as it is here: docker's flag to do without signatures
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide = true, value_name = "BOOL")]
    disable_content_trust: bool,

    /// Do not show how far it is
    #[arg(short = 'q', long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = go_bool, hide_default_value = true, value_name = "BOOL")]
    pub(crate) quiet: bool,
}

impl TransferFlags {
    /// Refuses to do without signatures: that is docker's own command, `docker push` or `docker pull`.
    pub(crate) fn check(self, docker: &str) -> Result<(), CliError> {
        if !self.disable_content_trust {
            return Ok(());
        }
        let cause = "--disable-content-trust: this command has no other way than with signatures";
        Err(CliError::new(cause).with_status(ExitStatus::BadFlag).hinted(format!("`{docker}` does without")))
    }
}
