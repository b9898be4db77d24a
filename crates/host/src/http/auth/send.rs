//! Sends a request with the authorization that its server wants.

use std::sync::Arc;

use reqwest::{
    Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, WWW_AUTHENTICATE},
};

use super::{
    api::Api,
    authorization,
    challenge::{self, Challenge},
    credential::{Credential, CredentialError, Credentials, Found},
    remembered::Remembered,
    settings::NetSettings,
    token::{self, Token, TokenRequest},
    who::{self, Who},
};
use crate::http::{
    memo::OnceEach,
    transport::exchange::{Incoming, Outgoing, exchange},
    transport::failure::{FailureKind, HttpFailure, failed_at},
    transport::hosts::{Hosts, Terms},
    transport::origin::Permissions,
    transport::pace::Pace,
    transport::tls_files::TlsFiles,
};
use client::ports::{
    Accounts, Asked, Bytes, RemoteError, Service, Step,
    trace::{Errand, Trace},
};
use trust::model::gun::Gun;

/// Longest body of an answer to the question what a server wants, in bytes.
const MAX_PING: u64 = 64 << 10;

/// The HTTP stack of a command.
pub struct Net {
    pace: Pace,
    permissions: Permissions,
    hosts: Hosts,
    credentials: Box<dyn Credentials>,
    remembered: Remembered,
    challenges: OnceEach<Api, Result<KnownChallenge, HttpFailure>>,
    found: OnceEach<String, Result<Option<Arc<Found>>, CredentialError>>,
    tokens: OnceEach<TokenRequest, Result<Token, HttpFailure>>,
}

/// What is asked of a server.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// What the server is.
    pub service: Service,
    /// The server.
    pub api: &'a Api,
    /// What to do.
    pub method: Method,
    /// With what, below `/v2/`.
    pub path: &'a str,
    /// The media types that are understood.
    pub accept: Option<&'static str>,
    /// What is sent: its media type and the bytes.
    pub content: Option<(String, Bytes)>,
    /// The longest body of an answer with status 200, in bytes. Of any other the first KiB is kept.
    pub limit: u64,
    /// The registry whose credentials are used, as in a GUN.
    pub registry: &'a str,
    /// What a token is to allow: `repository:<name>:<actions>`.
    pub scope: &'a str,
}

impl Ask<'_> {
    /// Why a request is made for it.
    fn errand(&self, step: Step, login: Option<String>) -> Errand {
        Errand { service: self.service, step, login }
    }

    /// What is wrong with the server as a whole.
    fn server_failed(&self, kind: FailureKind) -> HttpFailure {
        HttpFailure { step: Step::Server, url: self.api.to_string(), kind }
    }
}

/// The methods that the protocols use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Send.
    Post,
    /// Remove.
    Delete,
}

/// An answer with any status but 401.
#[derive(Clone, Debug)]
pub struct HttpAnswer {
    /// What was asked.
    pub asked: Asked,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, whole for status 200.
    pub body: Vec<u8>,
    /// The user whose credentials were used, where they name one.
    pub user: Option<String>,
}

/// What a server wants to see.
#[derive(Clone, PartialEq, Eq)]
struct KnownChallenge {
    challenge: Challenge,
    /// Whether an earlier process was told it, not this one.
    is_recalled: bool,
}

/// What is shown to a server.
struct Shown {
    headers: HeaderMap,
    user: Option<String>,
    who: Who,
    /// Where the login came from.
    login: Option<String>,
    token: Option<Token>,
    /// Whether the token served an earlier request, so that it may have been revoked since.
    is_reused: bool,
}

impl Net {
    /// A stack without connections; nothing is read or asked yet.
    #[must_use]
    pub fn new(settings: NetSettings, credentials: Box<dyn Credentials>, tls: Box<dyn TlsFiles>) -> Self {
        Self {
            pace: Pace { timeout: settings.timeout, least_rate: settings.least_rate },
            permissions: settings.permissions,
            hosts: Hosts::new(tls, concat!("dct/", env!("CARGO_PKG_VERSION")).to_owned()),
            credentials,
            remembered: Remembered { folder: settings.cache_dir },
            challenges: OnceEach::default(),
            found: OnceEach::default(),
            tokens: OnceEach::default(),
        }
    }

