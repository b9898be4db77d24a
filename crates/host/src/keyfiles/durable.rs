//! Writes a secret file so that no crash, full disk or other process leaves anything but the old file or the new one.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

/// A step that failed, and the file that it was about.
pub(super) struct WriteFailure {
    pub(super) action: &'static str,
    pub(super) path: PathBuf,
    pub(super) source: io::Error,
}

/// A file that is written and synced, and does not have its name yet. Dropped, it is gone.
pub(super) struct Pending {
    temporary: NamedTempFile,
    target: PathBuf,
}

impl Pending {
    /// Writes `content` beside `target`, for its owner alone whatever the umask, and waits until it is on the disk.
    pub(super) fn write(target: &Path, content: &[u8]) -> Result<Self, WriteFailure> {
        let folder = folder_of(target);
        create_folder(folder)?;
        let mut temporary = tempfile::Builder::new()
            .prefix(".key-")
            .suffix(".tmp")
            .permissions(Permissions::from_mode(0o600))
            .tempfile_in(folder)
            .map_err(failure("create a file in", folder))?;
        let file = temporary.as_file_mut();
        file.set_permissions(Permissions::from_mode(0o600))
            .and_then(|()| file.write_all(content))
            .and_then(|()| file.sync_all())
            .map_err(failure("write", target))?;
        Ok(Self { temporary, target: target.to_owned() })
    }

    /// Where the content is for now.
    pub(super) fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// Gives the file its name, unless something has that, and waits until the name is on the disk.
    pub(super) fn commit_new(self) -> Result<(), WriteFailure> {
        let folder = folder_of(&self.target);
        self.temporary.persist_noclobber(&self.target).map_err(|e| failure("write", &self.target)(e.error))?;
        sync_folder(folder).map_err(failure("sync", folder))
    }

    /// Gives the file its name, in place of a file that had it, and waits until the name is on the disk.
    pub(super) fn commit(self) -> Result<(), WriteFailure> {
        let folder = folder_of(&self.target);
        self.temporary.persist(&self.target).map_err(|e| failure("write", &self.target)(e.error))?;
        sync_folder(folder).map_err(failure("sync", folder))
    }
}

/// Removes a file, and waits until that is on the disk. One that is gone already is no error.
pub(super) fn remove(path: &Path) -> Result<(), WriteFailure> {
    match fs::remove_file(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        removed => removed.map_err(failure("remove", path))?,
    }
    let folder = folder_of(path);
    sync_folder(folder).map_err(failure("sync", folder))
}

/// Creates a folder and those above it, for their owner alone whatever the umask.
fn create_folder(folder: &Path) -> Result<(), WriteFailure> {
    // the working folder is there even where it cannot be looked at
    if folder == Path::new(".") || folder.is_dir() {
        return Ok(());
    }
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    create_folder(parent)?;
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => fs::set_permissions(folder, Permissions::from_mode(0o700)).and_then(|()| sync_folder(parent)),
        // another process was faster
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(e) => Err(e),
    }
    .map_err(failure("create", folder))
}

/// Waits until the names in a folder are on the disk.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

fn failure<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> WriteFailure + 'a {
    move |source| WriteFailure { action, path: path.to_owned(), source }
}
