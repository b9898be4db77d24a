//! Reading one line with the terminal's echo off, and never leaving it off.
//!
//! The kernel keeps editing the line and sending signals for Ctrl-C and Ctrl-Z; only the echo is off. A signal that ends or stops the
//! process meanwhile finds the echo on again first. Both peers leave it off, and so does rpassword, which therefore only reads here.

use std::{
    fs::File,
    io::{self, Read},
    os::fd::OwnedFd,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError, mpsc},
};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::{
    consts::signal::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP},
    iterator::Signals,
    low_level::emulate_default_handler,
};
use zeroize::Zeroizing;

/// Reads a line from the terminal without showing it. `UnexpectedEof` where input ends (Ctrl-D, a hang-up) before a line does.
pub fn read_hidden(terminal: &OwnedFd) -> io::Result<Zeroizing<String>> {
    watch_signals()?;
    let (ends, ended) = mpsc::channel();
    let keyboard = Keyboard { file: terminal.try_clone()?.into(), ends };
    let config = rpassword::ConfigBuilder::new().input_reader(keyboard).output_discard().build();
    let hidden = Hidden::begin(terminal)?;
    let line = rpassword::read_password_with_config(config);
    drop(hidden);
    let line = Zeroizing::new(line?);
    if ended.try_recv().is_ok() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(line) }
}

/// The terminal as rpassword reads it, which takes the end of input for the end of a line; here the two are told apart.
struct Keyboard {
    file: File,
    ends: mpsc::Sender<()>,
}

impl Read for Keyboard {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        if read == 0 {
            // nobody listens after the line was read, which is no failure
            let _ = self.ends.send(());
        }
        Ok(read)
    }
}

/// The prompt that is open, where one is: the terminal, and its settings before.
static OPEN: Mutex<Option<Prompt>> = Mutex::new(None);

struct Prompt {
    terminal: OwnedFd,
    before: Termios,
}

/// While it lives the echo is off.
struct Hidden;

impl Hidden {
    fn begin(terminal: &OwnedFd) -> io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut open = open_prompt();
        let prompt = open.insert(Prompt { terminal: terminal.try_clone()?, before });
        prompt.hide()?;
        Ok(Self)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Some(prompt) = open_prompt().take() {
            prompt.restore();
        }
    }
}

impl Prompt {
    fn hide(&self) -> io::Result<()> {
        let mut hidden = self.before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        hidden.local_modes.insert(LocalModes::ICANON | LocalModes::ISIG);
        Ok(tcsetattr(&self.terminal, OptionalActions::Now, &hidden)?)
    }

    fn restore(&self) {
        // a terminal that is gone needs no echo
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}

fn open_prompt() -> MutexGuard<'static, Option<Prompt>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts, once, the thread that stands between a signal and its default action. It stays for the life of the process: signal-hook cannot give a
/// signal back.
fn watch_signals() -> io::Result<()> {
    static STARTED: OnceLock<()> = OnceLock::new();
    if STARTED.get().is_some() {
        return Ok(());
    }
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP])?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in &mut signals {
            // the lock is held until the process has ended or goes on, so that no prompt turns the echo off in between
            let open = open_prompt();
            if let Some(prompt) = &*open {
                prompt.restore();
            }
            let _ = emulate_default_handler(signal);
            if let Some(prompt) = &*open {
                let _ = prompt.hide();
            }
        }
    })?;
    // set by another thread in between: then two threads do the same, which harms nothing
    let _ = STARTED.set(());
    Ok(())
}
