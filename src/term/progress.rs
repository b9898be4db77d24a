//! One line on a terminal that says what is waited for, from the time on when nothing was said for a second.
//!
//! It stands on standard error, and only where that is a terminal that can take a line back (`TERM` is not `dumb`). Whoever prints or asks takes it away
//! first, with [`Progress::aside`]; it comes again after another second. A pipe never sees it.

use std::{
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::signals::{self, Made, Mark};

/// How long nothing is said before the line appears.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often its sign turns.
const TURN: Duration = Duration::from_millis(120);

/// What is waited for, if anything is. The default is one that never draws.
#[derive(Default)]
pub(crate) struct Progress {
    shared: Arc<Shared>,
    terminal: bool,
    drawing: OnceLock<()>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// What is waited for.
    words: Option<String>,
    /// How many are printing or asking.
    asides: usize,
    /// When something was last said.
    said: Option<Instant>,
    line: Option<Line>,
}

/// The line, as long as it is drawn.
struct Line {
    bar: ProgressBar,
    _made: Made,
}

/// While it lives something is waited for.
pub struct Wait<'a>(&'a Progress);

/// While it lives no line is drawn.
pub struct Aside<'a>(&'a Progress);

impl Progress {
    /// One that draws on standard error, where that is a terminal for it.
    #[must_use]
    pub(crate) fn standard() -> Self {
        Self { terminal: !ProgressDrawTarget::stderr().is_hidden(), ..Self::default() }
    }

    /// Something is waited for from now on. The words are safe to show, and say no more than a line.
    pub(crate) fn wait(&self, words: String) -> Wait<'_> {
        if self.terminal {
            self.drawing.get_or_init(|| {
                let shared = Arc::clone(&self.shared);
                // without a thread nothing is drawn, and all else goes on
                let _ = thread::Builder::new().name("progress".to_owned()).spawn(move || shared.draw());
            });
        }
        let mut state = self.shared.state();
        (state.words, state.said) = (Some(words), Some(Instant::now()));
        self.shared.changed.notify_all();
        Wait(self)
    }

    /// What is waited for has other words now; nothing where nothing is waited for.
    pub(crate) fn say(&self, words: String) {
        let mut state = self.shared.state();
        if state.words.is_some() {
            if let Some(line) = &state.line {
                signals::undisturbed(|| line.bar.set_message(words.clone()));
            }
            state.words = Some(words);
        }
    }

    /// Takes the line away, for someone who prints or asks.
    pub(crate) fn aside(&self) -> Aside<'_> {
        let mut state = self.shared.state();
        state.asides += 1;
        state.line = None;
        Aside(self)
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let mut state = self.0.shared.state();
        *state = State { asides: state.asides, ..State::default() };
    }
}

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        let mut state = self.0.shared.state();
        state.asides -= 1;
        state.said = state.said.map(|_| Instant::now());
        self.0.shared.changed.notify_all();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws for the life of the process.
    fn draw(&self) {
        let mut state = self.state();
        loop {
            let pause = state.turn();
            state = match pause {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(pause) => self.changed.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }
}

impl State {
    /// Draws what is due; how long there is nothing to do after that, or none where nothing is waited for.
    fn turn(&mut self) -> Option<Duration> {
        let (Some(words), Some(said), 0) = (&self.words, self.said, self.asides) else { return None };
        let quiet = said.elapsed();
        if quiet < PATIENCE {
            return Some(PATIENCE.saturating_sub(quiet));
        }
        match &self.line {
            Some(line) => signals::undisturbed(|| line.bar.tick()),
            None => self.line = Line::begin(words),
        }
        Some(TURN)
    }
}

impl Line {
    fn begin(words: &str) -> Option<Self> {
        let style = ProgressStyle::with_template("{spinner} {wide_msg}").ok()?.tick_strings(&["|", "/", "-", "\\", "|"]);
        let bar =
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style).with_message(words.to_owned());
        let made = signals::make(Box::new(Drawn(bar.clone()))).ok()?;
        Some(Self { bar, _made: made })
    }
}

/// The line as a mark on the terminal.
struct Drawn(ProgressBar);

impl Mark for Drawn {
    fn make(&self) -> io::Result<()> {
        self.0.reset();
        self.0.tick();
        Ok(())
    }

    fn undo(&self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second_ago() -> Option<Instant> {
        Instant::now().checked_sub(PATIENCE * 2)
    }

    #[test]
    fn nothing_is_due_before_a_second_of_silence() {
        let progress = Progress::default();
        assert_eq!(progress.shared.state().turn(), None);
        let wait = progress.wait("reading".to_owned());
        assert!(progress.shared.state().turn().is_some_and(|pause| pause > TURN && pause <= PATIENCE));
        progress.shared.state().said = second_ago();
        assert_eq!(progress.shared.state().turn(), Some(TURN));
        drop(wait);
        assert_eq!(progress.shared.state().turn(), None);
    }

    #[test]
    fn who_prints_or_asks_is_left_alone_and_silence_begins_anew() {
        let progress = Progress::default();
        let _wait = progress.wait("reading".to_owned());
        let (one, other) = (progress.aside(), progress.aside());
        progress.shared.state().said = second_ago();
        assert_eq!(progress.shared.state().turn(), None);
        drop(one);
        assert_eq!(progress.shared.state().turn(), None);
        drop(other);
        assert!(progress.shared.state().turn().is_some_and(|pause| pause > TURN));
        progress.say("writing".to_owned());
        assert!(progress.shared.state().turn().is_some_and(|pause| pause > TURN));
    }

    #[test]
    fn words_without_a_wait_are_nothing() {
        let progress = Progress::default();
        progress.say("writing".to_owned());
        progress.shared.state().said = second_ago();
        assert_eq!(progress.shared.state().turn(), None);
    }
}
