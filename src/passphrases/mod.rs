//! Passphrases: where they come from, and who is asked for them.

pub(crate) mod flags;
pub(crate) mod prompt;
pub(crate) mod source;
