//! Images: signed, revoked, inspected, pulled.

pub mod co_sign;
pub mod error;
pub mod inspect_image;
pub mod list_targets;
pub mod named_digest;
pub mod pull_image;
mod released;
pub mod resolve_image;
pub mod revoke_image;
mod sign_content;
pub mod sign_image;
mod signable;
