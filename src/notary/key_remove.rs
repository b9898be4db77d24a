//! `notary key remove`

use super::{
    command::NotaryCommand,
    key_names::{folder_of, own_key},
};
use crate::{
    compose::context::Context,
    face::{notary_events::NotaryNarrator, notary_failure, notary_misuse},
    options::notary::TEMPLATE,
    term::error::CliError,
};
use client::error::OpsError;

/// Removes the key with the given keyID
#[derive(Debug, clap::Args)]
#[command(name = "remove", override_usage = "notary key remove [ keyID ] [flags]", help_template = TEMPLATE)]
pub struct Args {
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

    /// Runs the command. A person who does not want it after all has not failed.
    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        let Some(typed) = &self.id else {
            return Err(notary_misuse::misused("key remove", "must specify the key ID of the key to remove"));
        };
        let id = own_key(typed)?;
        let (ui, narrator) = (context.ui, NotaryNarrator::new(context.ui));
        let session = context.session(&narrator);
        ui.line("");
        let told = |error| notary_failure::told(&OpsError::KeyStore(error));
        let info = id.map(|id| session.key_files.find(id)).transpose().map_err(told)?.flatten();
        let Some(info) = info else {
            ui.line("");
            return Err(CliError::new(format!("No key with ID {typed} found")));
        };
        let whose = format!("{} (role {}) from {}", info.id, info.name, folder_of(&info));
        if context.prompter.is_yes(&format!("Are you sure you want to remove {whose}?  (yes/no)  ")) {
            session.key_files.remove(info.id).map_err(told)?;
            ui.lines(["", &format!("Deleted {whose}."), ""]);
        } else {
            ui.lines(["", "Aborting action.", ""]);
        }
        Ok(())
    }
}
