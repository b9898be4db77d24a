//! Passphrases: where they come from, and who is asked for them.

pub mod flags;
pub mod prompt;
pub mod source;
