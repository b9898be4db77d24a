//! A server that is busy, and says for how long: it is asked again then, where nothing is done twice by that and the time allows.

use std::{
    thread,
    time::{Duration, Instant},
};

use reqwest::Method;

use super::status::retry_after;
use crate::http::transport::{
    exchange::{Incoming, Outgoing},
    failure::Failure,
    hosts::{Hosts, Terms},
};

/// How often a request is sent at most.
const MOST: u32 = 4;

/// Sends a request and reads the answer; again as long as the server asks for patience. All of it takes no longer than one exchange may.
pub(super) fn exchange(hosts: &Hosts, terms: &Terms, outgoing: &Outgoing) -> Result<Incoming, Failure> {
    let begun = Instant::now();
    let may_be_repeated = matches!(outgoing.method, Method::GET | Method::HEAD | Method::DELETE);
    let mut sent = 1;
    loop {
        let answer = hosts.exchange(terms, outgoing.clone())?;
        let wait = wanted(&answer).filter(|_| may_be_repeated && sent < MOST);
        let Some(wait) = wait.filter(|wait| begun.elapsed().saturating_add(*wait) < hosts.timeout()) else { return Ok(answer) };
        thread::sleep(wait);
        sent += 1;
    }
}

/// How long a server wants to be left alone that is too busy to answer.
fn wanted(answer: &Incoming) -> Option<Duration> {
    matches!(answer.status, 429 | 503).then(|| retry_after(&answer.headers)).flatten()
}
