//! What the program does, one use case a file, over the ports that it declares.

pub mod bytes;
pub mod delete_repo;
pub mod error;
pub mod events;
pub mod find_key;
pub mod image;
pub mod init;
pub mod inspect_image;
pub mod key_admin;
pub mod key_change;
pub mod key_out;
pub mod keyring;
pub mod known_keys;
pub mod ports;
pub mod publish;
pub mod pull_image;
pub mod refresh;
mod released;
pub mod resolve_image;
pub mod revoke_image;
pub mod session;
mod sign_content;
pub mod sign_image;
mod signable;
pub mod signer;
pub mod transfer;
pub mod whoami;
