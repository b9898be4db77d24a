//! Passphrases in files and pipes.

use std::{
    fs::{File, OpenOptions},
    io::{self, IsTerminal as _, Read as _},
    os::{
        fd::AsFd as _,
        unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _},
    },
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Duration,
};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use zeroize::Zeroizing;

use super::line::{MAX, PassphraseError, one_line};

/// How long is waited for somebody to write to a pipe, in seconds.
const DEADLINE: u64 = 60;

/// The passphrase in a file, and what a person should know of the file.
pub struct Opened {
    /// The passphrase.
    pub text: Zeroizing<String>,
    /// Its mode lets other users in. That is told and no more: where containers are given secrets, they are often readable to all in the
    /// container.
    pub warning: Option<String>,
}

/// Reads a file or a pipe that has a name, such as a shell's `<(…)`.
pub fn from_file(path: &Path) -> Result<Opened, PassphraseError> {
    // a pipe that nobody writes to is not waited for
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let failed = |source| PassphraseError::Io { action: "open", path: Some(path.to_owned()), source };
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?;
    let open = mode.is_file() && mode.mode() & 0o077 != 0;
    let warning =
        open.then(|| format!("{}: the passphrase file is open to other users (mode {:04o})", path.display(), mode.mode() & 0o777));
    Ok(Opened { text: read(file, Some(path.to_owned()))?, warning })
}

/// Reads a descriptor that the process was given, to its end.
pub fn from_descriptor(number: u32) -> Result<Zeroizing<String>, PassphraseError> {
    let opened = if number == 0 {
        io::stdin().as_fd().try_clone_to_owned().map(File::from)
    } else {
        OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed()).open(format!("/dev/fd/{number}"))
    };
    let file = opened.map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => PassphraseError::NotOpen,
        _ => PassphraseError::Io { action: "open", path: None, source },
    })?;
    read(file, None)
}

fn read(file: File, path: Option<PathBuf>) -> Result<Zeroizing<String>, PassphraseError> {
    let failed = |source| PassphraseError::Io { action: "read", path, source };
    if file.is_terminal() {
        return Err(PassphraseError::Terminal);
    }
    let kind = file.metadata().map(|metadata| metadata.file_type());
    if !kind.is_ok_and(|kind| kind.is_file() || kind.is_fifo() || kind.is_socket() || kind.is_char_device()) {
        return Err(PassphraseError::NotAFile);
    }
    // from here on a writer who is slow is waited for, in a thread that can be left behind
    let blocking = fcntl_getfl(&file).and_then(|flags| fcntl_setfl(&file, flags - OFlags::NONBLOCK));
    if let Err(error) = blocking {
        return Err(failed(error.into()));
    }
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        // room for all of it, so that no copy is left behind by a growing buffer
        let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(MAX).unwrap_or(0) + 2));
        let read = file.take(MAX + 1).read_to_end(&mut bytes);
        let _ = sender.send(read.map(|_| bytes));
    });
    let bytes = receiver.recv_timeout(Duration::from_secs(DEADLINE)).map_err(|_| PassphraseError::Late(DEADLINE))?;
    one_line(&bytes.map_err(failed)?)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

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
        assert_eq!((own.text.as_str(), own.warning), ("open sesame", None));
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
        assert_eq!(reader.join().unwrap().unwrap().text.as_str(), "secret");
        assert!(writer.wait().unwrap().success());
    }
}
