//! All that a person sees: arguments, prompts, tables, hints, exit codes.

pub mod error;
pub mod input;
pub mod natural_order;
pub mod prompt;
pub mod sanitize;
pub mod table;
pub mod terminal;
pub mod ui;
