//! The peers lane: the real `docker`, `notary`, `notary-server` and `docker-registry`, beside `dct`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "../support/peers/mod.rs"]
#[allow(dead_code, reason = "each target uses its own part")]
mod support;

mod harness;
