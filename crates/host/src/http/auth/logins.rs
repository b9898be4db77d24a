//! Which credentials there are for a registry: found once a command.

use std::{sync::Arc, time::Instant};

use super::{
    ask::Ask,
    credential::{CredentialError, Credentials, Found},
    failure::{FailureKind, HttpFailure},
};
use crate::http::memo::Memo;

/// Where credentials come from, and those that were found.
pub(super) struct Logins {
    credentials: Box<dyn Credentials>,
    found: Memo<String, Option<Arc<Found>>, CredentialError>,
}

impl Logins {
    pub(super) fn new(credentials: Box<dyn Credentials>) -> Self {
        Self { credentials, found: Memo::default() }
    }

    /// The credentials for a registry, for one who began at this time; none where there are none.
    pub(super) fn of_registry(&self, registry: &str, begun: Instant) -> Result<Option<Arc<Found>>, CredentialError> {
        let make = || self.credentials.for_registry(registry).map(|found| found.map(Arc::new));
        self.found.get(&registry.to_owned(), begun, |_| true, make)
    }

    /// The same for what is asked of a server.
    pub(super) fn of(&self, ask: &Ask<'_>) -> Result<Option<Arc<Found>>, HttpFailure> {
        self.of_registry(ask.registry, ask.begun).map_err(|error| ask.server_failed(FailureKind::unusable(error.to_string())))
    }

    /// Whether there are credentials after all, where whoever comes without was refused; asked for once, by whichever thread was refused first.
    pub(super) fn has_after_refusal(&self, ask: &Ask<'_>) -> Result<bool, HttpFailure> {
        let make = || self.credentials.after_refusal(ask.registry).map(|found| found.map(Arc::new));
        let found = self.found.get(&ask.registry.to_owned(), ask.begun, Option::is_some, make);
        found.map(|found| found.is_some()).map_err(|error| ask.server_failed(FailureKind::unusable(error.to_string())))
    }
}
