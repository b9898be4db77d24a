//! Settings: what files and flags say.

pub(crate) mod notary;
pub(crate) mod notary_file;
pub(crate) mod notary_json;
pub(crate) mod root_settings;
pub(crate) mod settings;
