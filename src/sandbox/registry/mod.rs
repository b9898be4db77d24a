//! The registry: manifests, blobs and tags below `/v2/`, as the OCI distribution specification has them.

use std::sync::Arc;

use hyper::{Request, Response, StatusCode, body::Bytes};

use super::{scope::Scope, shelf::Shelf};

/// Images of all repositories.
#[derive(Debug)]
pub struct RegistryEndpoint {
    #[expect(dead_code)]
    shelf: Arc<Shelf>,
}

impl RegistryEndpoint {
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
    pub fn answer(&self, _request: &Request<Bytes>) -> Response<Bytes> {
        let mut answer = Response::new(Bytes::new());
        *answer.status_mut() = StatusCode::NOT_FOUND;
        answer
    }
}
