//! Keys, signatures and encodings. Pure.

pub mod private_key;
pub mod secret;
