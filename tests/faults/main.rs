//! Faults around the whole program: hostile or broken servers, a process that is killed, a disk that is full, secrets that could leak. Each test runs the
//! binary as a person does, and looks at what it prints and at what it leaves on disk.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::needless_raw_string_hashes, // snapbox writes them so
    reason = "a test fails by panicking, and says aloud what it skips"
)]

#[path = "../support/https.rs"]
#[allow(dead_code, reason = "each target uses its own part")]
mod https;

mod confirmed;
mod crash;
mod disk_full;
mod kept_keys;
mod looking;
mod person;
mod pins;
mod progress;
mod publishing;
mod rotation;
mod secrets;
mod server;
mod set_aside;
mod site;
mod sites;
mod strace;
mod tls;
mod tokens;
mod umask;
mod withdrawing;
