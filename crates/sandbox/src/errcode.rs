//! Errors in the form that the registry and Notary's server share (distribution `errcode`).

use hyper::{Response, StatusCode, body::Bytes, header};
use serde_json::{Map, Value, json};

/// One error of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The code that programs go by, such as `METADATA_NOT_FOUND`.
    pub code: &'static str,
    /// The words that belong to the code.
    pub message: &'static str,
    /// More about this case.
    pub detail: Option<Value>,
}

impl ApiError {
    /// The answer with this error alone.
    #[must_use]
    pub fn answer(&self) -> Response<Bytes> {
        answer(std::slice::from_ref(self))
    }

    fn to_json(&self) -> Value {
        let mut error = Map::from_iter([("code".to_owned(), json!(self.code)), ("message".to_owned(), json!(self.message))]);
        error.extend(self.detail.iter().map(|detail| ("detail".to_owned(), detail.clone())));
        Value::Object(error)
    }
}

/// The answer with these errors: `{"errors":[{"code":…,"message":…,"detail":…}]}` and a line ending, as Go's encoder writes it. The first
/// error says the status.
#[must_use]
pub fn answer(errors: &[ApiError]) -> Response<Bytes> {
    let list: Vec<Value> = errors.iter().map(ApiError::to_json).collect();
    let mut answer = Response::new(Bytes::from(format!("{}\n", json!({"errors": list}))));
    *answer.status_mut() = errors.first().map_or(StatusCode::INTERNAL_SERVER_ERROR, |error| error.status);
    answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json; charset=utf-8"));
    answer
}
