//! `notary key passwd`

use super::flags::TEMPLATE;
use crate::cli::passphrase_flags::NewPassphraseFlags;

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
