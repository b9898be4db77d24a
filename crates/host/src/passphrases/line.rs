//! What a passphrase is, whatever it comes from: one line of bytes. One line ending behind it is cut, and nothing else.

use std::{io, path::PathBuf};

use zeroize::Zeroizing;

/// Longest passphrase that is read, in bytes; no line of standard input is longer either.
pub(super) const MAX: u64 = 64 * 1024;

/// No passphrase can be had. It never holds what was read.
#[derive(Debug, thiserror::Error)]
pub enum PassphraseError {
    /// The command cannot be taken apart into words.
    #[error("a quote is not closed in it")]
    Quotes,
    /// The command cannot be run, or ended with a failure.
    #[error("{0}")]
    Command(String),
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It is neither a file nor a pipe.
    #[error("it is neither a file nor a pipe")]
    NotAFile,
    /// No such descriptor.
    #[error("the descriptor is not open")]
    NotOpen,
    /// The operating system refused.
    #[error("{action}{path}: {source}", path = path.as_ref().map(|path| format!(" {}", path.display())).unwrap_or_default())]
    Io {
        /// What was tried: `open` or `read`.
        action: &'static str,
        /// The file, where it has a name.
        path: Option<PathBuf>,
        /// Its answer.
        source: io::Error,
    },
    /// Nobody wrote to a pipe.
    #[error("nothing was written to it within {0} s")]
    Late(u64),
    /// A passphrase is one line.
    #[error("it holds more than one line")]
    SeveralLines,
    /// It would be shown as it is typed.
    #[error("it is a terminal, which would show what is typed; without the flag the passphrase is asked for")]
    Terminal,
    /// It is larger than 64 KiB.
    #[error("it is larger than 64 KiB")]
    TooLarge,
}

/// What was read, as a passphrase.
pub(super) fn one_line(bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, PassphraseError> {
    if bytes.len() as u64 > MAX {
        return Err(PassphraseError::TooLarge);
    }
    let line = bytes.strip_suffix(b"\n").map_or(bytes, |line| line.strip_suffix(b"\r").unwrap_or(line));
    if line.is_empty() {
        return Err(PassphraseError::Empty);
    }
    if line.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
        return Err(PassphraseError::SeveralLines);
    }
    Ok(Zeroizing::new(line.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_ending_is_cut_and_nothing_else() {
        for (bytes, line) in [("a\n", "a"), ("a", "a"), (" a b \r\n", " a b "), ("\tä\n", "\tä")] {
            assert_eq!(*one_line(bytes.as_bytes()).unwrap(), line.as_bytes());
        }
        for bytes in ["", "\n", "\r\n"] {
            assert!(matches!(one_line(bytes.as_bytes()), Err(PassphraseError::Empty)), "{bytes:?}");
        }
        for bytes in ["a\n\n", "a\nb\n", "a\rb"] {
            assert!(matches!(one_line(bytes.as_bytes()), Err(PassphraseError::SeveralLines)), "{bytes:?}");
        }
        assert_eq!(*one_line(b"p\xe4ss\r\n").unwrap(), b"p\xe4ss", "Latin-1");
        assert!(matches!(one_line(&vec![b'x'; 70_000]), Err(PassphraseError::TooLarge)));
    }
}
