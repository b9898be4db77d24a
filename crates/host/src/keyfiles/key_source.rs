//! Reads a file that a person wants a private key loaded from (docker `trust key load`).

use std::{
    fs, io,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use crate::bounded::read_secret;

/// Larger files are refused, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// A file that no key is loaded from. The words are Docker's, without its `refusing to load key from F: `.
#[derive(Debug, thiserror::Error)]
pub enum KeySourceError {
    /// Its group or others may read, write or execute it.
    #[error("private key file {0} must not be readable or writable by others")]
    OpenToOthers(PathBuf),
    /// A folder, a pipe, a device or a socket.
    #[error("private key file {0} is not a regular file")]
    NotRegular(PathBuf),
    /// It is larger than 1 MiB.
    #[error("private key file {0} is larger than 1 MiB")]
    TooLarge(PathBuf),
    /// The operating system refused.
    #[error("{action} {path}: {cause}", cause = in_go_s_words(source))]
    Io {
        /// What was tried: `stat`, `open` or `read`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Its answer.
        source: io::Error,
    },
}

/// Reads a file that is its owner's alone. Symlinks are followed, as Docker does; the modes are those of the file at their end.
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeySourceError> {
    let metadata = fs::metadata(path).map_err(|source| KeySourceError::Io { action: "stat", path: path.to_owned(), source })?;
    check(path, &metadata)?;
    let (content, exposure) = read_whoever_may(path)?;
    if exposure == Exposure::Others { Err(KeySourceError::OpenToOthers(path.to_owned())) } else { Ok(content) }
}

/// Who may read or write a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// Its owner.
    OwnerAlone,
    /// Its group or others too.
    Others,
}

/// Reads a file, whoever else may (notary `key import`: the files of a client bundle are open to all).
pub fn read_whoever_may(path: &Path) -> Result<(Zeroizing<Vec<u8>>, Exposure), KeySourceError> {
    let failed = |action| move |source| KeySourceError::Io { action, path: path.to_owned(), source };
    let metadata = fs::metadata(path).map_err(failed("open"))?;
    if !metadata.is_file() {
        return Err(KeySourceError::NotRegular(path.to_owned()));
    }
    // a pipe that took the file's place in the meantime is not waited for
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = fs::OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(failed("open"))?;
    let metadata = file.metadata().map_err(failed("stat"))?;
    let exposure = if metadata.mode() & 0o077 != 0 { Exposure::Others } else { Exposure::OwnerAlone };
    if !metadata.is_file() {
        return Err(KeySourceError::NotRegular(path.to_owned()));
    }
    match read_secret(file, MAX_FILE) {
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Err(KeySourceError::TooLarge(path.to_owned())),
        read => read.map(|content| (content, exposure)).map_err(failed("read")),
    }
}

fn check(path: &Path, metadata: &fs::Metadata) -> Result<(), KeySourceError> {
    if !metadata.is_file() {
        return Err(KeySourceError::NotRegular(path.to_owned()));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(KeySourceError::OpenToOthers(path.to_owned()));
    }
    Ok(())
}

fn in_go_s_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotADirectory => "not a directory".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn file(folder: &Path, mode: u32, content: &[u8]) -> PathBuf {
        let path = folder.join("key.pem");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn a_file_of_its_owner_alone_is_read() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(**read(&file(folder.path(), 0o600, b"x")).unwrap(), *b"x");
        assert_eq!(**read(&file(folder.path(), 0o400, b"x")).unwrap(), *b"x");
    }

    #[test]
    fn files_that_others_may_touch_are_refused_in_docker_s_words() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o644, 0o640, 0o604, 0o660, 0o610] {
            let path = file(folder.path(), mode, b"x");
            let expected = format!("private key file {} must not be readable or writable by others", path.display());
            assert_eq!(read(&path).unwrap_err().to_string(), expected);
        }
        let path = folder.path().join("none");
        assert_eq!(read(&path).unwrap_err().to_string(), format!("stat {}: no such file or directory", path.display()));
    }

    #[test]
    fn what_is_no_file_or_too_large_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").args(["-m", "600"]).arg(&pipe).status().unwrap().success());
        assert!(matches!(read(&pipe), Err(KeySourceError::NotRegular(_))));
        assert!(matches!(read(folder.path()), Err(KeySourceError::NotRegular(_))));
        let large = file(folder.path(), 0o600, &vec![b'x'; (1 << 20) + 1]);
        assert!(matches!(read(&large), Err(KeySourceError::TooLarge(_))));
    }
}
