//! The ports' real ends. No adapter knows another, but for `net`, which all that speak HTTP share, and `process`, by which all run programs.

pub mod docker;
pub mod engine;
pub mod keys;
pub mod net;
pub mod notary;
pub mod passphrases;
mod process;
pub mod registry;
pub mod store;
