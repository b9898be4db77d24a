//! All that a person sees: arguments, prompts, tables, hints, exit codes.

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
