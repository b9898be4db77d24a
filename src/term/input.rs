//! Standard input: a terminal that can hide what is typed, or a pipe that is read line by line through one buffer.
//!
//! One buffer for the whole process, so that `printf 'a\na\nb\nb\n' | dct …` answers four prompts (the peers throw away what a
//! first prompt read too much). It is wiped when it is dropped.

use std::{
    fs::File,
    io::{self, IsTerminal, Read},
    os::fd::{AsFd, OwnedFd},
    sync::{Mutex, PoisonError},
};

use zeroize::Zeroizing;

use super::terminal;

/// Longest line that is read from a pipe, in bytes.
const MAX_LINE: usize = 64 * 1024;

/// Where answers come from.
pub(crate) struct Input {
    terminal: Option<OwnedFd>,
    lines: Mutex<Lines>,
}

/// Whether what is typed may be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Echo {
    /// It may.
    Shown,
    /// On a terminal nothing is shown.
    Hidden,
}

impl Input {
    /// The standard input of this process.
    pub(crate) fn standard() -> io::Result<Self> {
        let stdin = io::stdin();
        let descriptor = stdin.as_fd().try_clone_to_owned()?;
        let terminal = stdin.is_terminal().then(|| descriptor.try_clone()).transpose()?;
        Ok(Self { terminal, lines: Mutex::new(Lines::new(File::from(descriptor))) })
    }

    /// Answers that are known.
    #[cfg(test)]
    #[must_use]
    pub(crate) fn piped(input: impl Read + Send + 'static) -> Self {
        Self { terminal: None, lines: Mutex::new(Lines::new(input)) }
    }

    /// Whether a person may be typing.
    #[must_use]
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal.is_some()
    }

    /// The next line as text, which it must be. See [`Input::bytes`].
    pub(crate) fn line(&self, echo: Echo) -> io::Result<Zeroizing<String>> {
        as_text(&self.bytes(echo)?, "a line")
    }

    /// The next line without its line ending and surrounding white space, which the peers cut off too. `UnexpectedEof` where there is none.
    pub(crate) fn bytes(&self, echo: Echo) -> io::Result<Zeroizing<Vec<u8>>> {
        let line = match (&self.terminal, echo) {
            (Some(terminal), Echo::Hidden) => terminal::read_hidden(terminal)?,
            _ => self.lines.lock().unwrap_or_else(PoisonError::into_inner).next()?,
        };
        let cut = std::str::from_utf8(&line).map_or(line.trim_ascii(), |text| text.trim().as_bytes());
        Ok(Zeroizing::new(cut.to_vec()))
    }
}

/// What was typed, as text; `what` it is, for the error.
pub(super) fn as_text(typed: &[u8], what: &str) -> io::Result<Zeroizing<String>> {
    let text = std::str::from_utf8(typed).map(|text| Zeroizing::new(text.to_owned()));
    text.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, format!("{what} is not UTF-8 text")))
}

/// A reader's lines, through a buffer that is wiped.
struct Lines {
    input: Box<dyn Read + Send>,
    buffered: Zeroizing<Vec<u8>>,
}

impl Lines {
    fn new(input: impl Read + Send + 'static) -> Self {
        Self { input: Box::new(input), buffered: Zeroizing::new(Vec::with_capacity(MAX_LINE)) }
    }

    fn next(&mut self) -> io::Result<Zeroizing<Vec<u8>>> {
        let end = loop {
            if let Some(newline) = self.buffered.iter().position(|b| *b == b'\n') {
                break newline + 1;
            }
            if self.buffered.len() >= MAX_LINE {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is longer than 64 KiB"));
            }
            let mut block = Zeroizing::new([0; 4096]);
            match self.input.read(&mut *block) {
                // a last line without a line ending counts
                Ok(0) if self.buffered.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(0) => break self.buffered.len(),
                Ok(read) => self.buffered.extend(block.iter().take(read)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        Ok(Zeroizing::new(self.buffered.drain(..end).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a few bytes at a time, as a slow writer would.
    struct Slow(Vec<u8>, usize);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0.drain(..count);
            Ok(count)
        }
    }

    fn all(bytes: &[u8], at_once: usize) -> Vec<String> {
        let input = Input::piped(Slow(bytes.to_vec(), at_once));
        std::iter::from_fn(|| input.line(Echo::Hidden).ok().map(|line| line.to_string())).collect()
    }

    #[test]
    fn no_line_is_lost_between_two_prompts() {
        for at_once in [1, 3, 4096] {
            assert_eq!(all(b"one\ntwo\r\n three \n\nlast", at_once), ["one", "two", "three", "", "last"], "{at_once}");
        }
    }

    #[test]
    fn the_end_is_an_error_each_time() {
        let input = Input::piped(io::empty());
        for _ in 0..3 {
            assert_eq!(input.line(Echo::Shown).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn a_line_has_a_limit_and_is_text() {
        let endless = Input::piped(io::repeat(b'x'));
        assert_eq!(endless.line(Echo::Hidden).unwrap_err().kind(), io::ErrorKind::InvalidData);
        let binary = Input::piped(&b"\xff\xfe\nok\n"[..]);
        assert_eq!(binary.line(Echo::Shown).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(&**binary.line(Echo::Shown).unwrap(), "ok");
        // what is hidden need be none
        let latin = Input::piped(&b" p\xe4ss \r\n"[..]);
        assert_eq!(**latin.bytes(Echo::Hidden).unwrap(), *b"p\xe4ss");
    }
}
