//! HTTP is three things: a transport, the registry protocol's authentication, and the memo of one command.
//!
//! A [`Net`] is shared by all threads of a command. It asks each server once what it wants to see (or recalls it from an earlier process),
//! gets each token once, and sends a request at most twice. The Engine, which asks for no credentials over HTTP, is reached by the transport alone.

mod auth;
mod memo;
mod transport;

pub use auth::{
    api,
    ask::{Ask, HttpAnswer, Method},
    credential, permissions,
    send::Net,
    server_error,
    settings::NetSettings,
};
pub use transport::{endpoint, named_tls, pem_files, proxy::Proxies, tls_files};
