//! Where the files of a repository are.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use trust::model::{digest::Sha256, gun::Gun, role::RoleName};

/// The peers' folder of a repository, `<trust>/tuf/<GUN>`, and ours in it. No GUN has a component that begins with a dot, so ours is never
/// taken for a repository's.
#[derive(Clone, Debug)]
pub(super) struct Repository {
    root: PathBuf,
    dir: PathBuf,
    gun: Gun,
}

impl Repository {
    pub(super) fn new(trust_dir: &Path, gun: &Gun) -> Self {
        let root = trust_dir.join("tuf");
        Self { dir: root.join(gun.as_str()), root, gun: gun.clone() }
    }

    pub(super) fn gun(&self) -> &Gun {
        &self.gun
    }

    /// The folder of all repositories.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The peers' live files.
    pub(super) fn metadata(&self) -> PathBuf {
        self.dir.join("metadata")
    }

    /// The live file of a role.
    pub(super) fn live(&self, role: &RoleName) -> PathBuf {
        self.metadata().join(format!("{role}.json"))
    }

    /// The peers' staged changes.
    pub(super) fn changelist(&self) -> PathBuf {
        self.dir.join("changelist")
    }

    /// What is ours.
    pub(super) fn own(&self) -> PathBuf {
        own_of(&self.dir)
    }

    pub(super) fn floor(&self) -> PathBuf {
        self.own().join("floor.json")
    }

    /// Exists from the moment in which a set is decided until it is in place.
    pub(super) fn journal(&self) -> PathBuf {
        self.own().join("journal")
    }

    /// The files of a set that is not in place yet.
    pub(super) fn staged(&self) -> PathBuf {
        self.own().join("staged")
    }

    /// The `index`-th file that the journal puts in place. A role's name can be too long for a file's, so they are numbered.
    pub(super) fn staged_file(&self, index: usize) -> PathBuf {
        self.staged().join(index.to_string())
    }

    pub(super) fn staged_floor(&self) -> PathBuf {
        self.staged().join("floor")
    }

    pub(super) fn staged_journal(&self) -> PathBuf {
        self.staged().join("journal")
    }

    /// Files kept from a publish, by hash.
    pub(super) fn published(&self) -> PathBuf {
        self.own().join("published")
    }

    pub(super) fn published_file(&self, hash: Sha256) -> PathBuf {
        self.published().join(format!("{hash}.json"))
    }

    /// The record of what was sent.
    pub(super) fn sent(&self) -> PathBuf {
        self.own().join("sent.json")
    }

    /// Held while the set is read or changed.
    pub(super) fn lock(&self) -> PathBuf {
        self.own().join("lock")
    }

    /// Held by the one that publishes.
    pub(super) fn writer_lock(&self) -> PathBuf {
        self.own().join("writer.lock")
    }

    /// Held by the one that makes a new repository, in all of them: beside their folders.
    pub(super) fn maker_lock(&self) -> PathBuf {
        self.root.join(".dct.lock")
    }
}

/// Whether the file of a role would be another repository's: `targets/metadata/root` of `host/x` is the root of `host/x/metadata/targets`. The peers put
/// both in one place.
pub(super) fn is_of_another_repository(repo: &Repository, role: &RoleName) -> bool {
    let (live, metadata) = (repo.live(role), repo.metadata());
    live.ancestors().skip(1).take_while(|dir| *dir != metadata).any(is_inside_a_repository)
}

/// Whether `dir`, found among a repository's delegations, is the `metadata`, the `changelist` or our folder of another repository.
pub(super) fn is_inside_a_repository(dir: &Path) -> bool {
    let named = matches!(dir.file_name().and_then(OsStr::to_str), Some("metadata" | "changelist" | ".dct"));
    let is_repository = |dir: &Path| own_of(dir).is_dir() || dir.join("changelist").is_dir() && dir.join("metadata").is_dir();
    named && dir.parent().is_some_and(is_repository)
}

fn own_of(dir: &Path) -> PathBuf {
    dir.join(".dct")
}
