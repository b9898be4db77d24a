//! What happens along the way, in the words of `docker trust`.

use super::warning_words::tell;
use crate::term::ui::Ui;
use client::ports::{Events, events::Event};

/// Which verb is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NarratedVerb {
    /// It has no words of its own for what happens.
    Other,
    /// `signer add`
    SignerAdd,
}

/// Tells of one argument of a verb.
pub(crate) struct DockerNarrator<'a> {
    ui: &'a Ui,
    verb: NarratedVerb,
    /// The argument as it was typed.
    typed: &'a str,
}

impl<'a> DockerNarrator<'a> {
    pub(crate) fn new(ui: &'a Ui, verb: NarratedVerb, typed: &'a str) -> Self {
        Self { ui, verb, typed }
    }
}

impl Events for DockerNarrator<'_> {
    fn tell(&self, event: Event<'_>) {
        let (ui, typed) = (self.ui, self.typed);
        if let Event::Initializing { .. } = event {
            ui.wait_for(&format!("initializing {typed}"));
        }
        match (event, self.verb) {
            (Event::Initializing { .. }, NarratedVerb::SignerAdd) => {
                ui.line(&format!("Initializing signed repository for {typed}..."));
            }
            (Event::Initialized { .. }, NarratedVerb::SignerAdd) => ui.line(&format!("Successfully initialized \"{typed}\"")),
            (Event::Warning(warning), _) => tell(ui, &warning),
            _ => {}
        }
    }
}
