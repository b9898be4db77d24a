//! `notary delegation list`

use super::flags::TEMPLATE;

/// Lists the delegations of a trusted collection
#[derive(Debug, clap::Args)]
#[command(name = "list", override_usage = "notary delegation list [ GUN ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}
