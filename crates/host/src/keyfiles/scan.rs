//! Finds the key files of a store, in the peers' layout and in the layouts before Notary 0.4.
//!
//! Legacy files are read where they are. Notary moves them and deletes their folders, and loses keys when that fails half-way.

use std::{
    collections::BTreeMap,
    fs, io,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use crate::bounded::read_secret;
use client::ports::{GunHeader, KeyInfo};
use trust::{
    crypto::pem::{self, PemBlock},
    model::{key_id::CanonicalKeyId, key_name::KeyName},
};

/// The folders of the layouts before Notary 0.4.
const LEGACY_ROOT: &str = "root_keys";
const LEGACY_TUF: &str = "tuf_keys";
/// No key file is larger, in bytes.
const MAX_FILE: u64 = 1 << 20;
/// No repository's name has more components.
const MAX_DEPTH: usize = 130;
/// Longest `role` and `gun` that are taken from a file, in bytes.
const MAX_HEADER: usize = 1024;

/// Something about a file of the store that a person should know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyFileWarning {
    /// The file or folder.
    pub path: PathBuf,
    /// What is the matter with it.
    pub reason: String,
}

impl std::fmt::Display for KeyFileWarning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

/// The key files of a folder.
#[derive(Default)]
pub(super) struct Scan {
    pub(super) keys: BTreeMap<CanonicalKeyId, KeyInfo>,
    /// Every file of every key, also those that another one of the same key stands before.
    pub(super) files: Vec<(CanonicalKeyId, PathBuf)>,
    pub(super) warnings: Vec<KeyFileWarning>,
}

/// A layout before 0.4 keeps its keys in one of these folders, and the role in the file's name.
#[derive(Clone, Copy)]
enum Layout<'a> {
    Flat,
    /// `root_keys`
    LegacyRoot,
    /// `tuf_keys`, the repository's name being the folders below it.
    LegacyTuf(&'a Path),
}

impl Scan {
    /// Looks through the `private` folder. That it does not exist is no error: the store is empty then.
    pub(super) fn of(private: &Path) -> io::Result<Self> {
        let mut scan = Self::default();
        let entries = match fs::read_dir(private) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(scan),
            entries => entries?,
        };
        scan.check_mode(private, "folder");
        let mut folders = Vec::new();
        // keys in the flat layout are found before those in folders, and win
        scan.entries(entries, Layout::Flat, &mut folders);
        for folder in folders {
            let legacy = folder.file_name().and_then(|name| name.to_str()).map(str::to_owned);
            let layout = match legacy.as_deref() {
                Some(LEGACY_ROOT) => Layout::LegacyRoot,
                Some(LEGACY_TUF) => Layout::LegacyTuf(&folder),
                _ => Layout::Flat,
            };
            scan.folder(&folder, layout, 1);
        }
        Ok(scan)
    }

    /// Looks at the one file that a key has in the flat layout.
    pub(super) fn of_one(file: &Path) -> Self {
        let mut scan = Self::default();
        scan.file(file, Layout::Flat);
        scan
    }

    fn folder(&mut self, folder: &Path, layout: Layout<'_>, depth: usize) {
        if depth > MAX_DEPTH {
            return self.warn(folder, "too many folders in one another; not looked into");
        }
        match fs::read_dir(folder) {
            Err(e) => self.warn(folder, format!("cannot be read: {e}")),
            Ok(entries) => {
                let mut folders = Vec::new();
                self.entries(entries, layout, &mut folders);
                for inner in &folders {
                    self.folder(inner, layout, depth + 1);
                }
            }
        }
    }

    fn entries(&mut self, entries: fs::ReadDir, layout: Layout<'_>, folders: &mut Vec<PathBuf>) {
        let mut files = Vec::new();
        for entry in entries.flatten() {
            // a symlink is neither: the peers pass symlinks over
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() && entry.path().extension().is_some_and(|e| e == "key") => files.push(entry.path()),
                _ => {}
            }
        }
        folders.sort();
        files.sort();
        for file in &files {
            self.file(file, layout);
        }
    }

    fn file(&mut self, path: &Path, layout: Layout<'_>) {
        match read_key_file(path).and_then(|block| describe(path, &block, layout)) {
            // another process has taken it away since the folder was read
            Err(_) if fs::symlink_metadata(path).is_err() => {}
            Err(reason) => self.warn(path, format!("not a key; passed over: {reason}")),
            Ok(info) => {
                self.check_mode(path, "key file");
                self.files.push((info.id, info.path.clone()));
                self.keys.entry(info.id).or_insert(info);
            }
        }
    }

    fn check_mode(&mut self, path: &Path, what: &str) {
        if let Ok(mode) = fs::metadata(path).map(|metadata| metadata.mode() & 0o777)
            && mode & 0o077 != 0
        {
            let (own, shown) = (mode & 0o700, path.display());
            self.warn(path, format!("the {what} is open to other users (mode {mode:04o}): chmod {own:03o} {shown}"));
        }
    }

    fn warn(&mut self, path: &Path, reason: impl Into<String>) {
        self.warnings.push(KeyFileWarning { path: path.to_owned(), reason: reason.into() });
    }
}

/// Whether a file is where a program stores one: beside the others, or in one of the legacy layouts.
pub(super) fn is_of_a_layout(private: &Path, file: &Path) -> bool {
    let Ok(below) = file.strip_prefix(private) else { return false };
    let is_flat = below.parent().is_some_and(|folder| folder.as_os_str().is_empty());
    is_flat || below.starts_with(LEGACY_ROOT) || below.starts_with(LEGACY_TUF)
}

/// The first block of a key file; the peers look at no other.
pub(super) fn read_key_file(path: &Path) -> Result<PemBlock, String> {
    let text = read_regular(path).map_err(|e| e.to_string())?;
    let block = pem::first_block(&text).ok_or("it has no PEM block")?;
    if block.is_private_key() { Ok(block) } else { Err(format!("a PEM block of type {:?} is no private key", block.label)) }
}

fn read_regular(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    // neither waits for a writer of a pipe nor follows a symlink
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let file = fs::OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    match read_secret(file, MAX_FILE) {
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Err(io::Error::other("it is larger than 1 MiB")),
        read => read,
    }
}

/// What the name and the headers say of a key.
fn describe(path: &Path, block: &PemBlock, layout: Layout<'_>) -> Result<KeyInfo, String> {
    let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let (id, role_in_name) = match (layout, name.split_once('_')) {
        (Layout::LegacyRoot | Layout::LegacyTuf(_), Some((id, role))) => (id, Some(role)),
        _ => (name, None),
    };
    let id = CanonicalKeyId::from_hex(id).ok_or("its name is not a key ID")?;
    let role = role_in_name.or(block.header("role")).unwrap_or_default();
    let gun = match layout {
        Layout::Flat | Layout::LegacyRoot => None,
        Layout::LegacyTuf(top) => path.parent().and_then(|folder| folder.strip_prefix(top).ok()).and_then(Path::to_str),
    };
    let gun = gun.filter(|gun| !gun.is_empty()).or(block.header("gun"));
    if role.len() > MAX_HEADER || gun.is_some_and(|gun| gun.len() > MAX_HEADER) {
        return Err("its headers are longer than 1024 bytes".to_owned());
    }
    let (name, gun) = (KeyName::of(role), gun.map(GunHeader::of));
    Ok(KeyInfo { id, name, gun, encrypted: block.is_encrypted(), path: path.to_owned() })
}
