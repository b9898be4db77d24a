//! The error bodies of Notary servers, registries and token servers: `{"errors":[{"code","message","detail"}]}`.

use client::safe_text::printable;
use serde::Deserialize;
use serde_json::Value;

/// How much of a server's words is repeated, in characters.
const MAX_WORDS: usize = 300;

/// One error as a server tells it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ServerError {
    /// The kind, such as `MANIFEST_UNKNOWN`.
    pub code: String,
    /// What it means.
    pub message: String,
    /// More about it, in any form.
    pub detail: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    errors: Vec<ServerError>,
    details: String,
}

/// The errors of a body; none where it is not of this form.
#[must_use]
pub fn parse(body: &[u8]) -> Vec<ServerError> {
    serde_json::from_slice::<Body>(body).unwrap_or_default().errors
}

/// The server's words in one line, fit for a message; none where it has none.
#[must_use]
pub fn summary(body: &[u8]) -> Option<String> {
    let body = serde_json::from_slice::<Body>(body).unwrap_or_default();
    let words = match body.errors.first() {
        Some(error) => error.words(),
        None => body.details,
    };
    let words: String = printable(words.trim()).chars().take(MAX_WORDS).collect();
    (!words.is_empty()).then_some(words)
}

impl ServerError {
    fn words(&self) -> String {
        let detail = match &self.detail {
            Value::Null => String::new(),
            Value::Object(members) if members.is_empty() => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        [self.code.as_str(), &self.message, &detail].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_words_are_made_fit_to_print() {
        let body = br#"{"errors":[{"code":"DENIED","message":"no \u001b[31mway","detail":{"a":1}}]}"#;
        assert_eq!(summary(body).unwrap(), "DENIED: no \\u{1b}[31mway: {\"a\":1}");
        assert_eq!(summary(br#"{"details":"incorrect username or password"}"#).unwrap(), "incorrect username or password");
        for other in [&b""[..], b"<html>", b"{}", br#"{"errors":[]}"#, br#"{"errors":[7]}"#, b"\xff"] {
            assert_eq!(summary(other), None);
        }
        assert!(parse("[".repeat(1 << 20).as_bytes()).is_empty());
    }
}
