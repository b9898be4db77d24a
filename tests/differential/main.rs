//! The differential run: one session, step by step, through the real `docker trust` and through `dct`, each in a home and in repositories of its own on the
//! same real endpoint. Standard output, standard error and exit code are compared; programs' names, key IDs and repositories' names are set equal, and what
//! dct adds on standard error (`cause:`, `hint:`) is set aside. What differs on purpose stands in `intended.rs`.
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

mod inspect;
mod intended;
mod keys;
mod normal;
mod revoke;
mod session;
mod signed;
mod signers;
mod usage;

use std::io::Write as _;

use session::Session;
use support::{Peers, programs};

#[test]
fn the_same_session_through_docker_trust_and_through_dct() {
    let Some(peers) = Peers::start() else { return };
    if !programs::docker_is_28() {
        return;
    }
    let mut session = Session::new(&peers);
    usage::chapter(&mut session);
    keys::chapter(&mut session);
    signers::chapter(&mut session);
    inspect::chapter(&mut session);
    signed::chapter(&mut session);
    revoke::chapter(&mut session);
    let report = session.report();
    // past the capture of a passing test's output
    std::io::stderr().write_all(report.text.as_bytes()).unwrap();
    assert!(report.all_good, "{}", report.text);
}
