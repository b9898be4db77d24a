//! `notary key passwd`

use super::{command::NotaryCommand, key_names::own_key};
use crate::{
    compose::context::Context,
    face::{notary_events::NotaryNarrator, notary_failure, notary_misuse, peer_words::Worded as _},
    options::notary::TEMPLATE,
    passphrases::flags::NewPassphraseFlags,
    term::error::CliError,
};
use client::{error::OpsError, keys::change_passphrase, ports::DecisionError};

/// Changes the passphrase for the key with the given keyID
#[derive(Debug, clap::Args)]
#[command(name = "passwd", override_usage = "notary key passwd [ keyID ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Where the new passphrase is.
    #[command(flatten)]
    pub new: NewPassphraseFlags,

    /// ID of the key
    #[arg(value_name = "KEYID")]
    pub id: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}

impl NotaryCommand for Args {
    fn excess(&self) -> &[String] {
        &self.excess
    }

    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        let Some(typed) = &self.id else {
            return Err(notary_misuse::misused("key passwd", "must specify the key ID of the key to change the passphrase of"));
        };
        let unknown = || CliError::new(format!("could not retrieve local key for key ID provided: {typed}"));
        let id = own_key(typed)?.ok_or_else(unknown)?;
        let narrator = NotaryNarrator::new(context.ui);
        let session = context.session(&narrator);
        let info =
            session.key_files.find(id).map_err(|error| notary_failure::told(&OpsError::KeyStore(error)))?.ok_or_else(unknown)?;
        change_passphrase::change_passphrase(&session, &info).map_err(|error| match &error {
            // notary does not say that it is the passphrase
            OpsError::Decision(DecisionError::AttemptsExceeded) => unknown().because(error.worded()),
            _ => notary_failure::told(&error),
        })?;
        context.ui.lines(["", &format!("Successfully updated passphrase for key ID: {typed}")]);
        Ok(())
    }
}
