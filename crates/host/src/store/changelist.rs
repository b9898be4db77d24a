//! The peers' staged changes: a file each, `<20 digits of nanoseconds>_<uuid4>.change`, published in the order of their names.
//!
//! The peers take every file in the folder for a change, so nothing else may stand there, even for a moment: a file is written beside it, and
//! moved in.

use std::{ffi::OsStr, fs::OpenOptions, io::ErrorKind, os::unix::fs::OpenOptionsExt as _, path::Path};

use jiff::Timestamp;
use rustix::fs::OFlags;

use super::{
    TrustFolder,
    files::{self, FileKind, make_dir, refused},
};
use crate::bounded::read_bounded;
use client::ports::{Bytes, ChangeFile, Changelist, StoreError};
use trust::model::gun::Gun;

/// The largest file that is read, in bytes: a change has a name, a hash and what someone adds as custom data.
const MAX_LEN: u64 = 4 << 20;

impl Changelist for TrustFolder {
    fn list(&self, gun: &Gun) -> Result<Vec<ChangeFile>, StoreError> {
        let mut found = Vec::new();
        for (path, kind) in files::entries(&self.repository(gun).changelist())? {
            let Some(name) = path.file_name().map(OsStr::to_string_lossy) else { continue };
            let content = match kind {
                FileKind::Folder => continue,
                FileKind::Other => Err("it is not a plain file".to_owned()),
                FileKind::File => match read(&path)? {
                    Some(content) => content,
                    // removed since it was listed
                    None => continue,
                },
            };
            found.push(ChangeFile { name: name.into_owned(), content });
        }
        Ok(found)
    }

    fn add(&self, gun: &Gun, now: Timestamp, changes: &[Vec<u8>]) -> Result<(), StoreError> {
        let repo = self.repository(gun);
        let (folder, own) = (repo.changelist(), repo.own());
        make_dir(&folder)?;
        make_dir(&own)?;
        let mut time = u64::try_from(now.as_nanosecond()).unwrap_or_default().max(last_time(&folder)?.saturating_add(1));
        for change in changes {
            let name = format!("{time:020}_{}.change", uuid4().map_err(refused("name a file in", &folder))?);
            let beside = own.join(&name);
            files::write_new(&beside, change)?;
            files::rename(&beside, &folder.join(&name)).inspect_err(|_| drop(files::remove(&beside)))?;
            time = time.saturating_add(1);
        }
        files::sync_dir(&folder)
    }

    fn remove(&self, gun: &Gun, files: &[ChangeFile]) -> Result<(), StoreError> {
        let folder = self.repository(gun).changelist();
        for (path, kind) in files::entries(&folder)? {
            let name = path.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
            if kind != FileKind::Folder && files.iter().any(|file| file.name == name) {
                files::remove(&path)?;
            }
        }
        if folder.is_dir() { files::sync_dir(&folder) } else { Ok(()) }
    }
}

/// A file's content, or why it is not read; none where there is no file. A link is not followed.
fn read(path: &Path) -> Result<Option<Result<Bytes, String>>, StoreError> {
    let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed();
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(refused("open", path))?,
    };
    if !file.metadata().map_err(refused("read", path))?.is_file() {
        return Ok(Some(Err("it is not a plain file".to_owned())));
    }
    let mut bytes = Vec::new();
    match read_bounded(file, MAX_LEN, &mut bytes) {
        Err(error) if error.kind() == ErrorKind::FileTooLarge => Ok(Some(Err("it is larger than 4 MiB".to_owned()))),
        read => read.map(|()| Some(Ok(bytes.into()))).map_err(refused("read", path)),
    }
}

/// The time in the name of the newest change. A clock that was set back must not put a change before those that it builds on.
fn last_time(folder: &Path) -> Result<u64, StoreError> {
    let time = |path: &Path| path.file_name()?.to_str()?.split_once('_')?.0.parse().ok();
    Ok(files::entries(folder)?.iter().filter_map(|(path, _)| time(path)).max().unwrap_or_default())
}

