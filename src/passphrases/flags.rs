//! The flags that answer for a person where a passphrase is wanted.

use std::path::PathBuf;

use super::{
    reader::PassphraseReader,
    source::{PassphraseSource, Place},
};
use crate::term::error::{CliError, ExitStatus};
use clap::ValueHint;

/// The flags that answer for a person.
#[derive(Clone, Debug, Default, clap::Args)]
#[allow(clippy::struct_field_names, reason = "a field is named as its flag")]
pub struct PassphraseFlags {
    /// Take passphrases from a file
    #[arg(long, global = true, allow_hyphen_values = true, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Global Options")]
    pub passphrase_file: Option<PathBuf>,

    /// Take passphrases from an open file descriptor
    #[arg(long, global = true, value_name = "FD", help_heading = "Global Options")]
    pub passphrase_fd: Option<u32>,

    /// Take passphrases from what a command prints
    #[arg(long, global = true, allow_hyphen_values = true, value_name = "COMMAND", value_hint = ValueHint::CommandString, help_heading = "Global Options")]
    pub passphrase_command: Option<String>,
}

/// The flags that have the new passphrase of a key that exists.
#[derive(Clone, Debug, Default, clap::Args)]
#[allow(clippy::struct_field_names, reason = "a field is named as its flag")]
pub struct NewPassphraseFlags {
    /// Take the new passphrase from a file
    #[arg(long, allow_hyphen_values = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub new_passphrase_file: Option<PathBuf>,

    /// Take the new passphrase from an open file descriptor
    #[arg(long, value_name = "FD")]
    pub new_passphrase_fd: Option<u32>,

    /// Take the new passphrase from what a command prints
    #[arg(long, allow_hyphen_values = true, value_name = "COMMAND", value_hint = ValueHint::CommandString)]
    pub new_passphrase_command: Option<String>,
}

impl PassphraseFlags {
    /// The name of one that is given.
    #[must_use]
    pub fn given(&self) -> Option<&'static str> {
        match self {
            Self { passphrase_file: Some(_), .. } => Some("--passphrase-file"),
            Self { passphrase_fd: Some(_), .. } => Some("--passphrase-fd"),
            Self { passphrase_command: Some(_), .. } => Some("--passphrase-command"),
            _ => None,
        }
    }

    /// These, or others where none of these is given.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        if self.given().is_some() { self } else { others }
    }

    /// The one that is given. A descriptor is read here and now, before any program is run that could read it too.
    pub(crate) fn source(&self, reader: &dyn PassphraseReader) -> Result<Option<PassphraseSource>, CliError> {
        let flags = ["--passphrase-file", "--passphrase-fd", "--passphrase-command"];
        one_of(flags, self.passphrase_file.as_ref(), self.passphrase_fd, self.passphrase_command.as_ref(), reader)
    }
}

impl NewPassphraseFlags {
    /// The one that is given, as above.
    pub(crate) fn source(&self, reader: &dyn PassphraseReader) -> Result<Option<PassphraseSource>, CliError> {
        let flags = ["--new-passphrase-file", "--new-passphrase-fd", "--new-passphrase-command"];
        one_of(flags, self.new_passphrase_file.as_ref(), self.new_passphrase_fd, self.new_passphrase_command.as_ref(), reader)
    }
}

fn one_of(
    flags: [&str; 3],
    file: Option<&PathBuf>,
    descriptor: Option<u32>,
    command: Option<&String>,
    reader: &dyn PassphraseReader,
) -> Result<Option<PassphraseSource>, CliError> {
    let given = [file.is_some(), descriptor.is_some(), command.is_some()];
    let mut given = flags.into_iter().zip(given).filter_map(|(flag, given)| given.then_some(flag));
    let Some(flag) = given.next() else { return Ok(None) };
    if let Some(other) = given.next() {
        return Err(CliError::new(format!("{flag} and {other} cannot be used together")).with_status(ExitStatus::BadFlag));
    }
    let place = match (file, descriptor, command) {
        (Some(path), ..) => Place::File(path.clone()),
        (_, Some(number), _) => Place::Text(reader.descriptor(number).map_err(|reason| {
            CliError::new(format!("the passphrase of descriptor {number} ({flag}) cannot be used: {reason}")).coded("no-answer")
        })?),
        (.., command) => Place::Command(command.cloned().unwrap_or_default()),
    };
    Ok(Some(PassphraseSource::new(flag, place)))
}
