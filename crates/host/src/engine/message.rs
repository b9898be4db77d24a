//! One message of a push or a pull (Moby's `jsonmessage`).

use serde::Deserialize;

use client::{
    ports::{Amount, EngineError, Progress},
    safe_text::printable,
};

/// A message. Members that are not known are passed over.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    pub(super) id: Option<String>,
    pub(super) status: Option<String>,
    #[serde(rename = "progressDetail")]
    progress_detail: Option<Detail>,
    #[serde(rename = "errorDetail")]
    error_detail: Option<ErrorDetail>,
    error: Option<String>,
    pub(super) aux: Option<serde_json::Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Detail {
    current: i64,
    total: i64,
    units: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorDetail {
    message: String,
}

impl Message {
    pub(super) fn parse(line: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(line).map_err(|error| format!("a message of its stream cannot be read: {error}"))
    }

    /// What a person is told; none for a message to programs. The Engine's error where it is one.
    pub(super) fn told(self) -> Result<Option<Progress>, EngineError> {
        let detail = self.error_detail.map(|detail| detail.message).filter(|words| !words.is_empty());
        if let Some(words) = detail.or(self.error) {
            return Err(EngineError::Failed(printable(words.trim())));
        }
        let amount = self.progress_detail.map(|detail| Amount {
            current: detail.current.max(0),
            total: detail.total.max(0),
            units: detail.units.filter(|units| !units.is_empty()),
        });
        let (id, status) = (self.id.filter(|id| !id.is_empty()), self.status.unwrap_or_default());
        Ok((!status.is_empty()).then_some(Progress { id, status, amount }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Result<Option<Progress>, String> {
        Message::parse(line.as_bytes())?.told().map_err(|error| error.to_string())
    }

    #[test]
    fn messages_are_read() {
        let pushing = told(r#"{"status":"Pushing","progressDetail":{"current":512,"total":1024},"progress":"[=>]","id":"ab"}"#)
            .unwrap()
            .unwrap();
        assert_eq!((pushing.id.as_deref(), pushing.status.as_str()), (Some("ab"), "Pushing"));
        assert_eq!(pushing.amount, Some(Amount { current: 512, total: 1024, units: None }));
        let preparing = told(r#"{"status":"Preparing","progressDetail":{},"id":"ab","new":1}"#).unwrap().unwrap();
        assert_eq!(preparing.amount, Some(Amount::default()));
        assert_eq!(told(r#"{"progressDetail":{},"aux":{"Tag":"1"}}"#), Ok(None));
        assert_eq!(told(r#"{"progressDetail":null,"status":null}"#), Ok(None));
    }

    #[test]
    fn an_error_ends_it_in_the_engine_s_words() {
        for line in [
            r#"{"errorDetail":{"message":"denied"},"error":"denied"}"#,
            r#"{"error":"denied"}"#,
            r#"{"errorDetail":{"code":1,"message":"denied"}}"#,
        ] {
            assert_eq!(told(line), Err("denied".to_owned()));
        }
        assert_eq!(told(r#"{"error":"a\u001b[31mb"}"#), Err("a\\u{1b}[31mb".to_owned()));
        for line in ["", "x", "{", r#"{"status":1}"#, r#"{"progressDetail":{"current":1e99}}"#] {
            assert!(told(line).unwrap_err().starts_with("a message of its stream cannot be read"), "{line}");
        }
    }
}
