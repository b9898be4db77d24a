//! Reading one line with the terminal's echo off, and never leaving it off; and answers that a signal may cut off.
//!
//! The kernel keeps editing the line and sending signals for Ctrl-C and Ctrl-Z; only the echo is off. A signal that ends or stops the
//! process meanwhile finds the echo on again first. Both peers leave it off.

use std::{
    fs::File,
    io::{self, Read},
    os::fd::OwnedFd,
    sync::mpsc,
};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use super::signals::{self, Mark};

/// Longest line that is read, in bytes; the kernel's own limit is lower.
const MAX_LINE: usize = 64 * 1024;

/// Reads a line from the terminal without showing it. `UnexpectedEof` where input ends (Ctrl-D, a hang-up) before a line does.
pub(crate) fn read_hidden(terminal: &OwnedFd) -> io::Result<Zeroizing<Vec<u8>>> {
    let keyboard = File::from(terminal.try_clone()?);
    let hidden = signals::make(Box::new(Hidden { terminal: terminal.try_clone()?, before: tcgetattr(terminal)? }))?;
    let line = read_line(keyboard);
    drop(hidden);
    line
}

/// The kernel hands out no more than one line at a time, so nothing is read too much.
fn read_line(mut keyboard: File) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_LINE));
    let mut piece = Zeroizing::new([0; 4096]);
    while line.last() != Some(&b'\n') {
        match keyboard.read(&mut *piece) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) if line.len() + read > MAX_LINE => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is longer than 64 KiB"));
            }
            Ok(read) => line.extend(piece.iter().take(read)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(line)
}

/// Reads an answer that may be seen. A signal that ends the process ends the question instead: `Interrupted`.
pub(crate) fn read_interruptibly<T: Send + 'static>(read: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    let (answer, answered) = mpsc::channel();
    let interrupt = answer.clone();
    // who has the answer by now listens no more
    let _caught = signals::catch(Box::new(move || drop(interrupt.send(Err(io::ErrorKind::Interrupted.into())))))?;
    // it waits for input until the process ends, where the question was interrupted
    std::thread::Builder::new().name("answer".to_owned()).spawn(move || drop(answer.send(read())))?;
    answered.recv().unwrap_or_else(|_| Err(io::ErrorKind::UnexpectedEof.into()))
}

/// A terminal whose echo is off, and its settings before.
struct Hidden {
    terminal: OwnedFd,
    before: Termios,
}

impl Mark for Hidden {
    fn make(&self) -> io::Result<()> {
        let mut hidden = self.before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        hidden.local_modes.insert(LocalModes::ICANON | LocalModes::ISIG);
        Ok(tcsetattr(&self.terminal, OptionalActions::Now, &hidden)?)
    }

    fn undo(&self) {
        // a terminal that is gone needs no echo
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}
