//! Canonical JSON: one strict reader, one writer.

pub mod canonical;
pub mod members;
pub mod value;
