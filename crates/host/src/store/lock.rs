//! Locks between processes of ours, waited for within a bound. The peers know nothing of them.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::ErrorKind,
    os::unix::fs::MetadataExt,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::files::{create_new, make_dir, refused};
use client::ports::{StoreError, WriterGuard};
use trust::model::gun::Gun;

/// Released when dropped, and by the operating system when the process ends.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "held open")] File);

impl WriterGuard for Lock {}

/// How often a lock that is held is tried again.
const POLL: Duration = Duration::from_millis(10);

/// How often the folder of a lock may be gone again: one that comes and goes so often cannot be made at all, as in `/proc`.
const MOST_VANISHED: u32 = 10;

/// The lock of the one that changes. The lock file is made where it is missing.
pub(super) fn exclusive(path: &Path, gun: &Gun, wait: Duration) -> Result<Lock, StoreError> {
    acquire(path, gun, wait, open_or_make, File::try_lock)
}

/// The lock of those that read.
pub(super) fn shared(path: &Path, gun: &Gun, wait: Duration) -> Result<Lock, StoreError> {
    // a lock file of which no more than reading is allowed can be locked all the same
    let open = |path: &Path| open_or_make(path).or_else(|e| File::open(path).map_err(|_| e));
    acquire(path, gun, wait, open, File::try_lock_shared)
}

fn open_or_make(path: &Path) -> Result<File, StoreError> {
    let open = || OpenOptions::new().write(true).open(path);
    match open() {
        Err(e) if e.kind() == ErrorKind::NotFound => {
            path.parent().map_or(Ok(()), make_dir)?;
            match create_new(path) {
                Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::AlreadyExists => open(),
                made => return made,
            }
        }
        opened => opened,
    }
    .map_err(refused("open", path))
}

fn acquire(
    path: &Path,
    gun: &Gun,
    wait: Duration,
    open: impl Fn(&Path) -> Result<File, StoreError>,
    try_lock: impl Fn(&File) -> Result<(), TryLockError>,
) -> Result<Lock, StoreError> {
    let start = Instant::now();
    let mut vanished = 0;
    loop {
        match open(path) {
            Ok(file) => match try_lock(&file) {
                Ok(()) if is_at(&file, path) => return Ok(Lock(file)),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(e)) => return Err(refused("lock", path)(e)),
            },
            // deleted between the making of the folder and that of the file
            Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::NotFound && vanished < MOST_VANISHED => vanished += 1,
            Err(e) => return Err(e),
        }
        if start.elapsed() >= wait {
            return Err(StoreError::Busy { gun: gun.clone(), path: path.to_owned(), seconds: wait.as_secs() });
        }
        thread::sleep(POLL);
    }
}

/// Whether the file that was locked is still the one of that name: the lock of a repository that was deleted guards nothing.
fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), path.metadata()) {
        (Ok(locked), Ok(there)) => (locked.dev(), locked.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}
