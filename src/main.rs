//! Chooses a face, runs it, exits with its code.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    dct::command_line::run::run(&arguments)
}
