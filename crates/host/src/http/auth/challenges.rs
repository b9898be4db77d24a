//! What each server wants to see: asked once a command, or recalled from an earlier one.

use std::path::PathBuf;

use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};

use super::{
    api::Api,
    ask::Ask,
    challenge::{self, Challenge},
    failure::{FailureKind, HttpFailure},
    patience,
    remembered::Remembered,
    status, terms,
};
use crate::http::{
    memo::Memo,
    transport::{
        exchange::{Incoming, Outgoing},
        failure::Failure,
        hosts::Hosts,
    },
};
use client::ports::Step;

/// Longest body of an answer to the question what a server wants, in bytes.
const MAX_PING: u64 = 64 << 10;

/// The challenges that are known.
pub(super) struct Challenges {
    remembered: Remembered,
    known: Memo<Api, KnownChallenge, HttpFailure>,
}

/// What a server wants to see.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct KnownChallenge {
    pub(super) challenge: Challenge,
    /// Whether an earlier process was told it, not this one.
    pub(super) is_recalled: bool,
}

impl Challenges {
    /// Those that are remembered in this folder; none to remember nothing.
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        Self { remembered: Remembered { folder }, known: Memo::default() }
    }

    /// What the server wants.
    pub(super) fn of(&self, hosts: &Hosts, ask: &Ask<'_>) -> Result<KnownChallenge, HttpFailure> {
        self.known.get(
            ask.api,
            ask.begun,
            |_| true,
            || match self.remembered.recall(ask.api) {
                Some(challenge) => Ok(KnownChallenge { challenge, is_recalled: true }),
                None => self.ping(hosts, ask),
            },
        )
    }

    /// Asks the server, unless another thread has asked it since.
    pub(super) fn asked_anew(&self, hosts: &Hosts, ask: &Ask<'_>) -> Result<KnownChallenge, HttpFailure> {
        self.known.get(ask.api, ask.begun, |known| !known.is_recalled, || self.ping(hosts, ask))
    }

    /// What to show after a 401: what the server says now. Its answer to the request counts where it seemed to want nothing, or where it names
    /// another service than its front door does.
    pub(super) fn after_401(
        &self,
        hosts: &Hosts,
        ask: &Ask<'_>,
        known: &KnownChallenge,
        incoming: &Incoming,
    ) -> Result<Challenge, HttpFailure> {
        let now = if known.is_recalled { self.asked_anew(hosts, ask)?.challenge } else { known.challenge.clone() };
        if now != known.challenge && now != Challenge::None {
            return Ok(now);
        }
        match chosen(&incoming.headers) {
            Err(kind @ FailureKind::Exchange(Failure::BadAnswer(_))) => Err(ask.server_failed(kind)),
            challenge => Ok(challenge.unwrap_or(now)),
        }
    }

    /// Keeps what has served, for this command and for later ones.
    pub(super) fn keep(&self, api: &Api, challenge: Challenge) {
        self.remembered.keep(api, &challenge);
        self.known.keep(api.clone(), KnownChallenge { challenge, is_recalled: false });
    }

    fn ping(&self, hosts: &Hosts, ask: &Ask<'_>) -> Result<KnownChallenge, HttpFailure> {
        let api = ask.api;
        let url = api.url("").map_err(|e| ask.server_failed(FailureKind::unusable(format!("{api}: {e}"))))?;
        let (errand, method) = (ask.errand(Step::Challenge, None), reqwest::Method::GET);
        let outgoing = Outgoing { errand, method, url: url.clone(), headers: HeaderMap::new(), body: None, limit: MAX_PING };
        let fail = |kind: FailureKind| HttpFailure::at(Step::Challenge, &url, kind);
        let answer =
            patience::exchange(hosts, &terms::of_server(ask.registry), &outgoing).map_err(|failure| fail(failure.into()))?;
        let challenge = match answer.status {
            401 => chosen(&answer.headers).map_err(fail)?,
            status @ 300..=399 => {
                let facts = status::facts(&url, &answer.headers, &answer.body, None);
                return Err(fail(FailureKind::Status(status, Box::new(facts))));
            }
            _ => Challenge::None,
        };
        if matches!(answer.status, 200 | 401) {
            self.remembered.keep(api, &challenge);
        }
        Ok(KnownChallenge { challenge, is_recalled: false })
    }
}

fn chosen(headers: &HeaderMap) -> Result<Challenge, FailureKind> {
    challenge::choose(headers.get_all(WWW_AUTHENTICATE).iter().map(HeaderValue::as_bytes))
}
