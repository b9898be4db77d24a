//! All that a person sees: arguments, prompts, tables, hints, exit codes.

pub mod args;
pub mod completion;
pub mod context;
pub mod docker;
pub mod error;
pub mod face;
pub mod failure;
pub mod flags;
pub mod go_json;
pub mod hints;
pub mod input;
pub mod natural_order;
pub mod program;
pub mod progress;
pub mod prompt;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod sanitize;
pub mod settings;
pub mod signals;
pub mod table;
pub mod terminal;
pub mod ui;
pub mod usage;
pub mod wiring;
