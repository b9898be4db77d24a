//! What the attacks are made of: forged repositories, and the ports in memory that they go through.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]
#![allow(unreachable_pub, reason = "a test binary is seen by nobody")]

pub mod keys;
#[allow(dead_code, reason = "the peers lane of the binary uses the rest")]
pub mod memory;

pub use ::forge;
