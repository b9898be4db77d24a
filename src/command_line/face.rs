//! A face: a name under which the program is known, with its way to read a command line. Another face is another value.

use std::{ffi::OsString, sync::Arc};

use crate::{
    face::docker_usage::Refusal,
    options::output::OutputFormat,
    term::{
        error::CliError,
        program::Program,
        ui::{Detail, Ui},
    },
};

/// A face of the program. In whose manner it speaks, and whose variables count, its [`Program`] says.
pub(crate) struct Face {
    /// Whether these arguments call it, the program's name first.
    pub(crate) is_called: fn(&[OsString]) -> bool,
    /// Reads what they ask for.
    pub(crate) read: fn(&[OsString]) -> Call,
}

/// What a command line asks for.
pub(crate) enum Call<T = Asked> {
    /// An answer for another program.
    Answer(Vec<String>),
    /// A command, and the name that it was called by.
    Command(Program, Result<T, Refusal>),
}

impl<T> Call<T> {
    /// The same with another form of what is asked for.
    pub(crate) fn map<U>(self, form: impl FnOnce(T) -> U) -> Call<U> {
        match self {
            Self::Answer(lines) => Call::Answer(lines),
            Self::Command(program, asked) => Call::Command(program, asked.map(form)),
        }
    }
}

/// A command that was read, ready to run.
pub(crate) struct Asked {
    /// How much is told.
    pub(crate) detail: Detail,
    /// In which form the answer is wanted.
    pub(crate) format: OutputFormat,
    /// The words of the verb, for a program.
    pub(crate) verb: Option<&'static str>,
    /// Does it.
    pub(crate) run: Box<Work>,
}

/// What a command does, with where it prints.
pub(crate) type Work = dyn FnOnce(&Arc<Ui>) -> Result<(), CliError>;
