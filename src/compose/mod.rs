//! The one place that builds adapters and hands them to a verb.

pub(crate) mod context;
pub(crate) mod named_files;
pub(crate) mod wiring;
