//! Finds the repositories that have trust data here, and tells where there may be others.
//!
//! No lock is taken and nothing is written. Who asks decides what a folder that was passed over means: a shell that completes a name goes on
//! without it, and no private key is removed because it seems to have no use.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    TrustFolder,
    files::{self, FileKind},
    layout::{Repository, is_inside_a_repository},
};
use client::ports::{PassedOver, Repositories};
use trust::model::{gun::Gun, role::RoleName};

/// Most folders that are looked into for repositories.
const MAX_FOLDERS: usize = 20_000;

impl TrustFolder {
    /// The repositories that have trust data here.
    #[must_use]
    pub fn known_repositories(&self) -> Repositories {
        self.repositories_within(MAX_FOLDERS)
    }

    fn repositories_within(&self, max_folders: usize) -> Repositories {
        let root = self.trust_dir.join("tuf");
        let mut found = Repositories::default();
        let mut folders = subfolders(&root, &mut found.passed_over);
        let mut looked_into = 0;
        while let Some(folder) = folders.pop() {
            looked_into += 1;
            if looked_into > max_folders {
                found
                    .passed_over
                    .push(PassedOver { folder, reason: format!("more than {max_folders} folders are not looked into") });
                break;
            }
            match self.repository_in(&root, &folder) {
                Ok(gun) => found.guns.extend(gun),
                Err(reason) => found.passed_over.push(PassedOver { folder: folder.clone(), reason }),
            }
            folders.extend(subfolders(&folder, &mut found.passed_over));
        }
        found.guns.sort();
        found
    }

    /// The repository whose root lies in a folder; an error where the folder has trust data that no command takes for a repository's.
    fn repository_in(&self, root: &Path, folder: &Path) -> Result<Option<Gun>, String> {
        let name = folder.strip_prefix(root).ok().and_then(Path::to_str).ok_or("its name is not UTF-8");
        let gun = name.map_err(str::to_owned).and_then(|name| Gun::parse(name).map_err(|error| error.to_string()));
        let metadata = folder.join("metadata");
        let has_root = is_there(&metadata.join("root.json"))?;
        match gun {
            Ok(gun) if has_root => Ok(Some(gun)),
            Ok(gun) if has_traces(&self.repository(&gun))? => Err("its trust data has no root".to_owned()),
            // above the repositories there are folders whose names are none, such as that of a host
            Err(reason) if has_root => Err(reason),
            _ => Ok(None),
        }
    }
}

/// Whether a file is there; a link counts as what it leads to.
fn is_there(file: &Path) -> Result<bool, String> {
    match fs::metadata(file) {
        Ok(metadata) => Ok(metadata.is_file()),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(false),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether a repository without a root has other trust data: a role's file, or what was decided and is not in place yet.
fn has_traces(repo: &Repository) -> Result<bool, String> {
    let targets = repo.live(&RoleName::targets());
    for file in [targets, repo.journal(), repo.floor()] {
        if is_there(&file)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The folders in a folder that may be repositories' or lead to them. No link is followed; one that leads to a folder is passed over.
fn subfolders(folder: &Path, passed_over: &mut Vec<PassedOver>) -> Vec<PathBuf> {
    let entries = files::entries(folder).unwrap_or_else(|error| {
        passed_over.push(PassedOver { folder: folder.to_owned(), reason: error.to_string() });
        Vec::new()
    });
    let mut folders = Vec::new();
    for (path, kind) in entries {
        match kind {
            _ if is_inside_a_repository(&path) => {}
            FileKind::Folder => folders.push(path),
            FileKind::Other if path.is_dir() => {
                passed_over.push(PassedOver { folder: path, reason: "a link is not followed".to_owned() });
            }
            FileKind::File | FileKind::Other => {}
        }
    }
    folders
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::{super::tests::folder_with, *};

    fn names(found: &Repositories) -> Vec<&str> {
        found.guns.iter().map(Gun::as_str).collect()
    }

    #[test]
    fn repositories_are_found_by_their_roots_at_any_depth() {
        let guns = ["docker.io/library/alpine", "host/a", "host/a/b", "localhost:5000/x"];
        let (dir, store) = folder_with(&guns);
        fs::create_dir_all(dir.path().join("tuf/host/no-root/metadata")).unwrap();
        symlink("nowhere", dir.path().join("tuf/host/link")).unwrap();
        let found = store.known_repositories();
        assert_eq!((names(&found), &found.passed_over[..]), (guns.to_vec(), &[][..]));
    }

    #[test]
    fn looking_writes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = TrustFolder::new(dir.path().join("absent"));
        assert_eq!(store.known_repositories(), Repositories::default());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        let (dir, store) = folder_with(&["host/a"]);
        assert_eq!(names(&store.known_repositories()), ["host/a"]);
        assert!(!dir.path().join("tuf/host/a/.dct").exists());
    }

    /// What is told of `tuf/host` where it is like this.
    fn passed_over(change: impl FnOnce(&Path)) -> Vec<String> {
        let (dir, store) = folder_with(&["host/a"]);
        change(&dir.path().join("tuf/host"));
        let found = store.known_repositories();
        assert_eq!(names(&found), ["host/a"], "what can be found is");
        found.passed_over.iter().map(|it| it.to_string().replace(dir.path().to_str().unwrap(), "TRUST")).collect()
    }

    #[test]
    fn what_may_hide_a_repository_is_told() {
        let hidden = passed_over(|host| {
            fs::create_dir_all(host.join("lost/metadata")).unwrap();
            fs::write(host.join("lost/metadata/targets.json"), "{}").unwrap();
        });
        assert_eq!(hidden, ["TRUST/tuf/host/lost: its trust data has no root"]);
        let hidden = passed_over(|host| {
            fs::create_dir_all(host.join("a b/metadata")).unwrap();
            fs::write(host.join("a b/metadata/root.json"), "{}").unwrap();
        });
        assert!(hidden.len() == 1 && hidden[0].starts_with("TRUST/tuf/host/a b: "), "{hidden:?}");
        let hidden = passed_over(|host| symlink("/", host.join("link")).unwrap());
        assert_eq!(hidden, ["TRUST/tuf/host/link: a link is not followed"]);
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_told() {
        // whoever runs this may be root, who may read everything
        let hidden = passed_over(|host| {
            fs::create_dir_all(host.join("closed")).unwrap();
            symlink("metadata", host.join("closed/metadata")).unwrap();
        });
        assert!(hidden.len() == 1 && hidden[0].starts_with("TRUST/tuf/host/closed: "), "{hidden:?}");
        let dir = tempfile::tempdir().unwrap();
        symlink("tuf", dir.path().join("tuf")).unwrap();
        let found = TrustFolder::new(dir.path().to_owned()).known_repositories();
        assert_eq!((found.guns.len(), found.passed_over.len()), (0, 1), "{found:?}");
    }

    #[test]
    fn folders_beyond_the_bound_are_told() {
        let (_dir, store) = folder_with(&["host/a", "host/b", "host/c"]);
        assert!(store.repositories_within(4).passed_over.is_empty());
        let found = store.repositories_within(2);
        assert_eq!((found.guns.len(), found.passed_over.len()), (1, 1), "{found:?}");
        assert!(found.passed_over[0].reason.contains("more than 2 folders"));
    }
}
