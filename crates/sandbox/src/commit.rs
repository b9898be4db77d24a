//! Changes of files in a folder, all of them or none, whatever is killed or full.
//!
//! New files are written beside their places first; then a journal is renamed into place that says what is to come; then it is done, and the
//! journal goes. Whoever opens the folder finishes a journal that is there, and takes away what was begun without one.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// The names of files that are not in their places yet begin with this; no record's does.
const BESIDE: &str = "~";
const JOURNAL: &str = "~journal";

/// One change, at a path below the folder.
pub(super) enum Step<'a> {
    Remove(PathBuf),
    Write(PathBuf, &'a [u8]),
}

/// What is left to do, in paths below the folder.
#[derive(Deserialize, Serialize)]
struct Journal {
    renames: Vec<(PathBuf, PathBuf)>,
    removals: Vec<PathBuf>,
}

/// Makes the folder its owner's alone where there is none, and settles what an earlier process began.
pub(super) fn open(folder: &Path) -> io::Result<()> {
    make(folder)?;
    finish(folder)?;
    sweep(folder)
}

/// Makes a folder, and those above it, for their owner alone; those that exist stay as they are.
fn make(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Applies changes.
pub(super) fn apply(folder: &Path, steps: Vec<Step<'_>>) -> io::Result<()> {
    // of an earlier change, whose end the disk refused
    finish(folder)?;
    let mut journal = Journal { renames: Vec::new(), removals: Vec::new() };
    let mut beside = Vec::new();
    for step in steps {
        match step {
            Step::Remove(path) => journal.removals.push(path),
            Step::Write(path, bytes) => {
                let file = write_beside(&folder.join(&path), bytes)?;
                let from = file.path().strip_prefix(folder).map_err(io::Error::other)?.to_owned();
                journal.renames.push((from, path));
                beside.push(file);
            }
        }
    }
    let journal = serde_json::to_vec(&journal).map_err(io::Error::other)?;
    let journal = write_beside(&folder.join(JOURNAL), &journal)?;
    for file in beside {
        // from here on the journal answers for them; what it does not come to name is swept away
        file.keep().map_err(|error| error.error)?;
    }
    journal.persist(folder.join(JOURNAL)).map_err(|error| error.error)?;
    // it has happened: what the disk refuses now is done before the next change, or by the next process
    let _ = finish(folder);
    Ok(())
}

fn finish(folder: &Path) -> io::Result<()> {
    let journal = match fs::read(folder.join(JOURNAL)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        read => read?,
    };
    let journal: Journal = serde_json::from_slice(&journal).map_err(io::Error::other)?;
    for path in journal.removals {
        unless_gone(fs::remove_file(folder.join(path)))?;
    }
    for (from, to) in journal.renames {
        unless_gone(fs::rename(folder.join(from), folder.join(to)))?;
    }
    fs::remove_file(folder.join(JOURNAL))
}

fn unless_gone(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sweep(&entry.path())?;
        } else if entry.file_name().to_string_lossy().starts_with(BESIDE) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn write_beside(path: &Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().unwrap_or(path);
    make(folder)?;
    let mut file = tempfile::Builder::new().prefix(BESIDE).tempfile_in(folder)?;
    file.write_all(bytes)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write<'a>(path: &str, bytes: &'a [u8]) -> Step<'a> {
        Step::Write(path.into(), bytes)
    }

    fn files(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_fails_in_the_middle_leaves_everything_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        apply(here, vec![write("a", b"1"), write("b", b"1")]).unwrap();
        // a file stands where a folder would have to be
        assert!(apply(here, vec![Step::Remove("a".into()), write("b", b"2"), write("a/c", b"2")]).is_err());
        assert_eq!((files(here), fs::read(here.join("b")).unwrap()), (vec!["a".to_owned(), "b".to_owned()], b"1".to_vec()));
    }

    #[test]
    fn a_journal_is_finished_and_what_has_none_is_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        apply(here, vec![write("a", b"1"), write("b", b"1")]).unwrap();
        fs::write(here.join("~new"), b"2").unwrap();
        fs::write(here.join("~half"), b"2").unwrap();
        let journal = Journal {
            renames: vec![("~new".into(), "b".into()), ("~done".into(), "b".into())],
            removals: vec!["a".into(), "gone".into()],
        };
        fs::write(here.join(JOURNAL), serde_json::to_vec(&journal).unwrap()).unwrap();
        open(here).unwrap();
        assert_eq!((files(here), fs::read(here.join("b")).unwrap()), (vec!["b".to_owned()], b"2".to_vec()));
    }
}
