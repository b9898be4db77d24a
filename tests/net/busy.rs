//! Servers that are busy, and say for how long.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use client::ports::{NotaryRemote as _, RemoteError};
use host::notary::Access;
use trust::model::role::RoleName;

use crate::{
    https::{Https, reply},
    world::{World, gun, with_server},
};

/// A server that answers so often in this way before it serves; the question what it wants to see is no exception.
fn busy(times: u32, status: u16, head: &'static [&'static str]) -> (World, Https) {
    let left = AtomicU32::new(times);
    with_server(move |_| {
        let is_busy = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if is_busy { reply(status, head, "") } else { reply(200, &[], "{}") }
    })
}

const DATED: &[&str] = &["Date: Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After: Sun, 06 Nov 1994 08:49:38 GMT"];

#[test]
fn a_server_that_asks_for_patience_is_asked_again_then() {
    for (status, head) in [(429, &["Retry-After: 1"][..]), (503, &["Retry-After: 1"]), (503, DATED)] {
        let (world, server) = busy(1, status, head);
        let start = Instant::now();
        world.timestamp(&server.host()).unwrap();
        assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
        assert_eq!(server.lines().len(), 3, "{:?}", server.lines());
    }
}

#[test]
fn nobody_waits_for_longer_than_a_command_may_take() {
    let (world, server) = busy(u32::MAX, 429, &["Retry-After: 3600"]);
    let start = Instant::now();
    let error = world.timestamp(&server.host()).unwrap_err();
    let RemoteError::Status { status: 429, facts, .. } = &error else { panic!("{error:?}") };
    assert_eq!(facts.retry_after, Some(Duration::from_secs(3600)));
    assert!(error.is_outage() && !error.leaves_open() && start.elapsed() < Duration::from_secs(2), "{error}");
    let (world, server) = busy(u32::MAX, 503, &["Retry-After: 0"]);
    world.timestamp(&server.host()).unwrap_err();
    assert_eq!(server.lines().len(), 8, "the challenge and the file, four times each");
    let (world, server) = busy(u32::MAX, 503, &[]);
    world.timestamp(&server.host()).unwrap_err();
    assert_eq!(server.lines().len(), 2, "it asks for no patience");
}

#[test]
fn an_update_is_sent_once() {
    let (world, server) = with_server(|request| match request.method.as_str() {
        "POST" => reply(429, &["Retry-After: 0"], ""),
        _ => reply(200, &[], "{}"),
    });
    let files = [(RoleName::snapshot(), b"{}"[..].into())];
    let error = world.notary(Access::Write).publish(&gun(&server.host()), &files).unwrap_err();
    assert!(matches!(error, RemoteError::Status { status: 429, ref facts, .. } if facts.sent.is_some()), "{error:?}");
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("POST")).count(), 1);
}
