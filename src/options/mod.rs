//! Flags and arguments that several verbs take, and how they are read.

pub(crate) mod boolean;
pub(crate) mod duration;
pub(crate) mod engine;
pub(crate) mod log_level;
pub(crate) mod names;
pub(crate) mod notary;
pub(crate) mod notary_names;
pub(crate) mod output;
pub(crate) mod setting;
pub(crate) mod transfer;
