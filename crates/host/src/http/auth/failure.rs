//! Why a request has no answer: a failure of an exchange on the way to it, or a server that refuses.

use reqwest::Url;

use crate::http::transport::failure::Failure;
use client::ports::{Asked, RemoteError, Service, StatusFacts, Step, Withheld};

/// Why a request has no answer. It can be shared by all who waited for the same, whichever service they ask at that address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HttpFailure {
    /// On which step.
    pub(super) step: Step,
    /// What was asked: a URL without credentials and query.
    pub(super) url: String,
    pub(super) kind: FailureKind,
}

/// The kinds of failure, as `RemoteError` has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// The server, or its token server, has refused whoever comes without credentials.
    Anonymous(String),
    Exchange(Failure),
    Status(u16, Box<StatusFacts>),
    Unauthorized(String),
    /// There are credentials, which are kept from a server of another site.
    Withheld(String, Box<Withheld>),
}

impl FailureKind {
    pub(super) fn bad_answer(reason: impl Into<String>) -> Self {
        Self::Exchange(Failure::BadAnswer(reason.into()))
    }

    pub(super) fn unusable(reason: impl Into<String>) -> Self {
        Self::Exchange(Failure::Unusable(reason.into()))
    }
}

impl From<Failure> for FailureKind {
    fn from(failure: Failure) -> Self {
        Self::Exchange(failure)
    }
}

impl HttpFailure {
    /// What a kind of failure is on a step at this URL.
    pub(super) fn at(step: Step, url: &Url, kind: impl Into<FailureKind>) -> Self {
        Self { step, url: url.to_string(), kind: kind.into() }
    }

    /// As it is told to one who asked this service.
    pub(super) fn of(self, service: Service) -> RemoteError {
        let Self { step, url, kind } = self;
        let asked = Asked { service, step, url };
        match kind {
            FailureKind::Anonymous(reason) | FailureKind::Unauthorized(reason) => RemoteError::Unauthorized { asked, reason },
            FailureKind::Exchange(failure) => failure.of(asked),
            FailureKind::Status(status, facts) => RemoteError::Status { asked, status, facts },
            FailureKind::Withheld(reason, withheld) => RemoteError::Withheld { asked, reason, withheld },
        }
    }
}
