//! Docker's own files and words: `config.json`, credential helpers, and where TLS certificates lie.

mod config;
pub mod credentials;
pub mod engine_address;
mod helper;
pub mod tls;
