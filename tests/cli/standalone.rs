//! Commands that need nothing of this machine answer whatever is wrong with it: a person who looks for the fault asks them first.

use std::{fs, process::Command};

#[test]
fn they_answer_where_every_setting_is_broken() {
    let home = tempfile::tempdir().unwrap();
    let settings = home.path().join(".config/dct");
    fs::create_dir_all(&settings).unwrap();
    fs::write(settings.join("config.toml"), "[network").unwrap();
    std::os::unix::fs::symlink("/nonexistent", home.path().join(".docker")).unwrap();
    for (line, begins) in [
        (&["version"] as &[&str], "dct "),
        (&["--version"], "dct "),
        (&["--config", "/nonexistent", "version", "-o", "json"], "{"),
        (&["completion", "fish"], "#"),
        (&["--help"], ""),
        (&["help", "sign"], ""),
        (&["notary", "version"], "notary\n"),
        (&["notary", "-c", "/nonexistent/config.json", "version"], "notary\n"),
        (&["notary", "--version"], "notary "),
        (&["notary", "--help"], ""),
    ] {
        let mut dct = Command::new(env!("CARGO_BIN_EXE_dct"));
        dct.env_clear().env("HOME", home.path()).env("DOCKER_CONFIG", "/nonexistent").env("DCT_PASSPHRASE_FILE", "/nonexistent");
        let output = dct.args(line).output().unwrap();
        let (said, complaint) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(output.status.success() && complaint.is_empty(), "{line:?}: {complaint}");
        assert!(!said.is_empty() && said.starts_with(begins), "{line:?}: {said}");
    }
}
