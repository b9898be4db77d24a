//! What a request is refused with: the codes of the distribution specification in the words of distribution 2.8.
//!
//! Where 2.8 did not foresee a case it answers 500 with the code `UNKNOWN`; the sandbox does the same, as it stands for that server.

use std::io;

use hyper::{Response, StatusCode, body::Bytes};
use serde_json::{Value, json};

use super::digest::Digest;
use crate::errcode::{self, ApiError};

/// One error or several; the first says the status.
#[derive(Debug)]
pub(super) struct ApiRefusal(Vec<ApiError>);

impl ApiRefusal {
    /// Several errors at once.
    #[must_use]
    pub(super) fn of_all(errors: Vec<ApiError>) -> Self {
        Self(errors)
    }

    /// The answer that says so.
    #[must_use]
    pub(super) fn answer(&self) -> Response<Bytes> {
        errcode::answer(&self.0)
    }
}

impl From<ApiError> for ApiRefusal {
    fn from(error: ApiError) -> Self {
        Self(vec![error])
    }
}

impl From<io::Error> for ApiRefusal {
    /// The folder cannot be written; the words go to the client, who started this server.
    fn from(error: io::Error) -> Self {
        unknown(json!(error.to_string())).into()
    }
}

/// The digest is none, or not that of the content.
pub(super) fn digest_invalid(detail: impl Into<Option<Value>>) -> ApiError {
    bad_request("DIGEST_INVALID", "provided digest did not match uploaded content", detail)
}

/// No such blob in the repository.
pub(super) fn blob_unknown(detail: impl Into<Option<Value>>) -> ApiError {
    not_found("BLOB_UNKNOWN", "blob unknown to registry", detail)
}

/// No such upload: never begun, finished or given up.
pub(super) fn upload_unknown(detail: impl Into<Option<Value>>) -> ApiError {
    not_found("BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry", detail)
}

/// The upload cannot go on like this.
pub(super) fn upload_invalid(detail: impl Into<Option<Value>>) -> ApiError {
    not_found("BLOB_UPLOAD_INVALID", "blob upload invalid", detail)
}

/// A chunk does not begin where the one before has ended (OCI distribution 1.1, "Pushing a blob in chunks").
pub(super) fn chunk_out_of_order() -> ApiError {
    ApiError { status: StatusCode::RANGE_NOT_SATISFIABLE, ..upload_invalid(None) }
}

/// No such manifest or tag in the repository.
pub(super) fn manifest_unknown(detail: impl Into<Option<Value>>) -> ApiError {
    not_found("MANIFEST_UNKNOWN", "manifest unknown", detail)
}

/// The manifest is of a kind that the client did not say to accept.
pub(super) fn not_accepted(message: &'static str) -> ApiError {
    not_found("MANIFEST_UNKNOWN", message, None)
}

/// The manifest is none, or not of its media type.
pub(super) fn manifest_invalid(detail: impl Into<Option<Value>>) -> ApiError {
    bad_request("MANIFEST_INVALID", "manifest invalid", detail)
}

/// The manifest names what the repository has not.
pub(super) fn manifest_blob_unknown(digest: &str) -> ApiError {
    bad_request("MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", json!(digest))
}

/// Nothing was ever tagged there.
pub(super) fn name_unknown(name: &str) -> ApiError {
    not_found("NAME_UNKNOWN", "repository name not known to registry", json!({"name": name}))
}

/// More entries asked for than the catalogue gives at once.
pub(super) fn too_many_entries(asked: u64) -> ApiError {
    bad_request("PAGINATION_NUMBER_INVALID", "invalid number of results requested", json!({"n": asked}))
}

/// What 2.8 has no words for.
pub(super) fn unknown(detail: impl Into<Option<Value>>) -> ApiError {
    ApiError { status: StatusCode::INTERNAL_SERVER_ERROR, code: "UNKNOWN", message: "unknown error", detail: detail.into() }
}

/// A digest that the content does not have.
pub(super) fn not_the_digest(claimed: Digest) -> ApiError {
    digest_invalid(json!({"Digest": claimed.to_string(), "Reason": {}}))
}

fn not_found(code: &'static str, message: &'static str, detail: impl Into<Option<Value>>) -> ApiError {
    ApiError { status: StatusCode::NOT_FOUND, code, message, detail: detail.into() }
}

fn bad_request(code: &'static str, message: &'static str, detail: impl Into<Option<Value>>) -> ApiError {
    ApiError { status: StatusCode::BAD_REQUEST, code, message, detail: detail.into() }
}
