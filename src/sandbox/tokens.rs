//! Who may do what: Docker's token authentication, with two users.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Bytes,
    header::{self, HeaderValue},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{errcode::ApiError, scope::Scope};

/// The users with their passwords. Each may do everything; without a name one may do nothing.
pub const USERS: [(&str, &str); 2] = [("jeff", "jeff-password"), ("ian", "ian-password")];

/// Whom tokens are for, in the challenge.
const SERVICE: &str = "dct sandbox";

/// How long a token lasts.
const LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// Most tokens that are remembered; then the oldest go.
const MOST_TOKENS: usize = 4096;

/// The first user's login, as `config.json` and `NOTARY_AUTH` have it.
pub(super) fn first_login() -> String {
    let [(user, password), _] = USERS;
    Base64::encode_string(format!("{user}:{password}").as_bytes())
}

/// Gives tokens, and knows those that it gave.
#[derive(Debug)]
pub struct Tokens {
    realm: String,
    issued: Mutex<Issued>,
}

#[derive(Default)]
struct Issued {
    /// What a bearer token allows.
    access: HashMap<String, Grant>,
    /// Whom an identity token stands for.
    identity: HashMap<String, &'static str>,
}

#[derive(Debug)]
struct Grant {
    scopes: Vec<GrantedScope>,
    expires: Timestamp,
}

#[derive(Debug)]
struct GrantedScope {
    kind: String,
    name: String,
    actions: Vec<String>,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tokens", self.access.len())
    }
}

impl Tokens {
    /// The token server of a host; the realm is `https://HOST/token`.
    #[must_use]
    pub fn new(host: &str) -> Self {
        Self { realm: format!("https://{host}/token"), issued: Mutex::default() }
    }

