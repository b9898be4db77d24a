//! What is made of something else in the tree, committed, and fresh: the man pages of the command line's definition, the picture of the keys of its text.
//! `make generate` writes them anew.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]
#![allow(dead_code, reason = "the support files are shared")]

mod examples;
mod man;
mod picture;
#[path = "../support/peers/process.rs"]
mod process;
#[path = "../support/peers/programs.rs"]
mod programs;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use dct::command_line::args::{self, Arguments};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("man")
}

#[test]
fn the_man_pages_are_fresh() {
    let pages = man::pages();
    if env::var_os("GENERATE").is_some() {
        let _ = fs::remove_dir_all(folder());
        fs::create_dir(folder()).unwrap();
        for (name, page) in &pages {
            fs::write(folder().join(name), page).unwrap();
        }
    }
    let committed: BTreeMap<String, String> = fs::read_dir(folder())
        .expect("there are man pages: `make generate`")
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect();
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&committed), names(&pages), "a page too many or too few: `make generate`");
    for (name, page) in &pages {
        assert!(committed[name] == *page, "man/{name} is stale: `make generate`, and read the difference");
    }
}

#[test]
fn the_picture_of_the_keys_is_fresh() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let (file, drawn) = (docs.join("keys.svg"), picture::drawn(&fs::read_to_string(docs.join("keys.txt")).unwrap()));
    if env::var_os("GENERATE").is_some() {
        fs::write(&file, &drawn).unwrap();
    }
    assert!(fs::read_to_string(&file).unwrap() == drawn, "docs/keys.svg is stale: `make generate`, and look at it");
}

#[test]
fn groff_has_nothing_to_say_against_them() {
    if !programs::installed(&["groff"]) {
        return;
    }
    // a page that leads to another names it as it is installed
    let manual = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(folder(), manual.path().join("man1")).unwrap();
    for name in man::pages().keys() {
        let page = folder().join(name);
        let mut groff = Command::new("groff");
        let output = groff.args(["-man", "-Tutf8", "-ww", "-z"]).arg(&page).current_dir(manual.path()).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn every_verb_has_examples_that_its_definition_takes() {
    fn check(command: &clap::Command) {
        if command.has_subcommands() {
            return command.get_subcommands().for_each(check);
        }
        let examples = examples::of(command);
        let name = command.get_bin_name().unwrap();
        assert!(examples.iter().any(|example| example.commands.iter().any(|line| line.contains(name))), "{name} has no example");
        for line in examples.iter().flat_map(|example| &example.commands) {
            let Some(at) = line.find("dct ") else { continue };
            let words = line[at..].split(" | ").next().unwrap().split(" -- ").next().unwrap().split(' ');
            let words: Vec<std::ffi::OsString> = words.map(Into::into).collect();
            Arguments::read(args::definition(), &words).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }
    let mut root = args::definition();
    root.build();
    check(&root);
}
