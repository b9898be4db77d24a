//! The HTTP stack and what stands on it, against servers on loopback that answer as the test wants.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::similar_names,
    clippy::single_match_else,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "../support/https.rs"]
#[allow(dead_code, reason = "each target uses its own part")]
mod https;

#[path = "../support/peers/mod.rs"]
mod support;

mod auth;
mod busy;
mod certificates;
mod engine;
mod limits;
mod peers;
mod plain;
mod proxy;
mod registry;
mod sites;
mod tls;
mod trace;
mod world;
