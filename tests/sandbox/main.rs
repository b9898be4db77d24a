//! The sandbox beside the real servers: one table of uploads and requests, the same verdicts.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod clients;
mod deleting;
mod demo;
mod documented;
mod engine;
mod folders;
mod keys;
mod pair;
mod pipelines;
mod plugin;
mod requests;
mod skopeo;
#[path = "../support/peers/mod.rs"]
mod support;
mod tokens;
mod uploads;
mod uploads_later;
mod verb;
mod verdicts;
