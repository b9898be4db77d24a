//! The verbs of `docker trust`, one a file; words, streams, order and exit codes are those of docker 28.2.2. Beside them verbs that
//! Docker lacks: `key list`, `show`, `export`, `passwd` and `remove`, `whoami`,
//! `expiry`, `renew`, `delete`.

pub mod delete;
pub mod expiry;
pub mod inspect;
pub mod key_choice;
pub mod key_export;
pub mod key_generate;
pub mod key_list;
pub mod key_load;
pub mod key_passwd;
pub mod key_remove;
pub mod key_show;
pub mod list;
pub mod lookup;
pub mod public_key;
pub mod pull;
pub mod push;
pub mod renew;
pub mod resolve;
pub mod revoke;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod sign;
pub mod signer_add;
pub mod signer_name;
pub mod signer_remove;
pub mod whoami;