    /// The same stack, and each request is told of.
    #[must_use]
    pub fn traced(mut self, trace: Arc<dyn Trace>) -> Self {
        self.hosts.told = Some(trace);
        self
    }

    /// Sends a request, a second time where the first was answered by 401 and something else can be shown.
    pub fn send(&self, ask: &Ask<'_>) -> Result<HttpAnswer, RemoteError> {
        let url = ask.api.url(ask.path).map_err(|e| RemoteError::Unusable(format!("{}/v2/{}: {e}", ask.api, ask.path)))?;
        self.send_with_all(ask, &url).map_err(|failure| failure.of(ask.service))
    }

    fn send_with_all(&self, ask: &Ask<'_>, url: &Url) -> Result<HttpAnswer, HttpFailure> {
        match self.send_to(ask, url) {
            Err(HttpFailure { kind: FailureKind::Anonymous(_), .. }) if self.has_more_to_show(ask)? => self.send_to(ask, url),
            result => result,
        }
    }

    /// Whether there are credentials after all; asked for once, by whichever thread was refused first.
    fn has_more_to_show(&self, ask: &Ask<'_>) -> Result<bool, HttpFailure> {
        let has_any = |found: &Result<Option<Arc<Found>>, CredentialError>| !matches!(found, Ok(None));
        let make = || self.credentials.after_refusal(ask.registry).map(|found| found.map(Arc::new));
        let found = self.found.get(ask.registry.to_owned(), has_any, make);
        found.map(|found| found.is_some()).map_err(|error| ask.server_failed(FailureKind::Unusable(error.to_string())))
    }

    fn send_to(&self, ask: &Ask<'_>, url: &Url) -> Result<HttpAnswer, HttpFailure> {
        let mut known = self.known(ask)?;
        let shown = match self.show(&known.challenge, ask, None) {
            Err(_) if known.is_recalled => {
                known = self.ask_anew(ask)?;
                self.show(&known.challenge, ask, None)?
            }
            shown => shown?,
        };
        let incoming = self.exchange(ask, url, &shown)?;
        if incoming.status != 401 {
            return Ok(answer(ask, url, incoming, shown));
        }
        let refuse = |shown: &Shown| failed_at(Step::Request, url)(shown.who.refused(None));
        let next = self.after_401(ask, &known, &incoming)?;
        if next == known.challenge && !shown.is_reused {
            return Err(refuse(&shown));
        }
        let shown = self.show(&next, ask, shown.token.as_ref())?;
        let incoming = self.exchange(ask, url, &shown)?;
        if incoming.status == 401 {
            return Err(refuse(&shown));
        }
        if next != known.challenge {
            self.remembered.keep(ask.api, &next);
            let next = KnownChallenge { challenge: next, is_recalled: false };
            let _ = self.challenges.get(ask.api.clone(), |current| current.as_ref() == Ok(&next), || Ok(next.clone()));
        }
        Ok(answer(ask, url, incoming, shown))
    }

