//! The one place that builds adapters and hands them to a verb.

pub mod context;
pub mod wiring;
