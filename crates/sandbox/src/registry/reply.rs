//! Answers with headers, and where in the registry they point to.

use std::fmt::Display;

use hyper::{
    Request, Response, StatusCode,
    body::Bytes,
    header::{self, HeaderName, HeaderValue},
};
use serde_json::Value;

/// `Docker-Content-Digest`: the digest of what is answered or was taken.
pub(super) const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
/// `Docker-Upload-UUID`: the upload.
pub(super) const UPLOAD_UUID: HeaderName = HeaderName::from_static("docker-upload-uuid");

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = status;
    answer
}

/// An answer with a body of a media type.
pub(super) fn with_body(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}

/// JSON and a line ending, as Go's encoder writes it.
pub(super) fn json(value: &Value) -> Response<Bytes> {
    with_body(StatusCode::OK, "application/json; charset=utf-8", format!("{value}\n"))
}

/// Words for a person, as Go's `http.Error` writes them.
pub(super) fn text(status: StatusCode, words: &'static str) -> Response<Bytes> {
    let mut answer = with_body(status, "text/plain; charset=utf-8", words);
    answer.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

/// Puts a header on an answer. A value that none can have is left out.
pub(super) fn set(answer: &mut Response<Bytes>, name: HeaderName, value: impl Display) {
    if let Ok(value) = HeaderValue::try_from(value.to_string()) {
        answer.headers_mut().insert(name, value);
    }
}

/// A path of this registry as a URL, under the name by which the client has called it. The sandbox speaks TLS alone.
pub(super) fn location(request: &Request<Bytes>, path: &str) -> String {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = request.uri().authority().map(hyper::http::uri::Authority::as_str).or(host);
    let is_host = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b':' | b'[' | b']');
    match host {
        Some(host) if !host.is_empty() && host.bytes().all(is_host) => format!("https://{host}{path}"),
        _ => path.to_owned(),
    }
}

/// The first value of a query parameter, where it has one.
pub(super) fn parameter(request: &Request<Bytes>, name: &str) -> Option<String> {
    let query = request.uri().query()?;
    let value = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name)?.1;
    (!value.is_empty()).then(|| value.into_owned())
}
