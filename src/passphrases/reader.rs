//! The port to the places on this machine that hold passphrases. Composition chooses its end.

use std::path::Path;

use zeroize::Zeroizing;

use super::named_key::NamedKey;

/// Reads places. An error is why a place cannot be used, in words.
pub(crate) trait PassphraseReader: Send + Sync {
    /// Reads a file or a named pipe.
    fn file(&self, path: &Path) -> Result<FilePassphrase, String>;

    /// Reads an open descriptor to its end, and closes it.
    fn descriptor(&self, number: u32) -> Result<Zeroizing<Vec<u8>>, String>;

    /// Runs a command and takes what it prints.
    fn command(&self, line: &str, key: NamedKey<'_>) -> Result<Zeroizing<Vec<u8>>, String>;
}

/// What a file held.
pub(crate) struct FilePassphrase {
    /// The passphrase.
    pub(crate) text: Zeroizing<Vec<u8>>,
    /// What a person should know of the file.
    pub(crate) warning: Option<String>,
}
