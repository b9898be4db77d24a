//! `notary key remove`

use super::flags::TEMPLATE;

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
