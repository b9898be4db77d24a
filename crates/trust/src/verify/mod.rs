//! Whether trust metadata counts: signatures, thresholds, pins, the root walk, the floor, and the stages that end in a repository to look up in.

pub mod bootstrap;
mod budget;
pub mod counted_keys;
pub mod ends;
pub mod envelope;
pub mod error;
pub mod floor;
pub mod lookup;
pub mod named_keys;
pub mod pinning;
mod set_aside;
pub mod skipped;
pub mod threshold;
pub mod trusted;
pub mod trusted_root;
pub mod update;
