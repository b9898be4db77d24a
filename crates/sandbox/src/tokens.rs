//! Who may do what: Docker's token authentication, with two users.

use std::{
    collections::{HashMap, VecDeque},
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Bytes,
    header::{self, HeaderValue},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    errcode::ApiError,
    scope::Scope,
    shelf::{self, Shelf},
};

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
    shelf: Arc<Shelf>,
}

#[derive(Default)]
struct Issued {
    /// What a bearer token allows.
    access: HashMap<String, Grant>,
    /// The tokens, the oldest first.
    order: VecDeque<String>,
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
    /// The token server of a host; the realm is `https://HOST/token`. Identity tokens, which `docker login` keeps, lie on the shelf.
    #[must_use]
    pub fn new(host: &str, shelf: Arc<Shelf>) -> Self {
        Self { realm: format!("https://{host}/token"), issued: Mutex::default(), shelf }
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
            (Some("refresh_token"), _) => self.by_identity(field("refresh_token").unwrap_or_default()).ok_or(()),
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
            Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, &json!({"details": error.to_string()})),
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

    fn issue(&self, user: &'static str, scopes: Vec<GrantedScope>, offline: bool, now: Timestamp) -> io::Result<Value> {
        let token = random()?;
        let mut issued = self.issued();
        while issued.order.len() >= MOST_TOKENS {
            let oldest = issued.order.pop_front().unwrap_or_default();
            issued.access.remove(&oldest);
        }
        issued.order.push_back(token.clone());
        issued.access.insert(token.clone(), Grant { scopes, expires: now.saturating_add(LIFETIME).unwrap_or(now) });
        let mut answer = json!({
            "token": token, "access_token": token, "expires_in": LIFETIME.as_secs(),
            "issued_at": now.round(jiff::Unit::Second).unwrap_or(now).to_string(),
        });
        if offline && let Some(members) = answer.as_object_mut() {
            members.insert("refresh_token".to_owned(), json!(self.identity_of(user)?));
        }
        Ok(answer)
    }

    /// The user's one identity token.
    fn identity_of(&self, user: &str) -> io::Result<String> {
        let place = shelf::name(["identity", user]);
        if let Some(known) = self.shelf.get(&place) {
            return Ok(String::from_utf8_lossy(&known).into_owned());
        }
        let token = random()?;
        self.shelf.put(vec![(place, Bytes::from(token.clone()))])?;
        Ok(token)
    }

    fn by_identity(&self, token: &str) -> Option<&'static str> {
        let is_of = |user: &str| self.shelf.get(&shelf::name(["identity", user])).is_some_and(|known| known == token);
        USERS.iter().map(|(user, _)| *user).find(|user| is_of(user))
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

fn random() -> io::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(Base64UrlUnpadded::encode_string(&bytes))
}

fn plain(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(body.to_string()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-21T12:00:00Z";

    fn tokens() -> Tokens {
        Tokens::new("localhost:1", Arc::new(Shelf::in_memory()))
    }

    fn ask(tokens: &Tokens, form: &str) -> Value {
        let request = Request::builder().method(Method::POST).uri("/token").body(Bytes::from(form.to_owned())).unwrap();
        serde_json::from_slice(tokens.answer(&request, NOW.parse().unwrap()).body()).unwrap()
    }

    fn allowed(tokens: &Tokens, token: &Value, now: &str) -> bool {
        let bearer = format!("Bearer {}", token.as_str().unwrap());
        let request = Request::builder().uri("/v2/").header(header::AUTHORIZATION, bearer).body(Bytes::new()).unwrap();
        tokens.check(&request, &[Scope::repository("a", &["pull"])], now.parse().unwrap()).is_ok()
    }

    const JEFF: &str = "grant_type=password&username=jeff&password=jeff-password&scope=repository:a:pull";

    #[test]
    fn a_token_ends_after_its_time() {
        let tokens = tokens();
        let token = &ask(&tokens, JEFF)["token"];
        assert!(allowed(&tokens, token, "2026-11-21T12:04:59Z") && !allowed(&tokens, token, "2026-11-21T12:05:00Z"));
    }

    #[test]
    fn the_oldest_tokens_make_room() {
        let tokens = tokens();
        let (first, second) = (ask(&tokens, JEFF), ask(&tokens, JEFF));
        (0..MOST_TOKENS - 1).for_each(|_| drop(ask(&tokens, "scope=repository:a:pull")));
        assert!(!allowed(&tokens, &first["token"], NOW) && allowed(&tokens, &second["token"], NOW));
    }

    #[test]
    fn an_identity_token_stands_for_its_user_and_outlives_the_server() {
        let first = tokens();
        let identity = ask(&first, &format!("{JEFF}&access_type=offline"))["refresh_token"].clone();
        let again = Tokens::new("localhost:1", first.shelf);
        let form = |token: &str| format!("grant_type=refresh_token&refresh_token={token}&scope=repository:a:pull");
        assert!(allowed(&again, &ask(&again, &form(identity.as_str().unwrap()))["token"], NOW));
        for wrong in ["", "x"] {
            assert_eq!(ask(&again, &form(wrong)), json!({"details": "incorrect username or password"}));
        }
    }
}
