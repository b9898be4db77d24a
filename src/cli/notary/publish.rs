//! `notary publish`

use super::flags::TEMPLATE;

/// Publishes the staged changes of a trusted collection
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary publish [ GUN ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}
