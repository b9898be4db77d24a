//! The terminal: the only room that prints and draws.

pub(crate) mod audience;
pub(crate) mod error;
pub(crate) mod input;
pub(crate) mod natural_order;
pub(crate) mod output_buffer;
pub(crate) mod peer;
pub(crate) mod program;
pub(crate) mod progress;
pub(crate) mod prompter;
pub(crate) mod pull_progress;
pub(crate) mod signals;
pub(crate) mod table;
pub(crate) mod terminal;
pub(crate) mod ui;
