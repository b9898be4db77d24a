//! What `dct version` tells of a build: the target, and the commit that a release is made of.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=DCT_COMMIT");
    println!("cargo:rustc-env=DCT_TARGET={}", std::env::var("TARGET").unwrap_or_default());
    println!("cargo:rustc-env=DCT_COMMIT={}", commit().unwrap_or_default());
}

/// What a packager names, who builds without the repository; else what is checked out. A build for development has none: it would be made again at
/// each commit.
fn commit() -> Option<String> {
    if let Some(named) = std::env::var("DCT_COMMIT").ok().filter(|named| !named.is_empty()) {
        return Some(named);
    }
    if std::env::var("PROFILE").ok()? != "release" {
        return None;
    }
    println!("cargo:rerun-if-changed={}", git(&["rev-parse", "--git-path", "logs/HEAD"])?);
    let commit = git(&["rev-parse", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    Some(if changed.is_empty() { commit } else { format!("{commit}-changed") })
}

/// What git answers about the repository of this very folder; none where there is none.
fn git(arguments: &[&str]) -> Option<String> {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR")?;
    let above = std::path::Path::new(&folder).parent()?.to_owned();
    let output = Command::new("git").args(arguments).current_dir(&folder).env("GIT_CEILING_DIRECTORIES", above).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(text.trim().to_owned())
}
