//! The authentication of the registry protocol, `/v2/`: challenges, credentials and tokens, and who may see which. It stands on the transport alone.

pub mod api;
mod authorization;
mod challenge;
pub mod credential;
mod realm;
mod remembered;
pub(super) mod send;
pub mod server_error;
pub(super) mod settings;
mod token;
mod who;
