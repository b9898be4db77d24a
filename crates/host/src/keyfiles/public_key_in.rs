//! Reads the file that `--key` of `signer add` names, which holds a signer's certificate or public key.

use std::{io, path::Path};

use crate::pipe;

/// Longest file that is read, in bytes; Docker reads no more either, and goes on with what it has.
const MAX_FILE: u64 = 1 << 20;

/// What a file of up to 1 MiB holds; else what was tried, `open` or `read`, and why it failed.
pub fn read(path: &Path) -> Result<Vec<u8>, (&'static str, io::Error)> {
    let file = pipe::open(path).map_err(|error| ("open", error))?;
    pipe::read(file, MAX_FILE).map(|bytes| bytes.to_vec()).map_err(|error| ("read", error))
}

#[cfg(test)]
mod tests {
    use std::{fs::OpenOptions, io::Write as _, process::Command, thread, time::Duration};

    use super::*;

    #[test]
    fn a_pipe_without_a_writer_is_empty_and_a_slow_writer_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert_eq!(read(&pipe).unwrap(), b"");
        let mut writer = OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
        let reader = thread::spawn(move || read(&pipe));
        thread::sleep(Duration::from_millis(100));
        writer.write_all(b"key").unwrap();
        drop(writer);
        assert_eq!(reader.join().unwrap().unwrap(), b"key");
    }

    #[test]
    fn a_file_that_is_too_long_is_refused() {
        let (action, error) = read(Path::new("/dev/zero")).unwrap_err();
        assert_eq!((action, error.to_string().as_str()), ("read", "it is longer than 1048576 bytes"));
    }
}
