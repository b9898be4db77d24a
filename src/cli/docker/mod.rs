//! The verbs of `docker trust`, one a file; words, streams, order and exit codes are those of docker 28.2.2.

pub mod delete;
mod events;
pub mod inspect;
mod inspect_json;
mod inspect_pretty;
pub mod key_generate;
pub mod key_load;
mod public_key;
pub mod pull;
pub mod push;
pub mod resolve;
pub mod revoke;
pub mod sign;
mod sign_words;
pub mod signer_add;
mod signer_name;
pub mod signer_remove;
