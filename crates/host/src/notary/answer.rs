//! What a Notary server's answers mean (client `errorFromStatus`, server/errors).

use reqwest::header::CONTENT_TYPE;

use crate::http::{
    HttpAnswer,
    server_error::{self, ServerError},
};
use client::{
    ports::{Bytes, RemoteError},
    safe_text::printable,
};

/// The body of an answer to a question.
pub(super) fn file(answer: HttpAnswer) -> Result<Bytes, RemoteError> {
    if answer.status != 200 {
        return Err(answer.into_failure());
    }
    own(answer).map(|answer| answer.body.into())
}

/// The body of an answer to a question for a key that the server has.
pub(super) fn server_key(answer: HttpAnswer) -> Result<Bytes, RemoteError> {
    file(answer).map_err(|error| match error {
        RemoteError::NotFound { asked } => RemoteError::NoServerKey { asked },
        error => error,
    })
}

/// An answer with the status of success that is a Notary server's: JSON, or nothing. Whatever stands between may answer in its place.
fn own(answer: HttpAnswer) -> Result<HttpAnswer, RemoteError> {
    let media_type = answer.headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    if media_type.is_some_and(|media_type| media_type.starts_with("text/html")) {
        // a captive portal, or another server's front page
        return Err(RemoteError::BadAnswer { asked: answer.asked, reason: "the answer is a web page, not trust data".to_owned() });
    }
    match answer.body.trim_ascii_start().first() {
        Some(b'{') | None => Ok(answer),
        Some(_) => Err(RemoteError::BadAnswer {
            asked: answer.asked,
            reason: format!("the answer is not trust data, but begins with {}", beginning(&answer.body)),
        }),
    }
}

/// The first characters of a body, fit for a message.
fn beginning(body: &[u8]) -> String {
    const LENGTH: usize = 20;
    let text: String = String::from_utf8_lossy(body.trim_ascii_start()).chars().take(LENGTH).collect();
    format!("\"{}\"", printable(&text))
}

/// The answer to an upload or a removal.
pub(super) fn receipt(answer: HttpAnswer) -> Result<(), RemoteError> {
    match answer.status {
        200 => own(answer).map(drop),
        400 => Err(refusal(answer)),
        _ => Err(answer.into_failure()),
    }
}

/// Why an upload was refused.
fn refusal(answer: HttpAnswer) -> RemoteError {
    let HttpAnswer { asked, body, .. } = answer;
    let errors = server_error::parse(&body);
    match errors.first() {
        Some(error) if is_about_versions(error) => RemoteError::Conflict { asked, message: words(error, &body) },
        Some(error) => RemoteError::Rejected { asked, message: words(error, &body) },
        None => RemoteError::Rejected { asked, message: REJECTED.to_owned() },
    }
}

/// The store refuses a version that it has (server/storage `ErrOldVersion`); a root's is checked before (server/handlers/validation.go).
fn is_about_versions(error: &ServerError) -> bool {
    let message = error.detail.get("Error").and_then(|e| e.get("Msg")).and_then(|m| m.as_str()).unwrap_or_default();
    error.code == "VERSION" || message.starts_with("Root modifications must increment the version")
}

/// Notary's words for an upload that it refuses without telling why.
const REJECTED: &str = "trust server rejected operation.";

/// Notary's wording for a validation error (tuf/validation/errors.go), else the server's own words.
fn words(error: &ServerError, body: &[u8]) -> String {
    let name = error.detail.get("Name").and_then(|name| name.as_str());
    let message = error.detail.get("Error").and_then(|e| e.get("Msg")).and_then(|m| m.as_str()).map(printable);
    let prefix = match name {
        Some("ErrValidation") => "An error occurred during validation",
        Some("ErrBadHierarchy") => "Metadata hierarchy is incomplete",
        Some("ErrBadRoot") => "The root metadata is invalid",
        Some("ErrBadTargets") => "The targets metadata is invalid",
        Some("ErrBadSnapshot") => "The snapshot metadata is invalid",
        _ => return server_error::summary(body).map_or(REJECTED.to_owned(), |said| format!("{REJECTED} {said}")),
    };
    format!("{prefix}: {}", message.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use client::ports::{Asked, Service};

    /// An answer of the real notary-server, as `curl -i` shows it.
    fn recorded(name: &str) -> HttpAnswer {
        let path = format!("{}/../../testdata/peers/answers/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap().replace('\r', "");
        let (head, body) = text.split_once("\n\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        HttpAnswer {
            asked: Asked::request(Service::Notary, "https://n/x"),
            status,
            headers: reqwest::header::HeaderMap::new(),
            body: body.trim().into(),
            user: None,
            sent: None,
        }
    }

    #[test]
    fn a_version_that_the_server_has_is_a_conflict() {
        for (name, message) in [
            ("post-same-version", "trust server rejected operation. VERSION: A newer version of metadata is already available."),
            ("post-old-version", "The root metadata is invalid: Root modifications must increment the version. Current 6, new 1"),
        ] {
            let Err(RemoteError::Conflict { message: said, .. }) = receipt(recorded(name)) else { panic!("{name}") };
            assert_eq!(said, message);
        }
    }

    #[test]
    fn other_answers_of_the_real_server() {
        for name in ["post-garbage", "post-not-multipart"] {
            assert!(matches!(receipt(recorded(name)), Err(RemoteError::Rejected { .. })), "{name}");
        }
        assert!(receipt(recorded("delete")).is_ok());
        assert!(matches!(file(recorded("not-found")), Err(RemoteError::NotFound { .. })));
        assert!(matches!(server_key(recorded("not-found")), Err(RemoteError::NoServerKey { .. })));
        assert!(file(recorded("timestamp.key")).unwrap().starts_with(b"{\"keytype\""));
    }

    #[test]
    fn a_server_in_trouble_is_quoted() {
        let said = r#"{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":"no space left on device"}]}"#;
        for (body, words) in [(said, ": UNKNOWN: unknown error: no space left on device"), ("<h1>502 Bad Gateway</h1>", "")] {
            let answer = HttpAnswer { status: 502, body: body.into(), ..recorded("not-found") };
            assert_eq!(receipt(answer).unwrap_err().to_string(), format!("https://n/x: the server answered 502{words}"));
        }
    }

    #[test]
    fn a_page_in_the_place_of_the_server_has_taken_nothing() {
        let html = reqwest::header::HeaderMap::from_iter([(CONTENT_TYPE, "text/html; charset=utf-8".parse().unwrap())]);
        let page = HttpAnswer { status: 200, headers: html, body: "".into(), ..recorded("not-found") };
        assert!(matches!(receipt(page), Err(RemoteError::BadAnswer { .. })));
        let page = HttpAnswer { status: 200, body: "<html>please log in</html>".into(), ..recorded("not-found") };
        assert!(matches!(receipt(page), Err(RemoteError::BadAnswer { .. })));
        assert!(receipt(HttpAnswer { status: 200, body: "\n".into(), ..recorded("not-found") }).is_ok());
    }

    #[test]
    fn only_404_means_that_there_is_nothing() {
        for status in [204, 206, 301, 400, 401, 403, 405, 410, 418, 429, 500, 503, 599] {
            let answer = || HttpAnswer { status, ..recorded("not-found") };
            assert!(!matches!(file(answer()), Ok(_) | Err(RemoteError::NotFound { .. })), "{status}");
            assert!(receipt(answer()).is_err(), "{status}");
            assert_eq!(file(answer()).unwrap_err().is_outage(), status >= 500 || status == 429, "{status}");
        }
    }
}
