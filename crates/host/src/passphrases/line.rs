//! What a passphrase is, whatever it comes from: one line of text. One line ending behind it is cut, and nothing else.

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
    /// What was read is not text.
    #[error("it is not UTF-8 text")]
    NotText,
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
pub(super) fn one_line(bytes: &[u8]) -> Result<Zeroizing<String>, PassphraseError> {
    if bytes.len() as u64 > MAX {
        return Err(PassphraseError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| PassphraseError::NotText)?;
    let line = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    if line.is_empty() {
        return Err(PassphraseError::Empty);
    }
    if line.contains(['\n', '\r']) {
        return Err(PassphraseError::SeveralLines);
    }
    Ok(Zeroizing::new(line.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_ending_is_cut_and_nothing_else() {
        for (bytes, line) in [("a\n", "a"), ("a", "a"), (" a b \r\n", " a b "), ("\tä\n", "\tä")] {
            assert_eq!(one_line(bytes.as_bytes()).unwrap().as_str(), line);
        }
        for bytes in ["", "\n", "\r\n"] {
            assert!(matches!(one_line(bytes.as_bytes()), Err(PassphraseError::Empty)), "{bytes:?}");
        }
        for bytes in ["a\n\n", "a\nb\n", "a\rb"] {
            assert!(matches!(one_line(bytes.as_bytes()), Err(PassphraseError::SeveralLines)), "{bytes:?}");
        }
        assert!(matches!(one_line(b"\xff\n"), Err(PassphraseError::NotText)));
        assert!(matches!(one_line(&vec![b'x'; 70_000]), Err(PassphraseError::TooLarge)));
    }
}
