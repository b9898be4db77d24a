//! The Notary endpoint: trust data below `/v2/GUN/_trust/`, judged and served as Notary's server does.

use std::sync::Arc;

use hyper::{Request, Response, StatusCode, body::Bytes};
use jiff::Timestamp;

use super::{scope::Scope, shelf::Shelf};

/// Trust data of all repositories.
#[derive(Debug)]
pub struct TrustEndpoint {
    #[expect(dead_code)]
    shelf: Arc<Shelf>,
}

impl TrustEndpoint {
    /// The endpoint over what a shelf holds.
    #[must_use]
    pub fn new(shelf: Arc<Shelf>) -> Self {
        Self { shelf }
    }

    /// What a request's token must allow, where it needs one at all.
    #[must_use]
    pub fn scopes(&self, _request: &Request<Bytes>) -> Option<Vec<Scope>> {
        Some(Vec::new())
    }

    /// Answers a request that is allowed.
    #[must_use]
    pub fn answer(&self, _request: &Request<Bytes>, _now: Timestamp) -> Response<Bytes> {
        let mut answer = Response::new(Bytes::new());
        *answer.status_mut() = StatusCode::NOT_FOUND;
        answer
    }
}
