//! The one HTTP stack: TLS, proxies, challenges, tokens, origins of credentials, limits and deadlines.
//!
//! A [`Net`] is shared by all threads of a command. It asks each server once what it wants to see (or recalls it from an earlier process),
//! gets each token once, and sends a request at most twice.

mod agreed_tls;
pub mod api;
mod authorization;
mod challenge;
pub mod credential;
pub mod endpoint;
mod exchange;
mod failure;
mod host_client;
mod hosts;
pub mod named_tls;
mod once;
pub mod origin;
mod pace;
pub mod pem_files;
mod proxy;
mod realm;
mod remembered;
mod self_signed;
mod send;
pub mod server_error;
mod settings;
mod tls;
pub mod tls_files;
mod token;
mod watch;
mod who;

pub use send::{Ask, HttpAnswer, Method, Net};
pub use settings::NetSettings;
