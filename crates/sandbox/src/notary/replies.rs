//! Answers in the form of Notary's server: what it serves, and its errors by name.

use hyper::{
    Response, StatusCode,
    body::Bytes,
    header::{self, HeaderValue},
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use crate::errcode::ApiError;

/// How long a reader may keep a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// Found by its hash or version: 30 days.
    Long,
    /// The newest of its role: 5 minutes.
    Short,
}

/// Metadata.
pub(super) fn file(bytes: Bytes, stored: Timestamp, keep: Keep) -> Response<Bytes> {
    let mut answer = text(bytes);
    let keep = match keep {
        Keep::Long => "public, max-age=2592000, s-maxage=2592000",
        Keep::Short => "public, max-age=300, s-maxage=300, must-revalidate",
    };
    // Go's `time.RFC1123`, which names the zone `UTC` and not `GMT`
    let stored = stored.to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S UTC").to_string();
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    if let Ok(stored) = HeaderValue::from_str(&stored) {
        answer.headers_mut().insert(header::LAST_MODIFIED, stored);
    }
    answer
}

/// Something else in JSON, which Go's server takes for plain text.
pub(super) fn text(bytes: Bytes) -> Response<Bytes> {
    let mut answer = Response::new(bytes);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}

/// That the server is well.
pub(super) fn well() -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from_static(b"{}"));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    answer
}

/// That the path has a shorter form.
pub(super) fn elsewhere(path: &str) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = StatusCode::MOVED_PERMANENTLY;
    if let Ok(path) = HeaderValue::from_bytes(path.as_bytes()) {
        answer.headers_mut().insert(header::LOCATION, path);
    }
    answer
}

/// That no path has this method.
pub(super) fn no_such_method() -> Response<Bytes> {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    answer
}

macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident, $status:ident, $code:literal, $message:literal;)*) => {
        $($(#[$doc])* pub(super) fn $name(detail: Option<Value>) -> ApiError {
            ApiError { status: StatusCode::$status, code: $code, message: $message, detail }
        })*
    };
}

// Notary `server/errors`
errors! {
    /// A part of an upload has no file name.
    no_filename, BAD_REQUEST, "NO_FILENAME", "No file/role name provided.";
    /// A name is no role's.
    invalid_role, BAD_REQUEST, "INVALID_ROLE", "The role you are attempting to operate on is invalid.";
    /// A part of an upload is no metadata.
    malformed_json, BAD_REQUEST, "MALFORMED_JSON", "JSON sent by the client could not be parsed by the server";
    /// Storing failed.
    updating, INTERNAL_SERVER_ERROR, "UPDATING", "An error has occurred while updating the TUF repository.";
    /// A version is there already.
    old_version, BAD_REQUEST, "VERSION", "A newer version of metadata is already available.";
    /// A file is not there.
    metadata_not_found, NOT_FOUND, "METADATA_NOT_FOUND", "You have requested metadata that does not exist.";
    /// An upload was judged and refused.
    invalid_update, BAD_REQUEST, "INVALID_UPDATE", "Update sent by the client is invalid.";
    /// An upload is no form.
    malformed_upload, BAD_REQUEST, "MALFORMED_UPLOAD", "The body of your request is malformed.";
    /// A query cannot be read.
    invalid_parameters, BAD_REQUEST, "INVALID_PARAMETERS", "The parameters provided are not valid.";
    /// Anything else.
    unknown, INTERNAL_SERVER_ERROR, "UNKNOWN", "unknown error";
}

/// The detail of an error that has no facts: Go writes a struct without members.
pub(super) fn no_facts() -> Value {
    json!({})
}
