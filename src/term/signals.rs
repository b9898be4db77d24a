//! What this process does to its terminal is undone before a signal ends or stops the process, and done again when it goes on.

use std::{
    io,
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use signal_hook::{
    consts::signal::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP},
    iterator::Signals,
    low_level::emulate_default_handler,
};

/// Something that is done to a terminal: its echo is off, a line is drawn on it.
pub(crate) trait Mark: Send {
    /// Does it.
    fn make(&self) -> io::Result<()>;
    /// Undoes it. A terminal that is gone is no failure.
    fn undo(&self);
}

/// While it lives a mark stays.
pub(crate) struct Made {
    number: u64,
}

/// The marks that stand.
static MARKS: Mutex<Vec<(u64, Box<dyn Mark>)>> = Mutex::new(Vec::new());

/// Makes a mark; no signal leaves it behind.
pub(crate) fn make(mark: Box<dyn Mark>) -> io::Result<Made> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    watch()?;
    let mut marks = marks();
    mark.make()?;
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    marks.push((number, mark));
    Ok(Made { number })
}

/// Does something to the terminal during which no signal is acted upon: it must not wait for anybody.
pub(crate) fn undisturbed(act: impl FnOnce()) {
    let _held = marks();
    act();
}

/// While it lives, a signal that would end the process does something else.
pub(crate) struct Caught(());

/// What a signal does in place of ending the process.
type Act = Box<dyn Fn() + Send>;

static CAUGHT: Mutex<Option<Act>> = Mutex::new(None);

/// Catches Ctrl-C and a request to end, for as long as a question is open that they answer.
pub(crate) fn catch(act: Act) -> io::Result<Caught> {
    watch()?;
    *caught() = Some(act);
    Ok(Caught(()))
}

impl Drop for Caught {
    fn drop(&mut self) {
        *caught() = None;
    }
}

fn caught() -> MutexGuard<'static, Option<Act>> {
    CAUGHT.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Made {
    fn drop(&mut self) {
        let mut marks = marks();
        if let Some(at) = marks.iter().position(|(number, _)| *number == self.number) {
            marks.remove(at).1.undo();
        }
    }
}

fn marks() -> MutexGuard<'static, Vec<(u64, Box<dyn Mark>)>> {
    MARKS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts, once, the thread that stands between a signal and its default action. It stays for the life of the process: signal-hook cannot give a
/// signal back.
fn watch() -> io::Result<()> {
    static STARTED: OnceLock<()> = OnceLock::new();
    if STARTED.get().is_some() {
        return Ok(());
    }
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP])?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in &mut signals {
            if let (SIGINT | SIGTERM, Some(act)) = (signal, &*caught()) {
                act();
                continue;
            }
            // the lock is held until the process has ended or goes on, so that no mark is made in between
            let marks = marks();
            for (_, mark) in marks.iter().rev() {
                mark.undo();
            }
            let _ = emulate_default_handler(signal);
            for (_, mark) in marks.iter() {
                let _ = mark.make();
            }
        }
    })?;
    // set by another thread in between: then two threads do the same, which harms nothing
    let _ = STARTED.set(());
    Ok(())
}
