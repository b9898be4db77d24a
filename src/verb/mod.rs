//! The verbs of `dct`, one a file. Those of `docker trust` have the words, streams, order and exit codes of docker 28.2.2. Beside them stand those
//! that Docker lacks or dropped, and what several verbs share: `consent`, `key_choice`, `public_key`, `signer_name`.

pub(crate) mod completion;
mod consent;
pub(crate) mod definition;
pub(crate) mod delete;
pub(crate) mod expiry;
pub(crate) mod inspect;
pub(crate) mod key_choice;
pub(crate) mod key_export;
pub(crate) mod key_generate;
pub(crate) mod key_list;
pub(crate) mod key_load;
pub(crate) mod key_passwd;
pub(crate) mod key_remove;
pub(crate) mod key_rotate;
pub(crate) mod key_show;
pub(crate) mod list;
pub(crate) mod lookup;
pub(crate) mod public_key;
pub(crate) mod pull;
pub(crate) mod push;
pub(crate) mod renew;
pub(crate) mod resolve;
pub(crate) mod revoke;
#[cfg(feature = "sandbox")]
pub(crate) mod sandbox;
pub(crate) mod sign;
pub(crate) mod signer_add;
pub(crate) mod signer_name;
pub(crate) mod signer_remove;
pub(crate) mod version;
pub(crate) mod whoami;
