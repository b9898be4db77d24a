//! Reads what a person wants a private key loaded from (docker `trust key load`): a file, a pipe, standard input.

use std::{
    fs::{self, File},
    io::{self, IsTerminal as _},
    os::{
        fd::AsFd as _,
        unix::fs::{FileTypeExt as _, MetadataExt as _},
    },
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use crate::{bounded::read_secret, pipe};

/// Larger files are refused, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// A file that no key is loaded from. The words are Docker's, without its `refusing to load key from F: `.
#[derive(Debug, thiserror::Error)]
pub enum KeySourceError {
    /// A folder.
    #[error("private key file {0} is not a regular file")]
    Folder(PathBuf),
    /// A device, or a terminal.
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

/// Who may read or write a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// Its owner. So it is of the pipes that a shell makes.
    OwnerAlone,
    /// Its group or others too.
    Others,
}

/// Reads a file or a pipe, and says who else may. Symlinks are followed, as Docker does; the modes are those of the file at their end. A pipe that nobody
/// has open for writing is empty. What leads to standard input is read as that.
pub fn read(path: &Path) -> Result<(Zeroizing<Vec<u8>>, Exposure), KeySourceError> {
    let failed = |action| move |source| KeySourceError::Io { action, path: path.to_owned(), source };
    let metadata = fs::metadata(path).map_err(failed("stat"))?;
    check_kind(path, &metadata)?;
    let standard = io::stdin().as_fd().try_clone_to_owned().map(File::from);
    let is_same = |input: &File| input.metadata().is_ok_and(|it| (it.dev(), it.ino()) == (metadata.dev(), metadata.ino()));
    match standard {
        Ok(input) if is_same(&input) => read_open(path, input),
        _ => read_open(path, pipe::open(path).map_err(failed("open"))?),
    }
}

/// Reads standard input to its end: nobody reads an answer from it later.
pub fn read_standard_input() -> Result<(Zeroizing<Vec<u8>>, Exposure), KeySourceError> {
    let path = Path::new("-");
    let input = io::stdin().as_fd().try_clone_to_owned();
    let input = input.map_err(|source| KeySourceError::Io { action: "open", path: path.to_owned(), source })?;
    read_open(path, input.into())
}

fn read_open(path: &Path, file: File) -> Result<(Zeroizing<Vec<u8>>, Exposure), KeySourceError> {
    let failed = |action| move |source| KeySourceError::Io { action, path: path.to_owned(), source };
    let metadata = file.metadata().map_err(failed("stat"))?;
    // another may have taken the file's place in the meantime
    check_kind(path, &metadata)?;
    if file.is_terminal() {
        return Err(KeySourceError::NotRegular(path.to_owned()));
    }
    let exposure =
        if metadata.mode() & 0o077 != 0 && !metadata.file_type().is_socket() { Exposure::Others } else { Exposure::OwnerAlone };
    let read = if metadata.is_file() { read_secret(file, MAX_FILE) } else { pipe::read(file, MAX_FILE) };
    match read {
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Err(KeySourceError::TooLarge(path.to_owned())),
        read => read.map(|content| (content, exposure)).map_err(failed("read")),
    }
}

fn check_kind(path: &Path, metadata: &fs::Metadata) -> Result<(), KeySourceError> {
    let kind = metadata.file_type();
    match kind.is_file() || kind.is_fifo() || kind.is_socket() {
        true => Ok(()),
        false if kind.is_dir() => Err(KeySourceError::Folder(path.to_owned())),
        false => Err(KeySourceError::NotRegular(path.to_owned())),
    }
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
    use std::{io::Write as _, os::unix::fs::PermissionsExt as _};

    use super::*;

    fn file(folder: &Path, mode: u32, content: &[u8]) -> PathBuf {
        let path = folder.join("key.pem");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn a_file_is_read_and_it_is_said_who_else_may() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o600, 0o400, 0o700] {
            assert_eq!(read(&file(folder.path(), mode, b"x")).unwrap(), (b"x".to_vec().into(), Exposure::OwnerAlone));
        }
        for mode in [0o644, 0o640, 0o604, 0o660, 0o610] {
            assert_eq!(read(&file(folder.path(), mode, b"x")).unwrap().1, Exposure::Others, "{mode:o}");
        }
        let path = folder.path().join("none");
        assert_eq!(read(&path).unwrap_err().to_string(), format!("stat {}: no such file or directory", path.display()));
    }

    #[test]
    fn what_is_no_file_or_too_large_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read(folder.path()), Err(KeySourceError::Folder(_))));
        for device in ["/dev/null", "/dev/zero"] {
            assert!(matches!(read(Path::new(device)), Err(KeySourceError::NotRegular(_))), "{device}");
        }
        let large = file(folder.path(), 0o600, &vec![b'x'; (1 << 20) + 1]);
        assert!(matches!(read(&large), Err(KeySourceError::TooLarge(_))));
    }

    #[test]
    fn a_pipe_is_read_and_one_that_others_may_open_is_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let make = |mode: &str| {
            let pipe = folder.path().join(mode);
            assert!(std::process::Command::new("mkfifo").args(["-m", mode]).arg(&pipe).status().unwrap().success());
            pipe
        };
        let pipe = make("600");
        assert_eq!(read(&pipe).unwrap(), (Vec::new().into(), Exposure::OwnerAlone), "nobody writes to it");
        for (pipe, exposure) in [(pipe, Exposure::OwnerAlone), (make("644"), Exposure::Others)] {
            let mut writer = fs::OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
            writer.write_all(b"key").unwrap();
            let reader = std::thread::spawn(move || read(&pipe));
            std::thread::sleep(std::time::Duration::from_millis(50));
            drop(writer);
            assert_eq!(reader.join().unwrap().unwrap(), (b"key".to_vec().into(), exposure));
        }
    }
}
