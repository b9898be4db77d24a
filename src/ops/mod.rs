//! What the program does, one use case a file, over the ports that it declares.

pub mod bytes;
pub mod delete_repo;
pub mod error;
pub mod events;
pub mod image;
pub mod init;
pub mod inspect_image;
pub mod key_admin;
pub mod keyring;
pub mod ports;
pub mod publish;
pub mod refresh;
pub mod session;
pub mod sign_image;
pub mod signer;
pub mod transfer;
