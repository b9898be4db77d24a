//! `notary key list`

use super::flags::TEMPLATE;

/// Lists the keys on this machine
#[derive(Debug, clap::Args)]
#[command(name = "list", override_usage = "notary key list [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}
