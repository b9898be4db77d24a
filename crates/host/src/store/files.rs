//! Files and folders: private, synced, and never written through.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;

use crate::bounded::read_bounded;
use client::ports::{Bytes, StoreError};

/// The greatest file that is read: the largest targets.json that a client of Notary takes.
const MAX_LEN: u64 = 100 << 20;

/// What an entry of a folder is; a symbolic link is none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// A plain file.
    File,
    /// A folder.
    Folder,
    /// A link, a socket, a pipe or a device.
    Other,
}

/// Turns the operating system's answer into an error that names the file.
pub(super) fn refused(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { action, path, source }
}

/// Reads a file; none where there is none. What is not a plain file is not read: a pipe would never end.
pub(super) fn read(path: &Path) -> Result<Option<Bytes>, StoreError> {
    let nonblock = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = match OpenOptions::new().read(true).custom_flags(nonblock).open(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(refused("open", path))?,
    };
    let corrupt = |reason: &str| StoreError::Corrupt { path: path.to_owned(), reason: reason.to_owned() };
    let metadata = file.metadata().map_err(refused("read", path))?;
    if !metadata.is_file() {
        return Err(corrupt("it is not a plain file"));
    }
    let mut bytes = Vec::new();
    match read_bounded(file, MAX_LEN, &mut bytes) {
        Err(error) if error.kind() == ErrorKind::FileTooLarge => Err(corrupt("it is larger than 100 MiB")),
        read => read.map(|()| Some(bytes.into())).map_err(refused("read", path)),
    }
}

/// Writes a file that does not exist yet, and waits until the disk has it.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut file = create_new(path)?;
    file.write_all(bytes).map_err(refused("write", path))?;
    file.sync_all().map_err(refused("sync", path))
}

/// Makes a file that does not exist yet, for its owner alone.
pub(super) fn create_new(path: &Path) -> Result<File, StoreError> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(refused("create", path))?;
    // whatever the umask took away
    file.set_permissions(Permissions::from_mode(0o600)).map_err(refused("create", path))?;
    Ok(file)
}

/// Puts a file in the place of another, or of none.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(refused("write", to))
}

/// Waits until the disk has the names in a folder.
pub(super) fn sync_dir(path: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|dir| dir.sync_all()).map_err(refused("sync", path))
}

/// Makes a folder, and those above it, for their owner alone; those that exist stay as they are.
pub(super) fn make_dir(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    let above = path.parent();
    if let Some(above) = above {
        make_dir(above)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists && path.is_dir() => return Ok(()),
        made => made.map_err(refused("create", path))?,
    }
    fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(refused("create", path))?;
    above.map_or(Ok(()), sync_dir)
}

/// Removes a file; one that is missing is removed.
pub(super) fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(refused("remove", path)),
    }
}

/// Removes the plain files and the links in a folder, and then the folder where nothing else is in it.
pub(super) fn remove_files_in(dir: &Path) -> Result<(), StoreError> {
    for (path, kind) in entries(dir)? {
        if kind != FileKind::Folder {
            remove(&path)?;
        }
    }
    remove_if_empty(dir)
}

/// Removes a folder where nothing is in it; one that is missing is removed.
pub(super) fn remove_if_empty(dir: &Path) -> Result<(), StoreError> {
    match fs::remove_dir(dir) {
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty) => Ok(()),
        removed => removed.map_err(refused("remove", dir)),
    }
}

/// The entries of a folder, sorted; none where it is missing or is no folder.
pub(super) fn entries(dir: &Path) -> Result<Vec<(PathBuf, FileKind)>, StoreError> {
    let listing = match fs::read_dir(dir) {
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Vec::new()),
        listing => listing.map_err(refused("read", dir))?,
    };
    let mut found = Vec::new();
    for entry in listing {
        let entry = entry.map_err(refused("read", dir))?;
        let kind = entry.file_type().map_err(refused("read", &entry.path()))?;
        let kind = match () {
            () if kind.is_file() => FileKind::File,
            () if kind.is_dir() => FileKind::Folder,
            () => FileKind::Other,
        };
        found.push((entry.path(), kind));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}
