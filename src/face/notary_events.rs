//! What happens along the way, in the words of notary.

use super::warning_words::tell;
use crate::term::ui::Ui;
use client::ports::{Events, events::Event};

/// Tells what happens.
pub struct NotaryNarrator<'a> {
    ui: &'a Ui,
}

impl<'a> NotaryNarrator<'a> {
    /// On these streams.
    #[must_use]
    pub fn new(ui: &'a Ui) -> Self {
        Self { ui }
    }
}

impl Events for NotaryNarrator<'_> {
    fn tell(&self, event: Event<'_>) {
        match event {
            Event::Warning(warning) => tell(self.ui, &warning),
            Event::RootKeyFound { id } => self.ui.line(&format!("Root key found, using: {id}")),
            Event::Initializing { gun } => self.ui.wait_for(&format!("initializing {gun}")),
            _ => {}
        }
    }
}
