//! Settings: what files and flags say.

pub(crate) mod notary;
pub mod notary_file;
pub mod notary_json;
pub mod root_settings;
pub mod settings;
pub(crate) mod written;
