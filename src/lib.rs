//! A trust client for container images: Docker Content Trust metadata on Notary v1 servers.
//!
//! The floors, top to bottom; an import only ever points down:
//! `cli` → `adapters` → `ops` → `tuf` → `crypto`. The two lowest are pure. `sandbox`, the embedded endpoint, stands beside `ops`.

pub mod adapters;
pub mod cli;
pub mod crypto;
pub mod ops;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod tuf;
