//! What is asked of a server that speaks a `/v2/` protocol, and what it answers.

use std::time::Instant;

use reqwest::{Url, header::HeaderMap};

use super::{
    api::Api,
    failure::{FailureKind, HttpFailure},
    status,
};
use client::ports::{Asked, Bytes, RemoteError, Service, Step, trace::Errand};

/// What is asked of a server.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// What the server is.
    pub service: Service,
    /// The server.
    pub api: &'a Api,
    /// What to do.
    pub method: Method,
    /// With what, below `/v2/`.
    pub path: &'a str,
    /// The media types that are understood.
    pub accept: Option<&'static str>,
    /// What is sent: its media type and the bytes.
    pub content: Option<(String, Bytes)>,
    /// The longest body of an answer with status 200, in bytes. Of any other the first KiB is kept.
    pub limit: u64,
    /// The registry whose credentials are used, as in a GUN.
    pub registry: &'a str,
    /// What a token is to allow: `repository:<name>:<actions>`.
    pub scope: &'a str,
    /// When whoever asks began, with a batch say: what its server or token server has failed to do since then is not asked for again.
    pub begun: Instant,
}

impl Ask<'_> {
    /// Why a request is made for it.
    pub(super) fn errand(&self, step: Step, login: Option<String>) -> Errand {
        Errand { service: self.service, step, login }
    }

    /// What is wrong with the server as a whole.
    pub(super) fn server_failed(&self, kind: FailureKind) -> HttpFailure {
        HttpFailure { step: Step::Server, url: self.api.to_string(), kind }
    }
}

/// The methods that the protocols use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Send.
    Post,
    /// Remove.
    Delete,
}

/// An answer with any status but 401.
#[derive(Clone, Debug)]
pub struct HttpAnswer {
    /// What was asked.
    pub asked: Asked,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, whole for status 200.
    pub body: Vec<u8>,
    /// The user whose credentials were used, where they name one.
    pub user: Option<String>,
    /// How much was sent with the request, in bytes, where it had a body.
    pub sent: Option<u64>,
}

impl HttpAnswer {
    /// The failure that an answer is which has neither what was asked for nor a meaning of its own.
    #[must_use]
    pub fn into_failure(self) -> RemoteError {
        let Self { asked, status: code, headers, body, user, sent } = self;
        match code {
            403 => RemoteError::Forbidden { asked, user },
            404 => RemoteError::NotFound { asked },
            code => {
                let facts = Url::parse(&asked.url).map(|url| status::facts(&url, &headers, &body, sent)).unwrap_or_default();
                RemoteError::Status { asked, status: code, facts: Box::new(facts) }
            }
        }
    }
}
