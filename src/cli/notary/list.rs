//! `notary list`

use super::flags::{List, TEMPLATE, words};

/// Lists the targets of a trusted collection
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary list [ GUN ] [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Delegation roles to list targets for (will shadow targets role)
    #[arg(short, long, allow_hyphen_values = true, value_parser = words, value_name = "ROLES")]
    pub roles: Vec<List<String>>,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}
