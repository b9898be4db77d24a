//! The file that `--key` names: a signer's certificate or public key.

use std::path::Path;

use jiff::Timestamp;

use crate::{
    compose::named_files::read_public_key,
    face::peer_words::Worded as _,
    term::error::{CliError, os_words},
};
use trust::{
    crypto::public_key_file::{self, PublicKeyFile, PublicKeyFileError},
    model::key::Key,
};

/// Reads the key in a file. A certificate must be valid at `now`.
pub(super) fn read(path: &Path, now: Timestamp) -> Result<Key, CliError> {
    let shown = path.display();
    let bytes = read_public_key(path).map_err(|(action, error)| {
        CliError::new(format!("unable to read public key from file: {action} {shown}: {}", os_words(&error))).coded("io")
    })?;
    parse(&bytes, now).map_err(|error| error.prefixed(&format!("could not parse public key from file: {shown}: ")))
}

fn parse(bytes: &[u8], now: Timestamp) -> Result<Key, CliError> {
    let file = public_key_file::parse(bytes, now).map_err(|error| {
        let words = CliError::new(error.worded()).coded("bad-public-key");
        match error {
            PublicKeyFileError::BlockType(label) if label.ends_with("PRIVATE KEY") => {
                words.hinted("this is a private key: `dct key load` takes it, and --key its certificate or public key")
            }
            _ => words,
        }
    })?;
    match file {
        PublicKeyFile::Certificate(certificate) => Key::from_certificates(certificate.to_pem().as_bytes()),
        PublicKeyFile::Spki(spki) => Key::from_spki(&spki),
    }
    .map_err(|error| CliError::new(error.to_string()).coded("bad-public-key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(bytes: &[u8]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, bytes).unwrap();
        let error = read(&path, Timestamp::UNIX_EPOCH).unwrap_err();
        error.message().iter().map(|line| line.replace(&path.display().to_string(), "FILE")).collect()
    }

    #[test]
    fn a_file_that_holds_no_public_key_is_told_as_docker_tells_it() {
        assert_eq!(words(b"junk"), ["could not parse public key from file: FILE: no valid public key found"]);
        assert_eq!(
            words(b"-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"),
            [
                "could not parse public key from file: FILE: unsupported PEM block type \"EC PRIVATE KEY\", expected CERTIFICATE or PUBLIC KEY"
            ]
        );
        for label in ["CERTIFICATE", "PUBLIC KEY"] {
            let lines = words(format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n").as_bytes());
            assert!(lines[0].starts_with("could not parse public key from file: FILE: "), "{lines:?}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_in_gos_words() {
        let error = read(Path::new("/nonexistent/key.pem"), Timestamp::UNIX_EPOCH).unwrap_err();
        assert_eq!(error.message(), ["unable to read public key from file: open /nonexistent/key.pem: no such file or directory"]);
        let error = read(Path::new("/"), Timestamp::UNIX_EPOCH).unwrap_err();
        assert_eq!(error.message(), ["unable to read public key from file: read /: is a directory"]);
    }
}
