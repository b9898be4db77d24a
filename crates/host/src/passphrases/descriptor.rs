//! Takes over a descriptor that the process was given: it is read where it stands, and closed for all programs that are run later.

use std::{
    fs::{self, File},
    io,
    os::fd::AsFd as _,
    path::Path,
};

use super::line::PassphraseError;
use crate::pipe;

/// The flag in `/proc/self/fdinfo` of a descriptor that this process has opened itself; what it was given has come through `exec` without it.
const CLOSE_ON_EXEC: u32 = 0o2_000_000;

/// Standard input, output and error stay open.
const FIRST: u32 = 3;

/// A descriptor of the process as a file, at the offset that it has. Under its number it is closed then.
pub(super) fn take(number: u32) -> Result<File, PassphraseError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => PassphraseError::NotOpen,
        _ => PassphraseError::Io { action: "open", path: None, source },
    };
    if number == 0 {
        return io::stdin().as_fd().try_clone_to_owned().map(File::from).map_err(failed);
    }
    if is_own(number).map_err(failed)? {
        return Err(PassphraseError::NotOpen);
    }
    // a sandbox may forbid the first: then a file is read from its beginning, and a socket cannot be
    let file = duplicate(number).or_else(|_| pipe::open(Path::new(&format!("/dev/fd/{number}")))).map_err(failed)?;
    if let (FIRST.., Ok(number)) = (number, i32::try_from(number)) {
        // it was open until now
        let _ = nix::unistd::close(number);
    }
    Ok(file)
}

/// Another descriptor of the same open file. Without `unsafe` a number alone can be duplicated only as that of another process, which may be this one.
#[cfg(target_os = "linux")]
fn duplicate(number: u32) -> io::Result<File> {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    let number = i32::try_from(number).map_err(|_| io::ErrorKind::NotFound)?;
    let process = pidfd_open(getpid(), PidfdFlags::empty())?;
    Ok(pidfd_getfd(process, number, PidfdGetfdFlags::empty())?.into())
}

#[cfg(not(target_os = "linux"))]
fn duplicate(_: u32) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether this process has opened it itself. `NotFound` where it is not open.
#[cfg(target_os = "linux")]
fn is_own(number: u32) -> io::Result<bool> {
    let info = fs::read_to_string(format!("/proc/self/fdinfo/{number}"))?;
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
    Ok(flags.is_none_or(|flags| flags & CLOSE_ON_EXEC != 0))
}

#[cfg(not(target_os = "linux"))]
fn is_own(number: u32) -> io::Result<bool> {
    fs::symlink_metadata(format!("/dev/fd/{number}")).map(|_| false)
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Seek as _, SeekFrom, Write as _},
        os::{fd::AsRawFd as _, unix::net::UnixStream},
    };

    use rustix::io::{FdFlags, fcntl_setfd};

    use super::*;

    /// As a descriptor comes from whoever starts the program.
    fn given(file: impl Into<std::os::fd::OwnedFd>) -> u32 {
        let file = file.into();
        fcntl_setfd(&file, FdFlags::empty()).unwrap();
        let number = file.as_raw_fd().try_into().unwrap();
        // what is taken closes it
        std::mem::forget(file);
        number
    }

    fn content(mut file: File) -> String {
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_file_is_read_from_its_offset_on_and_a_socket_too() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"first\nsecond\n").unwrap();
        file.seek(SeekFrom::Start(6)).unwrap();
        assert_eq!(content(take(given(file)).unwrap()), "second\n");
        let (mut near, far) = UnixStream::pair().unwrap();
        let far = given(far);
        near.write_all(b"secret").unwrap();
        drop(near);
        assert_eq!(content(take(far).unwrap()), "secret");
    }

    #[test]
    fn one_that_was_not_given_is_not_touched() {
        let file = tempfile::tempfile().unwrap();
        let number = u32::try_from(file.as_raw_fd()).unwrap();
        assert!(matches!(take(number), Err(PassphraseError::NotOpen)));
        assert!(file.metadata().is_ok());
        assert!(matches!(take(987_654), Err(PassphraseError::NotOpen)));
        assert!(matches!(take(u32::MAX), Err(PassphraseError::NotOpen)));
    }
}
