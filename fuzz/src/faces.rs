//! Settings that a person has written.

use std::fs;

use dct::config::{
    notary_file::{self, Presence},
    notary_json,
    settings::DctSettings,
};

/// The settings are refused or read, and a refusal can be told.
pub(crate) fn settings(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config.toml");
    fs::write(&file, bytes).expect("a file");
    match DctSettings::load(&file) {
        Ok(settings) => drop(settings.registries().count()),
        Err(error) => drop(error.to_string()),
    }
}

/// The same three times: what the JSON reader takes, the file's reader takes for the same.
pub(crate) fn notary_config(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    for extension in ["json", "yaml", "toml"] {
        let file = folder.path().join(format!("config.{extension}"));
        fs::write(&file, bytes).expect("a file");
        let Ok(table) = notary_file::read(&file, Presence::Needed) else { continue };
        let _ = (table.text("trust_dir"), table.switch("disable_tofu"), table.others(&["trust_dir"]).count());
        let _ = (table.entries("certs"), table.undotted(&["trust_pinning.certs", "remote_server.url"]));
        if extension == "json" {
            assert!(notary_json::parse(&String::from_utf8_lossy(bytes)).is_ok());
        }
    }
}
