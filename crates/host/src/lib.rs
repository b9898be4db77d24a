//! The ports' real ends. No end knows another, but for `http`, which all that speak HTTP share, `process`, by which all run
//! programs, `pipe`, by which they read what may be one, and `bounded`, by which they read no more than they should.

pub mod bounded;
pub mod docker;
pub mod engine;
pub mod http;
pub mod keyfiles;
pub mod notary;
pub mod passphrases;
mod pipe;
mod process;
pub mod registry;
pub mod store;

pub use self::process::keep_from_programs;
