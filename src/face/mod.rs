//! The words of a face: what went wrong, what happens along the way, how a command line is mistaken.

mod asked;
pub(crate) mod day;
pub mod docker_events;
pub mod docker_sign_words;
pub mod docker_usage;
pub mod edit_distance;
pub mod failure;
mod file_kind_words;
pub mod hints;
pub(crate) mod key_file_words;
pub mod notary_events;
pub mod notary_failure;
pub mod notary_misuse;
pub(crate) mod peer_words;
mod proxy_words;
pub(crate) mod public_key_words;
mod status_words;
pub(crate) mod suggestions;
mod tls_words;
pub(crate) mod trace_words;
pub(crate) mod verdict;
pub(crate) mod warning_words;
