//! A trust client for container images: Docker Content Trust metadata on Notary v1 servers.
//!
//! The floors, top to bottom; an import only ever points down:
//! `cli` → `adapters` → `ops` → `tuf` → `crypto`. The two lowest are pure.

pub mod adapters;
pub mod cli;
pub mod crypto;
pub mod ops;
pub mod tuf;
