//! Golden transcripts: every verb and every outcome that needs no server, with its exact output and exit code.
//!
//! `TRYCMD=overwrite cargo test --test cli` writes what the program says now; read the difference before it is committed.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod copies;
mod descriptors;
mod standalone;
mod streams;

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

/// Files of `testdata/transcripts/files` that others may read; all other `.pem` files there are their owner's alone, as a key to be loaded
/// must be, and keys in the key store. Git keeps no such modes.
const OPEN_TO_OTHERS: [&str; 1] = ["exposed.pem"];

#[test]
fn transcripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/transcripts");
    // the folders that are made for a transcript are their owner's alone too
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let files = ["files", "files-with-keys/.docker/trust/private"].map(|files| fs::read_dir(folder.join(files)).unwrap());
    for entry in files.into_iter().flatten() {
        let path = entry.unwrap().path();
        let open = OPEN_TO_OTHERS.iter().any(|name| path.ends_with(name));
        fs::set_permissions(&path, fs::Permissions::from_mode(if open { 0o644 } else { 0o600 })).unwrap();
    }
    let cases = trycmd::TestCases::new();
    cases.case("testdata/transcripts/*/*.toml");
    // these find the Engine of this machine, where it has one; its absence is then shown by the unit tests of `host::docker::engine_address`
    if Path::new("/var/run/docker.sock").exists() {
        cases.skip("testdata/transcripts/*/without-engine.toml");
    }
}
