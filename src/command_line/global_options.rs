//! The options of every verb of `dct`, and the top of its help.

use std::path::PathBuf;

use clap::{Parser, ValueHint, builder::Styles};

use crate::{
    options::{boolean::TEMPLATE, engine::EngineFlags, log_level},
    passphrases::flags::PassphraseFlags,
    term::{error::CliError, ui::Detail},
};

/// Manage trust on container images
#[derive(Debug, Parser)]
#[command(
    name = "dct",
    version,
    override_usage = "dct [OPTIONS] COMMAND",
    after_help = "Run 'dct COMMAND --help' for more information on a command.",
    subcommand_required = true,
    arg_required_else_help = true,
    args_override_self = true,
    disable_help_subcommand = true,
    help_template = TEMPLATE,
    styles = Styles::plain(),
    subcommand_help_heading = "Commands"
)]
pub struct GlobalOptions {
    /// Folder of Docker's configuration and trust data (default: `DOCKER_CONFIG`, or ~/.docker)
    #[arg(long, global = true, allow_hyphen_values = true, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Global Options")]
    pub config: Option<PathBuf>,

    /// Show each request, and the whole of an error
    #[arg(short = 'D', long, global = true, help_heading = "Global Options")]
    pub debug: bool,

    /// How much is told: debug, info, warn, error or fatal
    #[arg(short = 'l', long, global = true, value_name = "LEVEL", help_heading = "Global Options")]
    pub log_level: Option<String>,

    /// What flags of Docker say of its Engine.
    #[arg(skip)]
    pub engine: EngineFlags,

    /// What answers where a passphrase is wanted.
    #[command(flatten)]
    pub passphrases: PassphraseFlags,
}

impl GlobalOptions {
    /// How much is told.
    pub(crate) fn detail(&self) -> Result<Detail, CliError> {
        log_level::detail(self.debug, self.log_level.as_deref())
    }
}
