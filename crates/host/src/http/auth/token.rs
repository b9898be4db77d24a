//! Bearer tokens (distribution's token specification, with its form of RFC 6749 for identity tokens).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue},
};
use serde::Deserialize;
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::{
    authorization,
    credential::{Credential, Secret},
    failure::FailureKind,
    realm::Realm,
    server_error, status,
    who::Who,
};
use crate::http::transport::{
    exchange::{Incoming, Outgoing},
    failure::Failure,
};
use client::ports::trace::Errand;
use trust::crypto::file_kind::without_mark;

/// Longest answer of a token server, in bytes.
const MAX_ANSWER: u64 = 1 << 20;

/// How long a token lives that does not say so, and the shortest life that is believed (as Docker has it).
const SHORTEST_LIFE: Duration = Duration::from_secs(60);

/// The longest life that is believed.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// A token and its life.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) value: Arc<Secret>,
    fetched: Instant,
    life: Duration,
}

impl Token {
    /// Whether it lives long enough for one more request.
    pub(super) fn is_alive(&self) -> bool {
        self.fetched.elapsed() + Duration::from_secs(5) < self.life
    }
}

/// What a token is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TokenRequest {
    pub(super) realm: Realm,
    pub(super) service: Option<String>,
    pub(super) scope: String,
    /// The registry whose credentials may be shown for it.
    pub(super) registry: String,
    /// Whether none of them are shown.
    pub(super) is_anonymous: bool,
    /// The server that named the realm, and is shown the token.
    pub(super) receiver: String,
}

/// Asks the realm for a token by this exchange; `who` says who asks, for a refusal.
pub(super) fn fetch(
    exchange: impl FnOnce(Outgoing) -> Result<Incoming, Failure>,
    wanted: &TokenRequest,
    credential: Option<&Credential>,
    who: &Who,
    errand: Errand,
) -> Result<Token, FailureKind> {
    let outgoing = match credential {
        Some(Credential::IdentityToken { token, .. }) => refresh(wanted, token, errand),
        Some(Credential::Basic { user, password }) => ask(wanted, Some((user, password)), errand),
        Some(Credential::RegistryToken(_)) | None => ask(wanted, None, errand),
    };
    let answer = exchange(outgoing)?;
    match answer.status {
        200 => read(&answer.body).map_err(FailureKind::bad_answer),
        401 | 403 => Err(who.refused(server_error::summary(&answer.body).as_deref())),
        code => {
            let facts = status::facts(wanted.realm.url(), &answer.headers, &answer.body, None);
            Err(FailureKind::Status(code, Box::new(facts)))
        }
    }
}

fn ask(wanted: &TokenRequest, user: Option<(&String, &Secret)>, errand: Errand) -> Outgoing {
    let mut url = wanted.realm.url().clone();
    let mut query = url.query_pairs_mut();
    if let Some(service) = &wanted.service {
        query.append_pair("service", service);
    }
    query.append_pair("scope", &wanted.scope);
    if let Some((user, _)) = user {
        query.append_pair("account", user);
    }
    drop(query);
    let headers = user.map(|(user, password)| authorization::basic(user, password)).unwrap_or_default();
    Outgoing { errand, method: Method::GET, url, headers, body: None, limit: MAX_ANSWER }
}

fn refresh(wanted: &TokenRequest, token: &Secret, errand: Errand) -> Outgoing {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "refresh_token").append_pair("client_id", "docker").append_pair("scope", &wanted.scope);
    if let Some(service) = &wanted.service {
        form.append_pair("service", service);
    }
    let body = Zeroizing::new(form.append_pair("refresh_token", token.expose()).finish());
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))]);
    Outgoing {
        errand,
        method: Method::POST,
        url: wanted.realm.url().clone(),
        headers,
        body: Some(body.as_bytes().into()),
        limit: MAX_ANSWER,
    }
}

#[derive(Deserialize)]
struct TokenJson {
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    access_token: Option<String>,
    #[serde(default)]
    expires_in: Option<serde_json::Value>,
}

fn read(body: &[u8]) -> Result<Token, &'static str> {
    // some servers begin with a byte order mark
    let answer: TokenJson =
        serde_json::from_slice(without_mark(body)).map_err(|_| "the answer is not the JSON of a token server")?;
    let value = answer.token.filter(|t| !t.is_empty()).or(answer.access_token).unwrap_or_default();
    if value.is_empty() || !value.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("the answer holds no token that could be sent");
    }
    // some servers write the number as a text
    let seconds = |life: serde_json::Value| life.as_u64().or_else(|| life.as_str()?.trim().parse().ok());
    let life = answer.expires_in.and_then(seconds).map_or(SHORTEST_LIFE, Duration::from_secs);
    let value = Secret::new(value).ok_or("the answer holds no token that could be sent")?;
    Ok(Token { value: Arc::new(value), fetched: Instant::now(), life: life.clamp(SHORTEST_LIFE, LONGEST_LIFE) })
}

#[cfg(test)]
mod tests {
    use client::ports::{Service, Step};

    use super::*;

    #[test]
    fn answers_are_read_in_both_forms() {
        let value = |body: &str| read(body.as_bytes()).map(|t| (t.value.expose().to_owned(), t.life.as_secs()));
        assert_eq!(value(r#"{"token":"a.b","expires_in":300}"#), Ok(("a.b".to_owned(), 300)));
        assert_eq!(value(r#"{"access_token":"c","issued_at":"x"}"#), Ok(("c".to_owned(), 60)));
        assert_eq!(value(r#"{"token":"","access_token":"c","expires_in":-1}"#), Ok(("c".to_owned(), 60)));
        assert_eq!(value(r#"{"token":"a","expires_in":9223372036854775808}"#), Ok(("a".to_owned(), 86400)));
        assert_eq!(value(r#"{"token":"a","expires_in":1.5}"#), Ok(("a".to_owned(), 60)));
        assert_eq!(value("\u{feff}{\"token\":\"a\",\"expires_in\":\"300\"}"), Ok(("a".to_owned(), 300)));
        assert_eq!(value(r#"{"token":"a","expires_in":"soon"}"#), Ok(("a".to_owned(), 60)));
        for bad in ["", "{}", "[]", r#"{"token":"a\r\nX: y"}"#, r#"{"token":"a b"}"#, r#"{"token":"é"}"#, r#"{"token":7}"#] {
            assert!(value(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_question_names_service_scope_and_account() {
        let wanted = TokenRequest {
            realm: Realm::parse("https://a.example.com/token?x=1").unwrap(),
            service: Some("dtr & co".to_owned()),
            scope: "repository:dtr.example.com/prod/nginx:pull,push".to_owned(),
            registry: "dtr.example.com".to_owned(),
            is_anonymous: true,
            receiver: "dtr.example.com".to_owned(),
        };
        let password = Secret::new("p".to_owned()).unwrap();
        let errand = Errand { service: Service::Registry, step: Step::Token, login: None };
        let outgoing = ask(&wanted, Some((&"jeff".to_owned(), &password)), errand.clone());
        let query = "x=1&service=dtr+%26+co&scope=repository%3Adtr.example.com%2Fprod%2Fnginx%3Apull%2Cpush&account=jeff";
        assert_eq!(outgoing.url.query(), Some(query));
        assert!(refresh(&wanted, &password, errand).url.as_str().ends_with("?x=1"));
    }
}
