//! A Notary endpoint and an OCI registry in one process, on loopback, to try things on. **Not for production**: it knows two users whose
//! passwords stand in the source, and whoever can reach it may read and write all of it.
//!
//! `server` speaks TLS and HTTP, `tokens` lets requests in, `notary` judges and serves trust data as Notary's server does, `registry` keeps
//! images, `images` makes those that are there from the start. All state lies on a `shelf`: in memory, and in a folder where it shall outlive the process.

pub mod certificates;
mod commit;
pub mod environment;
pub mod errcode;
pub mod error;
mod folder;
pub mod home;
mod idle;
pub mod images;
pub mod notary;
pub mod registry;
pub mod running;
pub mod scope;
pub mod server;
pub mod shelf;
pub mod tokens;
