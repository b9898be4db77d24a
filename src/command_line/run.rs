//! One run of the program under any face, from the command line to the exit code.

use std::{ffi::OsString, process::ExitCode, sync::Arc};

use super::{
    dct,
    face::{Asked, Call, Face},
    notary, notary_usage, plugin,
};
use crate::{
    face::docker_usage::Refusal,
    options::output::{self, OutputFormat},
    render::json,
    term::{
        error::CliError,
        peer::Peer,
        program::Program,
        ui::{Detail, Ui},
    },
};

/// The faces. The last one answers to every name.
static FACES: [Face; 3] = [notary::FACE, plugin::FACE, dct::FACE];

/// Runs the program with these arguments, its name first: the name chooses the face.
#[must_use]
pub fn run(arguments: &[OsString]) -> ExitCode {
    let face = FACES.iter().find(|face| (face.is_called)(arguments)).unwrap_or(&dct::FACE);
    match (face.read)(arguments) {
        Call::Answer(lines) => answer(&lines),
        Call::Command(program, asked) => execute(program, asked, arguments),
    }
}

fn answer(lines: &[String]) -> ExitCode {
    let ui = Ui::standard(Detail::Plain);
    ui.lines(lines);
    ui.finish().map_or_else(|lost| ExitCode::from(lost.status().code()), |()| ExitCode::SUCCESS)
}

fn execute(program: Program, asked: Result<Asked, Refusal>, line: &[OsString]) -> ExitCode {
    let (detail, format) = match &asked {
        Ok(asked) => (asked.detail, asked.format),
        Err(_) if program.peer() == Peer::Notary => (Detail::default(), OutputFormat::Text),
        Err(_) => (Detail::default(), output::asked_for(line)),
    };
    let ui = Ui::standard(detail).called(program);
    let ui = Arc::new(if format == OutputFormat::Json { ui.for_program() } else { ui });
    let verb = asked.as_ref().ok().and_then(|asked| asked.verb);
    let result = match asked {
        Ok(asked) => (asked.run)(&ui),
        Err(refusal) => refuse(&ui, refusal),
    };
    match result.and(ui.finish()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&ui, verb, &error),
    }
}

fn refuse(ui: &Ui, refusal: Refusal) -> Result<(), CliError> {
    match refusal {
        Refusal::Help(text) => ui.lines(text.lines()),
        Refusal::Guidance(text) => {
            for line in text.lines() {
                ui.notice(line);
            }
        }
        Refusal::Error(error) => return Err(error),
    }
    Ok(())
}

fn fail(ui: &Ui, verb: Option<&'static str>, error: &CliError) -> ExitCode {
    if let Some(command) = error.misused() {
        notary_usage::show(ui, command);
    }
    ui.error(error);
    let code = error.status().code();
    tell_program(ui, verb, code);
    // under notary's name the error is an answer, which nobody may be left to read
    let _ = ui.finish();
    ExitCode::from(code)
}

/// The failures of a command for a program, a line each, with the warnings that no report had.
fn tell_program(ui: &Ui, verb: Option<&str>, exit_code: u8) {
    let (errors, warnings) = (ui.take_errors(), ui.take_warnings());
    for (number, error) in errors.iter().enumerate() {
        let warnings = if number + 1 == errors.len() { warnings.as_slice() } else { &[] };
        ui.document_aside(&json::failure(verb, error, exit_code, warnings));
    }
}
