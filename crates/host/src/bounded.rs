//! Bounded reading: what is longer than it may be is refused, and nothing is ever cut.

use std::io::{self, ErrorKind, Read};

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
}
