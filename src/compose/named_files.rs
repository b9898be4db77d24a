//! Files that a person names: a key comes from one, or goes into one.

use std::path::Path;

use zeroize::Zeroizing;

use crate::term::error::{CliError, without_error_numbers};
use host::keyfiles::{
    key_out,
    key_source::{self, KeySourceError},
    public_key_out,
};

pub(crate) use host::keyfiles::{key_source::Exposure, public_key_in::read as read_public_key, public_key_out::PublicKeyOut};

/// Reads a file that a private key is to be loaded from.
pub(crate) fn read_private_key(path: &Path) -> Result<Zeroizing<Vec<u8>>, CliError> {
    key_source::read(path).map_err(|error| {
        let file = path.display();
        let words = CliError::new(format!("refusing to load key from {file}: {error}")).coded("unusable-key-file");
        match error {
            KeySourceError::OpenToOthers(_) => words.hinted(format!("chmod 600 {file}")),
            _ => words,
        }
    })
}

/// Reads a file that private keys are to be imported from, and whether others may read it too.
pub(crate) fn read_private_keys(path: &Path) -> Result<(Zeroizing<Vec<u8>>, Exposure), CliError> {
    key_source::read_whoever_may(path).map_err(|error| CliError::new(error.to_string()).coded("unusable-key-file"))
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
