//! The verbs of `docker trust`, one a file; words, streams, order and exit codes are those of docker 28.2.2.

pub mod delete;
pub mod inspect;
pub mod key_load;
pub mod sign;
pub mod signer_add;
