//! `notary status`

use super::flags::TEMPLATE;

/// Displays the unpublished changes of a trusted collection
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary status [ GUN ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}
