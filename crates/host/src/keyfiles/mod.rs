//! Private keys in files: the store that the peers share, and files that a person loads keys from.

mod durable;
pub mod key_folder;
pub mod key_out;
pub mod key_source;
pub mod public_key_in;
pub mod public_key_out;
mod scan;
