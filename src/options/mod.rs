//! Flags and arguments that several verbs take.

pub mod boolean;
pub mod duration;
pub mod engine;
pub mod notary;
pub mod notary_names;
pub mod transfer;
