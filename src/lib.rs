//! The binary: what a person sees, and the one place that builds everything.
//!
//! What is public here is for the tests, the fuzz targets and the pages that are made of the definitions.

pub mod command_line;
mod compose;
pub mod config;
pub mod face;
mod notary;
mod options;
mod passphrases;
mod render;
mod term;
mod verb;
