//! `notary lookup`

use super::flags::TEMPLATE;

/// Looks up a target in a trusted collection
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary lookup [ GUN ] <target> [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// Name of the target
    #[arg(value_name = "TARGET")]
    pub target: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}
