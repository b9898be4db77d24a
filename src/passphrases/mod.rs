//! Passphrases: which source answers for a key, how it is read, and who is asked where none answers.
//!
//! The files are read from the top down. `flags` and `variables` name sources, `sources` chooses the one that counts for a key, `reader` is the
//! port to the place that it names, `cache` keeps what was read and answered, `prompt` asks the person at last, and `decisions` goes that way for
//! the use cases. `in_turn` does so for several repositories at once.

mod cache;
pub(crate) mod decisions;
pub(crate) mod flags;
pub(crate) mod in_turn;
pub(crate) mod named_key;
pub(crate) mod peer;
mod prompt;
pub(crate) mod reader;
mod source;
pub(crate) mod sources;
mod variables;
