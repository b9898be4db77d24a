//! What the program does, one use case a file, over the ports that it declares.

pub mod error;
pub mod image;
pub mod in_parallel;
pub mod keys;
pub mod moment;
pub mod not_used;
pub mod outcome;
pub mod overtaken;
pub mod ports;
pub mod repo;
pub mod safe_text;
pub mod session;
pub mod state;
pub mod unreleased;
