//! Reading one line with the terminal's echo off, and never leaving it off; and answers that a signal may cut off.
//!
//! The kernel keeps editing the line and sending signals for Ctrl-C and Ctrl-Z; only the echo is off. A signal that ends or stops the
//! process meanwhile finds the echo on again first. Both peers leave it off, and so does rpassword, which therefore only reads here.

use std::{
    fs::File,
    io::{self, Read, Write as _},
    os::fd::OwnedFd,
    sync::mpsc,
};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use super::signals::{self, Mark};

/// Reads a line from the terminal without showing it. `UnexpectedEof` where input ends (Ctrl-D, a hang-up) before a line does.
pub(crate) fn read_hidden(terminal: &OwnedFd) -> io::Result<Zeroizing<Vec<u8>>> {
    let (ends, ended) = mpsc::channel();
    let keyboard = Keyboard { file: terminal.try_clone()?.into(), ends };
    let config = rpassword::ConfigBuilder::new().input_reader(keyboard).output_discard().build();
    let hidden = signals::make(Box::new(Hidden { terminal: terminal.try_clone()?, before: tcgetattr(terminal)? }))?;
    let line = rpassword::read_password_with_config(config);
    drop(hidden);
    let line = Zeroizing::new(line?);
    if ended.try_recv().is_ok() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(bytes_of(&line)) }
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

/// The terminal as rpassword reads it, which takes the end of input for the end of a line; here the two are told apart. It takes text alone, and a passphrase
/// is bytes: each byte that was typed is handed to it as the character of that number, which [`bytes_of`] turns back.
struct Keyboard {
    file: File,
    ends: mpsc::Sender<()>,
}

impl Read for Keyboard {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // the character of a byte has up to two bytes
        let mut typed = Zeroizing::new(vec![0; (buffer.len() / 2).clamp(1, 4096)]);
        let read = self.file.read(&mut typed)?;
        if read == 0 {
            // nobody listens after the line was read, which is no failure
            let _ = self.ends.send(());
        }
        let text: Zeroizing<String> = Zeroizing::new(typed.iter().take(read).copied().map(char::from).collect());
        let mut rest = buffer;
        rest.write_all(text.as_bytes())?;
        Ok(text.len())
    }
}

/// The bytes that were typed.
fn bytes_of(text: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.chars().filter_map(|character| u8::try_from(character).ok()).collect())
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
