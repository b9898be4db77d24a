//! The file that `--key` names: a signer's certificate or public key.

use std::path::Path;

use jiff::Timestamp;

use crate::{
    compose::named_files::read_public_key,
    face::{peer_words::Worded as _, public_key_words},
    term::{
        error::{CliError, os_words},
        ui::Ui,
    },
};
use trust::{
    crypto::public_key_file::{self, InDoubt},
    model::key::{Key, KeyError},
};

/// Reads the key in a file. A certificate must be valid at `now`. Under a name of Docker's what stands first is taken where the file leaves open whose
/// key is meant, since scripts rely on it.
pub(super) fn read(path: &Path, now: Timestamp, ui: &Ui) -> Result<Key, CliError> {
    let shown = path.display();
    let bytes = read_public_key(path).map_err(|(action, error)| {
        let words =
            CliError::new(format!("unable to read public key from file: {action} {shown}: {}", os_words(&error))).coded("io");
        let is_folder = error.kind() == std::io::ErrorKind::IsADirectory;
        if is_folder {
            words.hinted(format!("the certificate of a client bundle is {}", path.join("cert.pem").display()))
        } else {
            words
        }
    })?;
    let refused =
        |words: String| CliError::new(format!("could not parse public key from file: {shown}: {words}")).coded("bad-public-key");
    let in_doubt = if ui.program().is_own() { InDoubt::Refuse } else { InDoubt::TakeFirst };
    let found = public_key_file::parse(&bytes, now, in_doubt)
        .map_err(|error| public_key_words::hinted(refused(error.worded()), path, &error))?;
    let failed = |error: KeyError| refused(error.to_string());
    let key = Key::from_file(&found.taken).map_err(failed)?;
    public_key_words::tell(ui, path, &found, key.canonical_id().map_err(failed)?);
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nobody() -> Ui {
        Ui::to(std::io::sink(), std::io::sink())
    }

    fn words(bytes: &[u8]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, bytes).unwrap();
        let error = read(&path, Timestamp::UNIX_EPOCH, &nobody()).unwrap_err();
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
        let error = read(Path::new("/nonexistent/key.pem"), Timestamp::UNIX_EPOCH, &nobody()).unwrap_err();
        assert_eq!(error.message(), ["unable to read public key from file: open /nonexistent/key.pem: no such file or directory"]);
        let error = read(Path::new("/"), Timestamp::UNIX_EPOCH, &nobody()).unwrap_err();
        assert_eq!(error.message(), ["unable to read public key from file: read /: is a directory"]);
    }
}
