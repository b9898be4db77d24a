//! Repositories: initialised, their signers, staged changes, rotation and renewal.

pub mod delete_repo;
pub mod error;
pub mod expiry;
pub mod init;
pub mod publish_staged;
pub mod recreate;
pub mod renew;
pub mod rotate;
pub mod signer;
pub mod stage;
pub mod whoami;