/// A random UUID (RFC 9562, version 4).
fn uuid4() -> Result<String, std::io::Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| std::io::Error::other(error.to_string()))?;
    let number = u128::from_be_bytes(random);
    let number = number & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let digits = format!("{number:032x}");
    let mut uuid = String::with_capacity(36);
    for (at, digit) in digits.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            uuid.push('-');
        }
        uuid.push(digit);
    }
    Ok(uuid)
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::{PermissionsExt as _, symlink},
    };

    use super::*;

    fn gun() -> Gun {
        Gun::parse("localhost:5000/x").unwrap()
    }

    fn now() -> Timestamp {
        "2026-11-21T12:00:00.123456789Z".parse().unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn contents(store: &TrustFolder) -> Vec<Result<Vec<u8>, String>> {
        store.list(&gun()).unwrap().into_iter().map(|file| file.content.map(|bytes| bytes.to_vec())).collect()
    }

    #[test]
    fn changes_are_staged_in_their_order_under_the_peers_names() {
        let home = tempfile::tempdir().unwrap();
        let store = TrustFolder::new(home.path().to_owned());
        assert_eq!(store.list(&gun()).unwrap(), []);
        store.remove(&gun(), &[]).unwrap();
        store.add(&gun(), now(), &[b"one".to_vec(), b"two".to_vec()]).unwrap();
        store.add(&gun(), now(), &[b"three".to_vec()]).unwrap();
        assert_eq!(contents(&store), [Ok(b"one".to_vec()), Ok(b"two".to_vec()), Ok(b"three".to_vec())]);
        let folder = home.path().join("tuf/localhost:5000/x/changelist");
        for name in names(&folder) {
            let uuid: Vec<&str> = name.strip_suffix(".change").unwrap().split_once('_').unwrap().1.split('-').collect();
            assert_eq!(uuid.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
            assert!(uuid[2].starts_with('4') && uuid[3].starts_with(['8', '9', 'a', 'b']), "{name}");
            assert_eq!(name.find('_'), Some(20));
            assert_eq!(fs::metadata(folder.join(&name)).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(names(&folder.parent().unwrap().join(".dct")), [""; 0], "nothing is left beside");
    }

    #[test]
    fn exactly_the_files_that_were_listed_go() {
        let home = tempfile::tempdir().unwrap();
        let store = TrustFolder::new(home.path().to_owned());
        store.add(&gun(), now(), &[b"one".to_vec(), b"two".to_vec()]).unwrap();
        let listed = store.list(&gun()).unwrap();
        store.add(&gun(), now(), &[b"three".to_vec()]).unwrap();
        store.remove(&gun(), &listed[1..]).unwrap();
        assert_eq!(contents(&store), [Ok(b"one".to_vec()), Ok(b"three".to_vec())]);
        store.remove(&gun(), &listed).unwrap();
        assert_eq!(contents(&store), [Ok(b"three".to_vec())]);
    }

    #[test]
    fn every_file_counts_and_links_and_giants_are_told_of() {
        let home = tempfile::tempdir().unwrap();
        let store = TrustFolder::new(home.path().to_owned());
        let folder = home.path().join("tuf/localhost:5000/x/changelist");
        fs::create_dir_all(folder.join("2-folder")).unwrap();
        fs::write(folder.join("1"), "a file").unwrap();
        symlink("1", folder.join("3-link")).unwrap();
        fs::write(folder.join("4-giant"), vec![b' '; (4 << 20) + 1]).unwrap();
        let told = [Ok(b"a file".to_vec()), Err("it is not a plain file".to_owned()), Err("it is larger than 4 MiB".to_owned())];
        assert_eq!(contents(&store), told);
        store.remove(&gun(), &store.list(&gun()).unwrap()).unwrap();
        assert_eq!(names(&folder), ["2-folder"]);
    }

    #[test]
    fn a_clock_that_was_set_back_puts_nothing_before_what_is_there() {
        let home = tempfile::tempdir().unwrap();
        let store = TrustFolder::new(home.path().to_owned());
        let folder = home.path().join("tuf/localhost:5000/x/changelist");
        fs::create_dir_all(&folder).unwrap();
        let later = now().as_nanosecond() + 1;
        fs::write(folder.join(format!("{later:020}_x.change")), "old").unwrap();
        store.add(&gun(), now(), &[b"new".to_vec()]).unwrap();
        assert_eq!(contents(&store), [Ok(b"old".to_vec()), Ok(b"new".to_vec())]);
    }
}
