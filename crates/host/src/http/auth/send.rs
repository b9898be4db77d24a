//! Sends a request with the authorization that its server wants.

use std::{sync::Arc, time::Instant};

use reqwest::{
    Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderValue},
};

use super::{
    ask::{Ask, HttpAnswer, Method},
    challenges::Challenges,
    credential::{Credentials, Found},
    failure::{FailureKind, HttpFailure},
    logins::Logins,
    patience,
    settings::NetSettings,
    shown::{Shown, Wallet},
    terms,
};
use crate::http::{
    memo::Memo,
    transport::{
        exchange::{Incoming, Outgoing},
        hosts::Hosts,
        pace::Pace,
        tls_files::TlsFiles,
    },
};
use client::ports::{Accounts, Asked, RemoteError, Step, trace::Trace};
use trust::model::gun::Gun;

/// The HTTP stack of a command.
pub struct Net {
    hosts: Hosts,
    challenges: Challenges,
    wallet: Wallet,
}

impl Net {
    /// A stack without connections; nothing is read or asked yet.
    #[must_use]
    pub fn new(settings: NetSettings, credentials: Box<dyn Credentials>, tls: Box<dyn TlsFiles>) -> Self {
        let pace = Pace { timeout: settings.timeout, least_rate: settings.least_rate };
        Self {
            hosts: Hosts::new(tls, concat!("dct/", env!("CARGO_PKG_VERSION")).to_owned(), settings.proxies, pace),
            challenges: Challenges::new(settings.cache_dir),
            wallet: Wallet { permissions: settings.permissions, logins: Logins::new(credentials), tokens: Memo::default() },
        }
    }

    /// The same stack, and each request is told of, where anyone wants to know.
    #[must_use]
    pub fn traced(mut self, trace: Option<Arc<dyn Trace>>) -> Self {
        self.hosts.told = trace;
        self
    }

    /// Sends a request, a second time where the first was answered by 401 and something else can be shown.
    pub fn send(&self, ask: &Ask<'_>) -> Result<HttpAnswer, RemoteError> {
        let url = ask.api.url(ask.path).map_err(|e| RemoteError::Unusable(format!("{}/v2/{}: {e}", ask.api, ask.path)))?;
        self.send_with_all(ask, &url).map_err(|failure| failure.of(ask.service))
    }

    fn send_with_all(&self, ask: &Ask<'_>, url: &Url) -> Result<HttpAnswer, HttpFailure> {
        match self.send_to(ask, url) {
            Err(HttpFailure { kind: FailureKind::Anonymous(_), .. }) if self.wallet.logins.has_after_refusal(ask)? => {
                self.send_to(ask, url)
            }
            result => result,
        }
    }

    fn send_to(&self, ask: &Ask<'_>, url: &Url) -> Result<HttpAnswer, HttpFailure> {
        let mut known = self.challenges.of(&self.hosts, ask)?;
        let shown = match self.wallet.show(&self.hosts, &known.challenge, ask, None) {
            Err(failure) if known.is_recalled => {
                let recalled = known.challenge;
                known = self.challenges.asked_anew(&self.hosts, ask)?;
                if known.challenge == recalled {
                    return Err(failure);
                }
                self.wallet.show(&self.hosts, &known.challenge, ask, None)?
            }
            shown => shown?,
        };
        let incoming = self.exchange(ask, url, &shown)?;
        if incoming.status != 401 {
            return Ok(answer(ask, url, incoming, shown));
        }
        let refuse = |shown: &Shown| HttpFailure::at(Step::Request, url, shown.who.refused(None));
        let next = self.challenges.after_401(&self.hosts, ask, &known, &incoming)?;
        if next == known.challenge && !shown.is_reused {
            return Err(refuse(&shown));
        }
        let shown = self.wallet.show(&self.hosts, &next, ask, shown.token.as_ref())?;
        let incoming = self.exchange(ask, url, &shown)?;
        if incoming.status == 401 {
            return Err(refuse(&shown));
        }
        if next != known.challenge {
            self.challenges.keep(ask.api, next);
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
        let incoming = patience::exchange(&self.hosts, &terms::of_server(ask.registry), &outgoing);
        incoming.map_err(|failure| HttpFailure::at(Step::Request, url, failure))
    }

    /// The credential for a registry, to be handed to someone who speaks to it in our place.
    pub fn credential(&self, registry: &str) -> Result<Option<Arc<Found>>, RemoteError> {
        self.wallet.logins.of_registry(registry, Instant::now()).map_err(|error| RemoteError::Unusable(error.to_string()))
    }
}

impl Accounts for Net {
    fn user_name(&self, gun: &Gun) -> Result<Option<String>, RemoteError> {
        let found = self.credential(gun.host())?;
        Ok(found.and_then(|found| found.credential.user().map(str::to_owned)))
    }
}

fn answer(ask: &Ask<'_>, url: &Url, incoming: Incoming, shown: Shown) -> HttpAnswer {
    let asked = Asked::request(ask.service, url.as_str());
    let sent = ask.content.as_ref().map(|(_, bytes)| bytes.len() as u64);
    HttpAnswer { asked, status: incoming.status, headers: incoming.headers, body: incoming.body, user: shown.user, sent }
}
