//! The authentication of the registry protocol, `/v2/`: challenges, credentials and tokens, and who may see which. It stands on the transport alone.

pub mod api;
pub(super) mod ask;
mod authorization;
mod challenge;
mod challenges;
pub mod credential;
mod failure;
mod logins;
mod patience;
pub mod permissions;
mod realm;
mod remembered;
pub(super) mod send;
pub mod server_error;
pub(super) mod settings;
mod shown;
mod status;
mod terms;
mod token;
mod who;
