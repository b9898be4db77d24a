//! The peers lane: the real `docker`, `notary`, `notary-server` and `docker-registry`, beside `dct`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "../support/https.rs"]
#[allow(dead_code, reason = "each target uses its own part")]
mod https;

/// The keys in memory, of the client's own tests.
#[path = "../../crates/client/tests/support/keys.rs"]
#[allow(unreachable_pub, reason = "as below")]
mod keys;

/// The ports in memory, of the same.
#[path = "../../crates/client/tests/support/memory.rs"]
#[allow(dead_code, unreachable_pub, reason = "each target uses its own part")]
mod memory;

#[path = "../support/peers/mod.rs"]
mod support;

mod changelist;
mod engine;
mod flow;
mod harness;
mod login;
mod lone_server;
mod lost_update;
mod mariadb;
mod matrix;
mod notary_json;
mod notary_matrix;
mod notary_pins;
mod notary_plain;
mod notary_prompts;
mod publish;
mod race;
mod renewal;
mod rotation;
mod wire;
mod words;
