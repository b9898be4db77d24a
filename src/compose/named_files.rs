//! Files that a person names: a key comes from one, or goes into one.

use std::{
    ffi::OsStr,
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use crate::term::error::{CliError, without_error_numbers};
use host::{
    keep_from_programs,
    keyfiles::{
        key_out,
        key_source::{self, KeySourceError},
        public_key_out,
    },
};

pub(crate) use host::keyfiles::{key_source::Exposure, public_key_in::read as read_public_key, public_key_out::PublicKeyOut};

/// What stands for standard input, and what before the name of a variable; `./-` and `./env:NAME` are files.
const STANDARD_INPUT: &str = "-";
const VARIABLE: &str = "env:";

/// What was read of a place that a private key is to be loaded from, and who else may read it.
pub(crate) struct KeySource {
    /// Its content.
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    exposure: Exposure,
    place: PathBuf,
}

impl KeySource {
    /// Whether it is a file, or a pipe, that has a name.
    #[must_use]
    pub(crate) fn has_a_path(place: &Path) -> bool {
        place.as_os_str() != STANDARD_INPUT && variable(place).is_none()
    }

    /// Refuses a place that others may read too. The content is judged before: what is no key needs no other mode.
    pub(crate) fn check_exposure(&self) -> Result<(), CliError> {
        let file = self.place.display();
        match self.exposure {
            Exposure::OwnerAlone => Ok(()),
            Exposure::Others => {
                let words = unusable(&self.place, &format!("private key file {file} must not be readable or writable by others"));
                Err(if Self::has_a_path(&self.place) { words.hinted(format!("chmod 600 {file}")) } else { words })
            }
        }
    }
}

/// Reads a place that a private key is to be loaded from: a file, a pipe, `-`, `env:NAME`.
pub(crate) fn read_key_source(place: &Path) -> Result<KeySource, CliError> {
    let (bytes, exposure) = if let Some(name) = variable(place) {
        (read_variable(place, name)?, Exposure::OwnerAlone)
    } else {
        let read = read_named(place).map_err(|error| told(place, error));
        read.map_err(|error| error.prefixed(&format!("refusing to load key from {}: ", place.display())))?
    };
    Ok(KeySource { bytes, exposure, place: place.to_owned() })
}

/// Reads a file or standard input that private keys are to be imported from, and whether others may read it too.
pub(crate) fn read_private_keys(path: &Path) -> Result<(Zeroizing<Vec<u8>>, Exposure), CliError> {
    read_named(path).map_err(|error| match error {
        // notary opens a file at once, where docker asks what it is first
        KeySourceError::Io { action: "stat", path: file, source } => {
            told(path, KeySourceError::Io { action: "open", path: file, source })
        }
        error => told(path, error),
    })
}

fn read_named(path: &Path) -> Result<(Zeroizing<Vec<u8>>, Exposure), KeySourceError> {
    if path.as_os_str() == STANDARD_INPUT { key_source::read_standard_input() } else { key_source::read(path) }
}

fn told(path: &Path, error: KeySourceError) -> CliError {
    let words = CliError::new(error.to_string()).coded("unusable-key-file");
    match error {
        KeySourceError::Folder(folder) => {
            words.hinted(format!("the private key of a client bundle is {}", folder.join("key.pem").display()))
        }
        KeySourceError::NotRegular(_) if path.as_os_str() == STANDARD_INPUT => {
            words.hinted("pipe the key into it: `dct key load - <key.pem`")
        }
        _ => words,
    }
}

fn variable(place: &Path) -> Option<&OsStr> {
    place.as_os_str().as_bytes().strip_prefix(VARIABLE.as_bytes()).map(OsStr::from_bytes)
}

/// A variable's value. No program that is run later finds it.
fn read_variable(place: &Path, name: &OsStr) -> Result<Zeroizing<Vec<u8>>, CliError> {
    // a name of these could not be asked for
    let is_name = !name.is_empty() && !name.as_bytes().iter().any(|byte| matches!(byte, b'=' | 0));
    let value = is_name.then(|| std::env::var_os(name)).flatten();
    let value = value.ok_or_else(|| unusable(place, "the variable is not set"))?;
    keep_from_programs(name);
    Ok(Zeroizing::new(value.into_vec()))
}

fn unusable(place: &Path, reason: &str) -> CliError {
    CliError::new(format!("refusing to load key from {}: {reason}", place.display())).coded("unusable-key-file")
}

/// Writes a key that leaves the store into a new file.
pub(crate) fn write_key(file: &Path, text: &str) -> Result<(), CliError> {
    key_out::write_new(file, text).map_err(|error| CliError::new(without_error_numbers(&error.to_string())).coded("io"))
}

/// The same, in place of a file that is there.
pub(crate) fn write_key_over(file: &Path, text: &str) -> Result<(), CliError> {
    key_out::write_over(file, text).map_err(|error| CliError::new(without_error_numbers(&error.to_string())).coded("io"))
}

/// Whether something has the name that the file of a public key is to have.
#[must_use]
pub(crate) fn is_taken(file: &Path) -> bool {
    public_key_out::is_taken(file)
}

/// Writes a public key, which stays where it is kept in the end.
pub(crate) fn write_public_key(file: &Path, pem: &str) -> std::io::Result<PublicKeyOut> {
    PublicKeyOut::write(file, pem)
}
