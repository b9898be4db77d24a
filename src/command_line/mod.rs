//! Command lines: which words and flags a face knows, and one run from the arguments to the exit code.

pub mod args;
pub mod completion;
pub mod dct;
pub mod global_options;
pub mod notary;
pub mod notary_args;
pub mod notary_dispatch;
pub mod notary_usage;
pub mod plugin;
pub mod plugin_flags;
pub mod plugin_socket;
pub(crate) mod verbs;
