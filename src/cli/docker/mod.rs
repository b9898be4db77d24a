//! The verbs of `docker trust`, one a file; words, streams, order and exit codes are those of docker 28.2.2. Beside them verbs that
//! Docker lacks: `key list`, `show`, `export`, `passwd` and `remove`, `whoami`,
//! `expiry`, `renew`, `delete`.

pub mod delete;
mod events;
pub mod expiry;
mod expiry_json;
pub mod inspect;
mod inspect_json;
mod inspect_pretty;
mod key_choice;
pub mod key_export;
pub mod key_generate;
pub mod key_list;
pub mod key_load;
pub mod key_passwd;
pub mod key_remove;
pub mod key_show;
pub mod list;
pub mod lookup;
mod public_key;
pub mod pull;
pub mod push;
pub mod renew;
pub mod resolve;
pub mod revoke;
pub mod sign;
mod sign_words;
pub mod signer_add;
mod signer_name;
pub mod signer_remove;
mod transfer_flags;
pub mod whoami;
