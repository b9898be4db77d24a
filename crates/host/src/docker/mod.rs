//! Docker's own files and words: image references, `config.json`, credential helpers, and where TLS certificates lie.

mod config;
pub mod credentials;
pub mod engine_address;
mod helper;
pub mod reference;
pub mod tls;
