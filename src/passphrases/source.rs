//! One source of a passphrase: a place, and the name of the flag or the variable that tells of it.

use std::path::PathBuf;

use zeroize::Zeroizing;

/// Where a passphrase is kept.
#[derive(Clone)]
pub(super) enum Place {
    /// It is this.
    Text(Zeroizing<Vec<u8>>),
    /// A file or a named pipe.
    File(PathBuf),
    /// What a command prints.
    Command(String),
}

/// One place with the name by which a person knows it.
#[derive(Clone)]
pub(crate) struct PassphraseSource {
    /// The flag or the variable.
    pub(super) name: String,
    /// Where it leads to.
    pub(super) place: Place,
}

impl PassphraseSource {
    /// A place that a flag or a variable of this name tells of.
    #[must_use]
    pub(super) fn new(name: impl Into<String>, place: Place) -> Self {
        Self { name: name.into(), place }
    }

    /// How it is told of behind `the passphrase`.
    #[must_use]
    pub(super) fn described(&self) -> String {
        match &self.place {
            Place::Text(_) => format!("in {}", self.name),
            Place::File(path) => format!("in {} ({})", path.display(), self.name),
            Place::Command(_) => format!("of the command in {}", self.name),
        }
    }

    /// Whether it can be read without running a program, which might ask a person.
    #[must_use]
    pub(super) fn is_quiet(&self) -> bool {
        !matches!(self.place, Place::Command(_))
    }
}
