//! The binary: what a person sees, and the one place that builds everything.
//!
//! What is public here is for the tests and for the pages that are made of the definitions.

pub mod command_line;
pub mod compose;
pub mod config;
pub mod face;
pub mod notary;
pub mod options;
pub mod passphrases;
pub mod render;
pub mod term;
pub mod verb;