    /// Answers a request for a token: `GET` with Basic authentication or none, or `POST` of an OAuth 2 form.
    #[must_use]
    pub fn answer(&self, request: &Request<Bytes>, now: Timestamp) -> Response<Bytes> {
        let fields: Vec<(String, String)> = match *request.method() {
            Method::GET => url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()).into_owned().collect(),
            Method::POST => url::form_urlencoded::parse(request.body()).into_owned().collect(),
            _ => return plain(StatusCode::METHOD_NOT_ALLOWED, &json!({"details": "GET or POST"})),
        };
        let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let user = match (field("grant_type"), request.headers().get(header::AUTHORIZATION)) {
            (Some("refresh_token"), _) => self.issued().identity.get(field("refresh_token").unwrap_or_default()).copied().ok_or(()),
            (Some("password"), _) => known(field("username").unwrap_or_default(), field("password").unwrap_or_default()).ok_or(()),
            (_, Some(basic)) => basic.to_str().ok().and_then(by_basic).ok_or(()),
            (_, None) => Ok(""),
        };
        let Ok(user) = user else {
            return plain(StatusCode::UNAUTHORIZED, &json!({"details": "incorrect username or password"}));
        };
        let scopes = fields.iter().filter(|(name, _)| name == "scope").flat_map(|(_, value)| value.split(' '));
        let scopes = if user.is_empty() { Vec::new() } else { scopes.filter_map(GrantedScope::parse).collect() };
        let offline = field("offline_token") == Some("true") || field("access_type") == Some("offline");
        match self.issue(user, scopes, offline && !user.is_empty(), now) {
            Ok(answer) => plain(StatusCode::OK, &answer),
            Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, &json!({"details": "no random bytes"})),
        }
    }

    /// Lets a request pass whose token allows these scopes. Otherwise the challenge that says which token would.
    pub fn check(&self, request: &Request<Bytes>, scopes: &[Scope], now: Timestamp) -> Result<(), Box<Response<Bytes>>> {
        let refuse = |error| Err(Box::new(self.challenge(scopes, error)));
        let bearer = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let Some(token) = bearer else { return refuse(None) };
        let issued = self.issued();
        match issued.access.get(token) {
            Some(grant) if grant.expires > now => {
                let allowed = |scope: &Scope| scope.actions.iter().all(|action| grant.allows(scope, action));
                if scopes.iter().all(allowed) { Ok(()) } else { refuse(Some("insufficient_scope")) }
            }
            _ => refuse(Some("invalid_token")),
        }
    }

    fn issue(
        &self,
        user: &'static str,
        scopes: Vec<GrantedScope>,
        offline: bool,
        now: Timestamp,
    ) -> Result<Value, getrandom::Error> {
        let token = random()?;
        let mut issued = self.issued();
        if issued.access.len() >= MOST_TOKENS {
            issued.access.retain(|_, grant| grant.expires > now);
        }
        if issued.access.len() >= MOST_TOKENS {
            issued.access.clear();
        }
        issued.access.insert(token.clone(), Grant { scopes, expires: now.saturating_add(LIFETIME).unwrap_or(now) });
        let mut answer = json!({
            "token": token, "access_token": token, "expires_in": LIFETIME.as_secs(),
            "issued_at": now.round(jiff::Unit::Second).unwrap_or(now).to_string(),
        });
        if offline && let Some(members) = answer.as_object_mut() {
            let identity = random()?;
            issued.identity.insert(identity.clone(), user);
            members.insert("refresh_token".to_owned(), json!(identity));
        }
        Ok(answer)
    }

    fn challenge(&self, scopes: &[Scope], error: Option<&str>) -> Response<Bytes> {
        let mut bearer = format!("Bearer realm=\"{}\",service=\"{SERVICE}\"", self.realm);
        if !scopes.is_empty() {
            let scopes: Vec<String> = scopes.iter().map(ToString::to_string).collect();
            bearer.extend([",scope=\"", &scopes.join(" "), "\""]);
        }
        if let Some(error) = error {
            bearer.extend([",error=\"", error, "\""]);
        }
        let wanted = |scope: &Scope| {
            let of = |action: &&str| json!({"Type": scope.kind, "Class": "", "Name": scope.name, "Action": action});
            scope.actions.iter().map(of).collect::<Vec<_>>()
        };
        let detail: Vec<Value> = scopes.iter().flat_map(wanted).collect();
        // null, and not left out, is what the peers say where no scope would do
        let detail = Some(if detail.is_empty() { Value::Null } else { Value::Array(detail) });
        let error = ApiError { status: StatusCode::UNAUTHORIZED, code: "UNAUTHORIZED", message: "authentication required", detail };
        let mut answer = error.answer();
        // what a client wrote into the path may not be fit for a header
        let value = HeaderValue::from_str(&bearer).unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        answer
    }

    fn issued(&self) -> MutexGuard<'_, Issued> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Grant {
    /// Who may do `*` may do everything (distribution `auth/token`).
    fn allows(&self, scope: &Scope, action: &str) -> bool {
        let of = |granted: &&GrantedScope| granted.kind == scope.kind && granted.name == scope.name;
        self.scopes.iter().filter(of).any(|granted| granted.actions.iter().any(|granted| granted == action || granted == "*"))
    }
}

impl GrantedScope {
    /// `TYPE:NAME:ACTION,…`; the name of a Notary repository has colons of its own.
    fn parse(scope: &str) -> Option<Self> {
        let (kind, rest) = scope.split_once(':')?;
        let (name, actions) = rest.rsplit_once(':')?;
        Some(Self { kind: kind.to_owned(), name: name.to_owned(), actions: actions.split(',').map(str::to_owned).collect() })
    }
}

fn by_basic(authorization: &str) -> Option<&'static str> {
    let decoded = String::from_utf8(Base64::decode_vec(authorization.strip_prefix("Basic ")?).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    known(user, password)
}

fn known(user: &str, password: &str) -> Option<&'static str> {
    USERS.iter().find(|known| **known == (user, password)).map(|(name, _)| *name)
}

fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(Base64UrlUnpadded::encode_string(&bytes))
}

fn plain(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(body.to_string()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
