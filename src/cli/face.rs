//! One run of `dct`, from the command line to the exit code.

use std::{ffi::OsString, process::ExitCode};

use clap::Parser as _;

use super::{
    args::Arguments,
    error::{CliError, ExitStatus},
    ui::Ui,
    usage::{self, Refusal},
};

/// Runs the program with these arguments, its name first.
#[must_use]
pub fn run(arguments: &[OsString]) -> ExitCode {
    let ui = Ui::standard();
    let result = match Arguments::try_parse_from(arguments) {
        Ok(parsed) => {
            let _ = parsed;
            Ok(())
        }
        Err(error) => refuse(&ui, usage::explain(&error, arguments)),
    };
    let lost = ui.finish().map_err(|error| CliError::new(format!("write standard output: {error}")));
    match result.and(lost) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            ui.error(&error);
            ExitCode::from(error.status().code())
        }
    }
}

fn refuse(ui: &Ui, refusal: Refusal) -> Result<(), CliError> {
    match refusal {
        Refusal::Help(text) => ui.lines(text.lines()),
        Refusal::Guidance(text) => text.lines().for_each(|line| ui.notice(line)),
        Refusal::Error(error) => return Err(error),
    }
    Ok(())
}
