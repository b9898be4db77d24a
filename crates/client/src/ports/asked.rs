//! What was asked of the network, and of whom: the words for a failure follow from this, and not from the look of a URL.

use std::fmt::{self, Display, Formatter};

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The service that it was about.
    pub service: Service,
    /// On which step of the way.
    pub step: Step,
    /// The URL, without credentials and query.
    pub url: String,
}

/// Who is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The Notary server.
    Notary,
    /// The registry of the images.
    Registry,
    /// The Docker Engine.
    Engine,
}

/// A step on the way to an answer of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// No single one: the server as a whole.
    Server,
    /// What the service wants to see is asked for.
    Challenge,
    /// A token is asked for, of another server maybe.
    Token,
    /// The service itself is asked.
    Request,
}

impl Service {
    /// Its name, in facts and traces.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Notary => "notary",
            Self::Registry => "registry",
            Self::Engine => "engine",
        }
    }
}

impl Asked {
    /// A service as a whole, at this address.
    #[must_use]
    pub fn server(service: Service, url: impl Into<String>) -> Self {
        Self { service, step: Step::Server, url: url.into() }
    }

    /// Something of a service itself.
    #[must_use]
    pub fn request(service: Service, url: impl Into<String>) -> Self {
        Self { service, step: Step::Request, url: url.into() }
    }
}

impl Display for Asked {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}
