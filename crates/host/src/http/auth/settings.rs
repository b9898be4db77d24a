//! What a person may set.

use std::{path::PathBuf, time::Duration};

use super::permissions::Permissions;
use crate::http::transport::{pace::LEAST_RATE, proxy::Proxies};

/// The settings of the HTTP stack.
#[derive(Clone, Debug)]
pub struct NetSettings {
    /// The total time of an exchange of up to 1 MiB: look-up of the name, connection, headers and body together.
    pub timeout: Duration,
    /// What an exchange of more than 1 MiB must average beyond that, in bytes a second.
    pub least_rate: u64,
    /// The proxies that the environment names.
    pub proxies: Proxies,
    /// The hosts of other sites that may see a registry's credentials or tokens.
    pub permissions: Permissions,
    /// The folder where the challenges of servers are remembered, in a folder `challenges`; none to remember nothing.
    pub cache_dir: Option<PathBuf>,
}

impl Default for NetSettings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            least_rate: LEAST_RATE,
            proxies: Proxies::default(),
            permissions: Permissions::default(),
            cache_dir: None,
        }
    }
}
