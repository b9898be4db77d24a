//! Attacks and faults by name, a file for each section of the list: each drives the library through its ports, against forged repositories.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]
#![allow(clippy::print_stdout, reason = "a test says aloud what it skips")]

#[path = "../support/mod.rs"]
mod support;

mod counted_keys;
mod delegations;
mod engine;
mod expiry_and_root;
mod forge_is_honest;
mod json;
mod near_ends;
mod publishing;
mod recovery;
mod rollback;
mod set_aside;
mod signatures;
mod signed;
mod vouching;
mod world;
