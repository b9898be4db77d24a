//! Bounded reading: what is longer than it may be is refused, and nothing is ever cut.

use std::{
    fs::File,
    io::{self, ErrorKind, Read},
};

use zeroize::Zeroizing;

/// Reads to the end, into a buffer of the caller's: whoever reads a secret gives it room beforehand, and wipes it.
///
/// The error is [`ErrorKind::FileTooLarge`] where there are more than `most` bytes. It names the limit; the caller names the file. No more than one
/// byte beyond the limit is read, so what never ends is refused too.
pub fn read_bounded(input: impl Read, most: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    let read = input.take(most.saturating_add(1)).read_to_end(bytes)?;
    if read as u64 > most {
        return Err(io::Error::new(ErrorKind::FileTooLarge, format!("it is longer than {most} bytes")));
    }
    Ok(())
}

/// Reads a file that may hold a secret, as [`read_bounded`] does. It gets room for all of it beforehand: a buffer that grows leaves copies behind.
pub fn read_secret(file: File, most: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let room = usize::try_from(file.metadata()?.len().min(most)).unwrap_or(0) + 2;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    read_bounded(file, most, &mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_read_as_a_whole() {
        for content in [&b""[..], b"ab", b"abc"] {
            let mut bytes = Vec::new();
            read_bounded(content, 3, &mut bytes).unwrap();
            assert_eq!(bytes, content);
        }
    }

    #[test]
    fn what_is_longer_is_refused_with_the_limit() {
        for content in [Box::new(&b"abcd"[..]) as Box<dyn Read>, Box::new(io::repeat(0))] {
            let error = read_bounded(content, 3, &mut Vec::new()).unwrap_err();
            assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::FileTooLarge, "it is longer than 3 bytes"));
        }
    }

    #[test]
    fn a_secret_is_read_into_a_buffer_that_never_grows() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (length, most) in [(0, 0), (3, 3), (200_000, 200_000), (200_000, 1 << 30)] {
            std::fs::write(file.path(), vec![7; length]).unwrap();
            let bytes = read_secret(File::open(file.path()).unwrap(), most).unwrap();
            assert_eq!((bytes.len(), bytes.capacity()), (length, length + 2), "of at most {most}");
        }
        let error = read_secret(File::open(file.path()).unwrap(), 199_999).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
    }
}
