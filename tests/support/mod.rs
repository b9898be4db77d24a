//! What the tests share. Each test binary uses a part of it.

#![allow(dead_code, unreachable_pub, reason = "no test binary uses everything")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]
#![allow(clippy::missing_panics_doc, clippy::must_use_candidate, reason = "helpers of tests")]

pub mod forge;
pub mod memory;
