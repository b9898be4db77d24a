//! The ports' real ends. No adapter knows another, but for `net`, which all that speak HTTP share.

pub mod keys;
pub mod store;
