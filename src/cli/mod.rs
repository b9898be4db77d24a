//! All that a person sees: arguments, prompts, tables, hints, exit codes.

pub mod natural_order;
pub mod sanitize;
pub mod table;