    fn exchange(&self, ask: &Ask<'_>, url: &Url, shown: &Shown) -> Result<Incoming, HttpFailure> {
        let mut headers = shown.headers.clone();
        if let Some(accept) = ask.accept {
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
        }
        if let Some((media_type, _)) = &ask.content {
            headers.extend(HeaderValue::from_str(media_type).ok().map(|value| (CONTENT_TYPE, value)));
        }
        let method = match ask.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Delete => reqwest::Method::DELETE,
        };
        let body = ask.content.as_ref().map(|(_, bytes)| Arc::clone(bytes));
        let errand = ask.errand(Step::Request, shown.login.clone());
        let outgoing = Outgoing { errand, method, url: url.clone(), headers, body, limit: ask.limit };
        let client = self.hosts.client(url, &Terms::of_server(ask.registry));
        client.and_then(|client| exchange(&client, outgoing, self.pace)).map_err(failed_at(Step::Request, url))
    }

    // ---- what the server wants ----

    fn known(&self, ask: &Ask<'_>) -> Result<KnownChallenge, HttpFailure> {
        let make = || match self.remembered.recall(ask.api) {
            Some(challenge) => Ok(KnownChallenge { challenge, is_recalled: true }),
            None => self.ping(ask),
        };
        self.challenges.get(ask.api.clone(), |_| true, make)
    }

    /// Asks the server, unless another thread has asked it since.
    fn ask_anew(&self, ask: &Ask<'_>) -> Result<KnownChallenge, HttpFailure> {
        let is_fresh = |known: &Result<KnownChallenge, HttpFailure>| known.as_ref().map_or(true, |known| !known.is_recalled);
        self.challenges.get(ask.api.clone(), is_fresh, || self.ping(ask))
    }

    fn ping(&self, ask: &Ask<'_>) -> Result<KnownChallenge, HttpFailure> {
        let api = ask.api;
        let url = api.url("").map_err(|e| ask.server_failed(FailureKind::Unusable(format!("{api}: {e}"))))?;
        let fail = failed_at(Step::Challenge, &url);
        let (errand, method) = (ask.errand(Step::Challenge, None), reqwest::Method::GET);
        let outgoing = Outgoing { errand, method, url: url.clone(), headers: HeaderMap::new(), body: None, limit: MAX_PING };
        let client = self.hosts.client(&url, &Terms::of_server(ask.registry)).map_err(fail)?;
        let answer = exchange(&client, outgoing, self.pace).map_err(fail)?;
        let challenge = match answer.status {
            401 => chosen(&answer.headers).map_err(fail)?,
            status @ 300..=399 => return Err(fail(FailureKind::Status(status, None))),
            _ => Challenge::None,
        };
        if matches!(answer.status, 200 | 401) {
            self.remembered.keep(api, &challenge);
        }
        Ok(KnownChallenge { challenge, is_recalled: false })
    }

    /// What to show after a 401: what the server says now. Its answer to the request counts where it seemed to want nothing, or where it names
    /// another service than its front door does.
    fn after_401(&self, ask: &Ask<'_>, known: &KnownChallenge, incoming: &Incoming) -> Result<Challenge, HttpFailure> {
        let now = if known.is_recalled { self.ask_anew(ask)?.challenge } else { known.challenge.clone() };
        if now != known.challenge && now != Challenge::None {
            return Ok(now);
        }
        match chosen(&incoming.headers) {
            Err(kind @ FailureKind::BadAnswer(_)) => Err(ask.server_failed(kind)),
            challenge => Ok(challenge.unwrap_or(now)),
        }
    }

    // ---- what we show ----

    fn show(&self, challenge: &Challenge, ask: &Ask<'_>, refused: Option<&Token>) -> Result<Shown, HttpFailure> {
        if ask.api.is_plain() && *challenge != Challenge::None {
            let reason = "it wants credentials, which are not sent over http".to_owned();
            return Err(ask.server_failed(FailureKind::Unauthorized(reason)));
        }
        let (realm, service) = match challenge {
            Challenge::None => return Ok(Shown::nothing(Who::Unasked)),
            Challenge::Basic => return self.show_directly(ask),
            Challenge::Bearer { realm, service } => (realm, service),
        };
        let (server, receiver) = (ask.api.host(), realm.authority());
        let found = self.find(ask)?;
        let (credential, who) = who::to_realm(&self.permissions, ask.registry, found.as_deref(), &receiver, &server);
        if matches!(credential, Some(Credential::RegistryToken(_))) {
            return self.show_directly(ask);
        }
        let (registry, scope) = (ask.registry.to_owned(), ask.scope.to_owned());
        let (realm, service, is_anonymous) = (realm.clone(), service.clone(), credential.is_none());
        let wanted = TokenRequest { realm, service, scope, registry, is_anonymous, receiver: server };
        let login = source(credential, found.as_deref());
        let mut is_reused = true;
        let usable = |token: &Result<Token, HttpFailure>| match token {
            Ok(token) => token.is_alive() && refused.is_none_or(|refused| !Arc::ptr_eq(&token.value, &refused.value)),
            Err(_) => true,
        };
        let token = self.tokens.get(wanted.clone(), usable, || {
            is_reused = false;
            self.fetch_token(&wanted, credential, &who, ask.errand(Step::Token, login.clone()))
        })?;
        let user = credential.and_then(Credential::user).map(str::to_owned);
        Ok(Shown { headers: authorization::bearer(&token.value), user, who, login, token: Some(token), is_reused })
    }

    fn fetch_token(
        &self,
        wanted: &TokenRequest,
        credential: Option<&Credential>,
        who: &Who,
        errand: Errand,
    ) -> Result<Token, HttpFailure> {
        let mut url = wanted.realm.url().clone();
        url.set_query(None);
        let fail = failed_at(Step::Token, &url);
        let TokenRequest { realm, registry, receiver, is_anonymous, .. } = wanted;
        let terms = Terms::of_realm(&self.permissions, registry, &realm.authority(), receiver, *is_anonymous);
        let client = self.hosts.client(realm.url(), &terms).map_err(fail)?;
        token::fetch(&client, wanted, credential, who, errand, self.pace).map_err(fail)
    }

    /// Shows a credential to the server itself: Basic, or a registry's own token.
    fn show_directly(&self, ask: &Ask<'_>) -> Result<Shown, HttpFailure> {
        let found = self.find(ask)?;
        let (credential, who) = who::to_server(&self.permissions, ask.registry, found.as_deref(), &ask.api.host());
        let headers = match credential {
            Some(Credential::Basic { user, password }) => authorization::basic(user, password),
            Some(Credential::RegistryToken(token)) => authorization::bearer(token),
            Some(Credential::IdentityToken { .. }) => {
                let reason = format!("the server wants a password, and there is only the {who}");
                return Err(ask.server_failed(FailureKind::Unauthorized(reason)));
            }
            None => return Err(ask.server_failed(who.refused(None))),
        };
        let user = credential.and_then(Credential::user).map(str::to_owned);
        let login = source(credential, found.as_deref());
        Ok(Shown { headers, user, login, ..Shown::nothing(who) })
    }

    /// The credential for a registry, to be handed to someone who speaks to it in our place.
    pub fn credential(&self, registry: &str) -> Result<Option<Arc<Found>>, RemoteError> {
        self.credential_of(registry).map_err(|error| RemoteError::Unusable(error.to_string()))
    }

    fn find(&self, ask: &Ask<'_>) -> Result<Option<Arc<Found>>, HttpFailure> {
        self.credential_of(ask.registry).map_err(|error| ask.server_failed(FailureKind::Unusable(error.to_string())))
    }

    fn credential_of(&self, registry: &str) -> Result<Option<Arc<Found>>, CredentialError> {
        let make = || self.credentials.for_registry(registry).map(|found| found.map(Arc::new));
        self.found.get(registry.to_owned(), |_| true, make)
    }
}

impl Shown {
    fn nothing(who: Who) -> Self {
        Self { headers: HeaderMap::new(), user: None, who, login: None, token: None, is_reused: false }
    }
}

impl Accounts for Net {
    fn user_name(&self, gun: &Gun) -> Result<Option<String>, RemoteError> {
        let found = self.credential(gun.host())?;
        Ok(found.and_then(|found| found.credential.user().map(str::to_owned)))
    }
}

/// Where the credential came from that is shown.
fn source(credential: Option<&Credential>, found: Option<&Found>) -> Option<String> {
    credential.and(found).map(|found| found.source.clone())
}

fn chosen(headers: &HeaderMap) -> Result<Challenge, FailureKind> {
    challenge::choose(headers.get_all(WWW_AUTHENTICATE).iter().map(HeaderValue::as_bytes))
}

fn answer(ask: &Ask<'_>, url: &Url, incoming: Incoming, shown: Shown) -> HttpAnswer {
    let asked = Asked::request(ask.service, url.as_str());
    HttpAnswer { asked, status: incoming.status, headers: incoming.headers, body: incoming.body, user: shown.user }
}
