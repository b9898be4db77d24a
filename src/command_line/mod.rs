//! Command lines: which words and flags a face knows, and one run under any of them, from the arguments to the exit code.

pub mod args;
pub mod completion;
pub(crate) mod dct;
pub(crate) mod face;
pub(crate) mod global_options;
pub(crate) mod notary;
pub mod notary_args;
pub(crate) mod notary_dispatch;
pub(crate) mod notary_usage;
pub(crate) mod plugin;
pub(crate) mod plugin_flags;
pub(crate) mod plugin_socket;
pub mod run;
pub(crate) mod verbs;
