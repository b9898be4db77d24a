//! What a use case came to: its report, and what it warned of on the way.

use std::{cell::RefCell, collections::BTreeMap};

use crate::{
    ports::{Events, Warning, events::Event},
    session::Session,
};
use trust::model::{role::RoleName, version::Version};

/// The versions of the files that an update published, by role.
pub type PublishedVersions = BTreeMap<RoleName, Version>;

/// The result of a use case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome<T> {
    /// What it did, or found out.
    pub result: T,
    /// What it warned of, in order. Whoever hears the session's events has heard these already.
    pub warnings: Vec<Warning>,
}

impl<T> Outcome<T> {
    /// Does the work of a use case, and keeps its warnings. They are told as they come, too: of a failure nothing else is left.
    pub(crate) fn of<E>(session: &Session<'_>, work: impl FnOnce(&Session<'_>) -> Result<T, E>) -> Result<Self, E> {
        let telling = TellingOn { events: session.events, heard: HeardWarnings::default() };
        let result = work(&Session { events: &telling, ..*session })?;
        Ok(Self { result, warnings: telling.heard.warnings() })
    }

    /// The result alone, for who has heard the warnings.
    pub fn into_result(self) -> T {
        self.result
    }
}

/// Keeps the warnings of what happens, and nothing else of it.
#[derive(Default)]
pub struct HeardWarnings(RefCell<Vec<Warning>>);

impl HeardWarnings {
    /// The warnings so far, in order.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        self.0.borrow().clone()
    }
}

impl Events for HeardWarnings {
    fn tell(&self, event: Event<'_>) {
        if let Event::Warning(warning) = event {
            self.0.borrow_mut().push(warning);
        }
    }
}

/// Tells on what happens, and keeps the warnings of it. What was warned of already, by an earlier look at the same, is not told again.
struct TellingOn<'a> {
    events: &'a dyn Events,
    heard: HeardWarnings,
}

impl Events for TellingOn<'_> {
    fn tell(&self, event: Event<'_>) {
        if let Event::Warning(warning) = &event
            && self.heard.0.borrow().contains(warning)
        {
            return;
        }
        self.heard.tell(event.clone());
        self.events.tell(event);
    }
}
