//! What a verb is given to run with.

use jiff::Timestamp;

use super::wiring::Wiring;
use crate::{
    passphrases::decisions::Passphrases,
    term::{prompter::Prompter, ui::Ui},
};
use client::{ports::Events, session::Session};

/// One command's surroundings.
pub(crate) struct Context<'a> {
    /// Where it prints.
    pub ui: &'a Ui,
    /// Whom it asks.
    pub prompter: &'a Prompter,
    /// What answers where a passphrase is wanted.
    pub passphrases: &'a Passphrases,
    /// What it works on.
    pub wiring: &'a Wiring,
    /// The one time of the command.
    pub now: Timestamp,
}

impl Context<'_> {
    /// The ports for the use cases; `events` finds the words of the verb.
    #[must_use]
    pub(crate) fn session<'a>(&'a self, events: &'a dyn Events) -> Session<'a> {
        self.wiring.session(events, self.passphrases, self.now)
    }
}
