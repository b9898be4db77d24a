//! `notary add`

use std::path::PathBuf;

use clap::ValueHint;

use super::{command::NotaryCommand, new_target::NewTargetArgs, target_file};
use crate::{
    compose::{context::Context, wiring::Access},
    face::notary_misuse,
    options::{
        notary::{TEMPLATE, path},
        notary_names::repository,
    },
    term::error::CliError,
};
use trust::{edit::change::Change, model::targets::Target};

/// Adds the file as a target to the trusted collection, to be published later
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary add [ GUN ] <target> <file> [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// What is added, and to what.
    #[command(flatten)]
    pub new: NewTargetArgs,

    /// File to add
    #[arg(value_name = "FILE", value_parser = path(), value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}

impl NotaryCommand for Args {
    fn access(&self) -> Access {
        Access::Write
    }

    fn excess(&self) -> &[String] {
        &self.excess
    }

    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        let (Some(gun), Some(name), Some(file)) = (&self.new.gun, &self.new.target, &self.file) else {
            return Err(notary_misuse::misused("add", "Must specify a GUN, target, and path to target data"));
        };
        let gun = repository(gun)?;
        let custom = self.new.custom()?;
        let target = Target { meta: target_file::measure(file).map_err(CliError::new)?, custom };
        let addition = |role| Change::AddTarget { role, name: name.clone(), target: target.clone() };
        self.new.stage(context, &gun, addition, |ui| {
            ui.line(&format!("Addition of target \"{name}\" to repository \"{gun}\" staged for next publish."));
        })
    }
}
