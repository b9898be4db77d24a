//! The terminal: the only room that prints and draws.

pub mod error;
pub mod input;
pub mod natural_order;
pub mod output_buffer;
pub mod program;
pub mod progress;
pub mod pull_progress;
pub mod sanitize;
pub mod signals;
pub mod table;
pub mod terminal;
pub mod ui;
