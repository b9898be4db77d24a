//! Passphrases in files and pipes.

use std::{
    fs::File,
    io::{self, IsTerminal as _},
    os::unix::fs::{FileTypeExt as _, MetadataExt as _},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{
    descriptor,
    line::{MAX, PassphraseError, one_line},
};
use crate::pipe;

/// The passphrase in a file, and what a person should know of the file.
pub struct Opened {
    /// The passphrase.
    pub text: Zeroizing<Vec<u8>>,
    /// Its mode lets other users in. That is told and no more: where containers are given secrets, they are often readable to all in the
    /// container.
    pub warning: Option<String>,
}

/// Reads a file or a pipe that has a name, such as a shell's `<(…)`.
pub fn from_file(path: &Path) -> Result<Opened, PassphraseError> {
    let failed = |source| PassphraseError::Io { action: "open", path: Some(path.to_owned()), source };
    let file = pipe::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?;
    let open = mode.is_file() && mode.mode() & 0o077 != 0;
    let warning =
        open.then(|| format!("{}: the passphrase file is open to other users (mode {:04o})", path.display(), mode.mode() & 0o777));
    Ok(Opened { text: read(file, Some(path.to_owned()))?, warning })
}

/// Reads a descriptor that the process was given, to its end, and closes it: no program that is run later finds it.
pub fn from_descriptor(number: u32) -> Result<Zeroizing<Vec<u8>>, PassphraseError> {
    read(descriptor::take(number)?, None)
}

fn read(file: File, path: Option<PathBuf>) -> Result<Zeroizing<Vec<u8>>, PassphraseError> {
    if file.is_terminal() {
        return Err(PassphraseError::Terminal);
    }
    let kind = file.metadata().map(|metadata| metadata.file_type());
    if !kind.is_ok_and(|kind| kind.is_file() || kind.is_fifo() || kind.is_socket() || kind.is_char_device()) {
        return Err(PassphraseError::NotAFile);
    }
    let bytes = pipe::read(file, MAX).map_err(|source| match source.kind() {
        io::ErrorKind::TimedOut => PassphraseError::Late(pipe::DEADLINE),
        io::ErrorKind::FileTooLarge => PassphraseError::TooLarge,
        _ => PassphraseError::Io { action: "read", path, source },
    })?;
    one_line(&bytes)
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, OpenOptions},
        os::unix::fs::PermissionsExt as _,
        process::Command,
        thread,
        time::Duration,
    };

    use super::*;

    fn file(folder: &Path, mode: u32, content: &str) -> PathBuf {
        let path = folder.join("passphrase");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn a_file_is_read_and_a_mode_that_lets_others_in_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let own = from_file(&file(folder.path(), 0o600, "open sesame\n")).unwrap();
        assert_eq!((own.text.as_slice(), own.warning), (&b"open sesame"[..], None));
        let path = file(folder.path(), 0o644, "open sesame\n");
        let warning = format!("{}: the passphrase file is open to other users (mode 0644)", path.display());
        assert_eq!(from_file(&path).unwrap().warning, Some(warning));
    }

    #[test]
    fn what_holds_no_passphrase_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = |path: &Path| from_file(path).err().unwrap();
        assert!(matches!(error(&folder.path().join("none")), PassphraseError::Io { action: "open", .. }));
        assert!(matches!(error(folder.path()), PassphraseError::NotAFile));
        assert!(matches!(error(&file(folder.path(), 0o600, "\n")), PassphraseError::Empty));
        assert!(matches!(error(&file(folder.path(), 0o600, "a\nb\n")), PassphraseError::SeveralLines));
        assert!(matches!(error(Path::new("/dev/zero")), PassphraseError::TooLarge));
        assert!(matches!(from_descriptor(987).err().unwrap(), PassphraseError::NotOpen));
    }

    #[test]
    fn a_pipe_without_a_writer_is_empty_and_a_slow_writer_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(matches!(from_file(&pipe).err().unwrap(), PassphraseError::Empty));
        // a writer that is there before the reader, and writes later
        let keep = OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
        let mut writer = Command::new("sh").args(["-c", "exec >\"$0\"; sleep 0.2; echo secret"]).arg(&pipe).spawn().unwrap();
        thread::sleep(Duration::from_millis(100));
        let reader = thread::spawn({
            let pipe = pipe.clone();
            move || from_file(&pipe)
        });
        thread::sleep(Duration::from_millis(50));
        drop(keep);
        assert_eq!(reader.join().unwrap().unwrap().text.as_slice(), b"secret");
        assert!(writer.wait().unwrap().success());
    }
}
