//! The one HTTP stack: TLS, proxies, challenges, tokens, origins of credentials, limits and deadlines.
//!
//! A [`Net`] is shared by all threads of a command. It asks each server once what it wants to see (or recalls it from an earlier process),
//! gets each token once, and sends a request at most twice.

pub mod api;
mod authorization;
mod challenge;
pub mod credential;
mod exchange;
mod failure;
mod hosts;
mod once;
mod origin;
mod pace;
mod remembered;
mod self_signed;
mod send;
pub mod server_error;
pub mod text;
mod tls;
pub mod tls_files;
mod token;

use std::{path::PathBuf, time::Duration};

pub use send::{Answer, Ask, Method, Net};

/// What a person may set.
#[derive(Clone, Debug)]
pub struct NetSettings {
    /// The total time of an exchange of up to 1 MiB: look-up of the name, connection, headers and body together.
    pub timeout: Duration,
    /// What an exchange of more than 1 MiB must average beyond that, in bytes a second.
    pub least_rate: u64,
    /// Token servers that may see any registry's credentials, by their hosts.
    pub allowed_token_realms: Vec<String>,
    /// The folder where the challenges of servers are remembered, in a folder `challenges`; none to remember nothing.
    pub cache_dir: Option<PathBuf>,
}

impl Default for NetSettings {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), least_rate: 64 << 10, allowed_token_realms: Vec::new(), cache_dir: None }
    }
}
