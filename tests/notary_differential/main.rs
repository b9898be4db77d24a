//! The differential run of `notary`: one session, step by step, through the real `notary` 0.7.0 and through ours by that name, each in a home and in
//! repositories of its own on the same real server. Standard output, standard error, exit code and what the server has afterwards are compared; key IDs,
//! names of repositories, times and paths are set equal, and what ours adds on standard error (`cause:`, `hint:`) is set aside. What differs on purpose
//! stands in `intended.rs`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "../support/peers/mod.rs"]
mod support;

#[path = "../support/differential.rs"]
mod differential;

mod config;
mod delegations;
mod intended;
mod keys;
mod normal;
mod rotation;
mod session;
mod shape;
mod targets;
mod usage;

use std::io::Write as _;

use session::Session;
use support::Peers;

#[test]
fn the_same_session_through_notary_and_through_ours() {
    let Some(peers) = Peers::start() else { return };
    let mut session = Session::new(&peers);
    usage::chapter(&mut session);
    config::chapter(&mut session);
    keys::chapter(&mut session);
    targets::chapter(&mut session);
    delegations::chapter(&mut session);
    rotation::chapter(&mut session);
    let report = session.report();
    // past the capture of a passing test's output
    std::io::stderr().write_all(report.text.as_bytes()).unwrap();
    assert!(report.all_good, "{}", report.text);
}
