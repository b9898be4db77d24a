//! Passphrases from where a program may keep them: files, descriptors, and commands.

mod command;
mod descriptor;
mod file;
mod line;

pub use self::{
    command::from_command,
    file::{Opened, from_descriptor, from_file},
    line::PassphraseError,
};
