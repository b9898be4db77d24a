//! The one place that builds the ends of the ports and hands them to a verb.

pub(crate) mod context;
pub(crate) mod docker_folder;
pub(crate) mod named_files;
pub(crate) mod settings;
pub(crate) mod wiring;
