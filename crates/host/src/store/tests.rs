//! The store as its callers and the peers see it.

mod beside;

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{TrustFolder, Waits};
use client::ports::{Bytes, Commit, Sent, StoreError, TrustSet, TrustStore};
use trust::{
    model::{digest::Sha256, gun::Gun, role::RoleName, version::Version},
    verify::floor::{Floor, Seen},
};

const GUN: &str = "localhost:5000/x";

const PEERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/peers/delegations");

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn store(&self) -> TrustFolder {
        let waits = Waits { access: Duration::from_secs(5), writer: Duration::from_millis(50) };
        TrustFolder::new(self.0.path().to_owned()).with_waits(waits)
    }

    fn dir(&self) -> PathBuf {
        self.0.path().join("tuf").join(GUN)
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.dir().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn get(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.dir().join(path)).ok()
    }
}

/// A trust folder with these repositories, as the peers leave one.
pub(super) fn folder_with(guns: &[&str]) -> (tempfile::TempDir, TrustFolder) {
    let dir = tempfile::tempdir().unwrap();
    for gun in guns {
        let metadata = dir.path().join("tuf").join(gun).join("metadata");
        fs::create_dir_all(&metadata).unwrap();
        fs::create_dir_all(metadata.with_file_name("changelist")).unwrap();
        for file in ["root.json", "targets.json"] {
            fs::copy(Path::new(PEERS).join(file), metadata.join(file)).unwrap();
        }
    }
    let store = TrustFolder::new(dir.path().to_owned());
    (dir, store)
}

fn gun(name: &str) -> Gun {
    Gun::parse(name).unwrap()
}

fn role(name: &str) -> RoleName {
    RoleName::parse(name).unwrap()
}

/// A set whose files say their role and version; the floor has the same version for each.
fn set(version: u64, roles: &[&str]) -> TrustSet {
    let text = |name: &str| format!("{name} {version}").into_bytes();
    let seen = |name: &str| vec![Seen { version: Version::new(version).unwrap(), sha256: Sha256::of(&text(name)), keys: None }];
    TrustSet {
        files: roles.iter().map(|name| (role(name), Bytes::from(text(name)))).collect(),
        floor: Floor::new(roles.iter().map(|name| (role(name), seen(name))).collect(), [].into()),
    }
}

const ALL: &[&str] = &["root", "targets", "snapshot", "timestamp", "targets/releases", "targets/a/b"];

#[test]
fn a_commit_is_where_the_peers_read_it_and_comes_back_as_it_was() {
    let home = Home::new();
    let new = set(3, ALL);
    home.store().commit(&gun(GUN), &new).unwrap();
    assert_eq!(home.get("metadata/root.json").unwrap(), "root 3");
    assert_eq!(home.get("metadata/targets/a/b.json").unwrap(), "targets/a/b 3");
    let stored = home.store().load(&gun(GUN)).unwrap();
    assert_eq!((stored.files, stored.floor), (new.files, new.floor));
    for own in [".dct/journal", ".dct/staged"] {
        assert!(!home.dir().join(own).exists(), "{own}");
    }
}

#[test]
fn files_of_roles_that_are_not_in_the_set_go() {
    let home = Home::new();
    home.store().commit(&gun(GUN), &set(1, ALL)).unwrap();
    home.store().commit(&gun(GUN), &set(2, &["root", "targets", "snapshot", "timestamp"])).unwrap();
    assert_eq!(home.get("metadata/targets/a/b.json"), None);
    assert_eq!(home.get("metadata/targets.json").unwrap(), "targets 2");
}

#[test]
fn a_file_that_did_not_change_is_not_written() {
    use std::os::unix::fs::MetadataExt;
    let home = Home::new();
    let root = home.dir().join("metadata/root.json");
    let mut new = set(1, ALL);
    home.store().commit(&gun(GUN), &new).unwrap();
    let inode = fs::metadata(&root).unwrap().ino();
    new.files.insert(role("targets"), Bytes::from(*b"other"));
    home.store().commit(&gun(GUN), &new).unwrap();
    assert_eq!(fs::metadata(&root).unwrap().ino(), inode);
    assert_eq!(home.get("metadata/targets.json").unwrap(), "other");
}

#[test]
fn what_the_peers_left_is_returned_as_it_is() {
    let home = Home::new();
    home.put("metadata/root.json", "");
    home.put("metadata/targets.json", "\0\0 no json");
    home.put("metadata/targets/jeff.json", "jeff");
    home.put("metadata/targets/deep/er.json", "er");
    for stray in ["metadata/.root.json.swp", "metadata/release.json", "metadata/targets/Jeff.json", "metadata/targets/x.txt"] {
        home.put(stray, "stray");
    }
    home.put("changelist/1_2.change", "{}");
    let stored = home.store().load(&gun(GUN)).unwrap();
    let files: Vec<_> = stored.files.iter().map(|(role, bytes)| (role.as_str(), &**bytes)).collect();
    let expected: &[(&str, &[u8])] =
        &[("root", b""), ("targets", b"\0\0 no json"), ("targets/deep/er", b"er"), ("targets/jeff", b"jeff")];
    assert_eq!(files, expected);
    assert!(stored.floor.is_empty());
    assert!(!home.dir().join(".dct").exists(), "reading leaves nothing behind");
    home.store().commit(&gun(GUN), &set(1, ALL)).unwrap();
    assert_eq!(home.get("changelist/1_2.change").unwrap(), "{}");
}

#[test]
fn a_repository_that_is_not_there_is_empty_and_stays_so() {
    let home = Home::new();
    assert!(home.store().load(&gun(GUN)).unwrap().files.is_empty());
    home.store().forget(&gun(GUN)).unwrap();
    assert_eq!(fs::read_dir(home.0.path()).unwrap().count(), 0);
}

#[test]
fn a_commit_that_another_process_overtook_writes_nothing() {
    let home = Home::new();
    home.store().commit(&gun(GUN), &set(5, ALL)).unwrap();
    assert_eq!(home.store().commit(&gun(GUN), &set(4, ALL)).unwrap(), Commit::Overtaken);
    assert_eq!(home.get("metadata/timestamp.json").unwrap(), "timestamp 5");
    assert_eq!(home.store().load(&gun(GUN)).unwrap().floor, set(5, ALL).floor);
}

#[test]
fn a_floor_that_cannot_be_read_is_an_error_and_never_forgotten() {
    for text in ["", "{}", "garbage", "{\"format\":1,\"roles\":{\"root\":{\"version\":0,\"sha256\":\"\"}}}"] {
        let home = Home::new();
        home.store().commit(&gun(GUN), &set(5, ALL)).unwrap();
        home.put(".dct/floor.json", text);
        let is_corrupt = |result: Result<(), StoreError>| match result {
            Err(StoreError::Corrupt { path, .. }) => path.ends_with(".dct/floor.json"),
            _ => false,
        };
        assert!(is_corrupt(home.store().load(&gun(GUN)).map(drop)));
        assert!(is_corrupt(home.store().commit(&gun(GUN), &set(6, ALL)).map(drop)));
        assert_eq!(home.get(".dct/floor.json").unwrap(), text);
        home.store().forget(&gun(GUN)).unwrap();
        assert!(home.store().load(&gun(GUN)).unwrap().floor.is_empty());
    }
}

#[test]
fn a_floor_outlives_what_the_peers_do_to_the_metadata() {
    let home = Home::new();
    home.store().commit(&gun(GUN), &set(5, ALL)).unwrap();
    fs::remove_dir_all(home.dir().join("metadata")).unwrap();
    let stored = home.store().load(&gun(GUN)).unwrap();
    assert!(stored.files.is_empty());
    assert_eq!(stored.floor, set(5, ALL).floor);
}

#[test]
fn a_file_that_is_too_large_is_an_error() {
    let home = Home::new();
    home.put("metadata/targets.json", "");
    fs::File::options().write(true).open(home.dir().join("metadata/targets.json")).unwrap().set_len((100 << 20) + 1).unwrap();
    assert!(matches!(home.store().load(&gun(GUN)), Err(StoreError::Corrupt { .. })));
}

#[test]
fn a_link_is_read_and_never_written_through() {
    let home = Home::new();
    home.put("elsewhere", "root 1");
    home.put("metadata/targets.json", "");
    symlink(home.dir().join("elsewhere"), home.dir().join("metadata/root.json")).unwrap();
    assert_eq!(&*home.store().load(&gun(GUN)).unwrap().files[&role("root")], b"root 1");
    home.store().commit(&gun(GUN), &set(1, ALL)).unwrap();
    home.store().commit(&gun(GUN), &set(2, ALL)).unwrap();
    assert!(!home.dir().join("metadata/root.json").is_symlink());
    assert_eq!(home.get("elsewhere").unwrap(), "root 1");
}

#[test]
fn a_pipe_in_the_place_of_a_file_does_not_hang() {
    let home = Home::new();
    home.put("metadata/targets.json", "");
    let pipe = home.dir().join("metadata/root.json");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0).unwrap();
    assert!(matches!(home.store().load(&gun(GUN)), Err(StoreError::Corrupt { .. })));
}

#[test]
fn a_decided_change_is_completed_and_an_undecided_one_removed() {
    let home = Home::new();
    home.store().commit(&gun(GUN), &set(1, ALL)).unwrap();
    home.put(".dct/staged/0", "root 2");
    let stored = home.store().load(&gun(GUN)).unwrap();
    assert_eq!(stored.files, set(1, ALL).files);
    assert!(!home.dir().join(".dct/staged").exists());

    home.put(".dct/staged/0", "root 2");
    home.put(".dct/staged/1", "timestamp 2");
    home.put(".dct/journal", r#"{"format":1,"put":["root","timestamp"],"remove":["targets/a/b"]}"#);
    let stored = home.store().load(&gun(GUN)).unwrap();
    assert_eq!(&*stored.files[&role("root")], b"root 2");
    assert_eq!(&*stored.files[&role("timestamp")], b"timestamp 2");
    assert_eq!(home.get("metadata/targets/a/b.json"), None);
    assert!(!home.dir().join(".dct/journal").exists());
}

#[test]
fn a_journal_that_cannot_be_completed_is_looked_through() {
    let home = Home::new();
    home.store().commit(&gun(GUN), &set(1, ALL)).unwrap();
    home.put(".dct/staged/0", "root 2");
    home.put(".dct/journal", r#"{"format":1,"put":["root"],"remove":["targets/a/b"]}"#);
    fs::remove_file(home.dir().join("metadata/root.json")).unwrap();
    // no rename goes over a folder that is not empty: the case of a read-only one, for any user
    home.put("metadata/root.json/in-the-way", "");
    let stored = home.store().load(&gun(GUN)).unwrap();
    assert_eq!(&*stored.files[&role("root")], b"root 2");
    assert!(!stored.files.contains_key(&role("targets/a/b")));
}

#[test]
fn a_read_only_folder_is_read() {
    let home = Home::new();
    home.store().commit(&gun(GUN), &set(1, ALL)).unwrap();
    fs::remove_file(home.dir().join(".dct/lock")).unwrap();
    fs::set_permissions(home.dir().join(".dct"), Permissions::from_mode(0o500)).unwrap();
    let loaded = home.store().load(&gun(GUN));
    fs::set_permissions(home.dir().join(".dct"), Permissions::from_mode(0o700)).unwrap();
    assert_eq!(loaded.unwrap().files, set(1, ALL).files);
}

#[test]
fn published_files_are_kept_until_they_are_live() {
    let home = Home::new();
    let kept = [Bytes::from(*b"targets 2"), Bytes::from(*b"other")];
    home.store().keep_sent(&gun(GUN), &kept, &Sent::default()).unwrap();
    home.put(&format!(".dct/published/{}.json", Sha256::of(b"what is not in it")), "torn");
    let stored = home.store().load(&gun(GUN)).unwrap();
    assert_eq!(stored.published, kept.into_iter().map(|bytes| (Sha256::of(&bytes), bytes)).collect());
    home.store().commit(&gun(GUN), &set(2, ALL)).unwrap();
    let left: Vec<_> = home.store().load(&gun(GUN)).unwrap().published.into_values().collect();
    assert_eq!(left, [Bytes::from(*b"other")]);
    let many: Vec<_> = (0..40).map(|n| Bytes::from(format!("{n}").into_bytes())).collect();
    home.store().keep_sent(&gun(GUN), &many, &Sent::default()).unwrap();
    assert_eq!(home.store().load(&gun(GUN)).unwrap().published.len(), 32);
}

#[test]
fn an_unpublished_repository_has_no_floor_and_nothing_of_an_older_one() {
    let home = Home::new();
    home.put("metadata/timestamp.json", "old");
    home.store().save_unpublished(&gun(GUN), &set(1, &["root", "targets"]).files).unwrap();
    let stored = home.store().load(&gun(GUN)).unwrap();
    assert_eq!(stored.files, set(1, &["root", "targets"]).files);
    assert!(stored.floor.is_empty());
}

#[test]
fn forgetting_leaves_the_repositories_below() {
    let home = Home::new();
    let below = [format!("{GUN}/y"), format!("{GUN}/metadata"), format!("{GUN}/metadata/targets"), format!("{GUN}/changelist/z")];
    home.store().commit(&gun(GUN), &set(1, ALL)).unwrap();
    home.put("changelist/1_2.change", "{}");
    for name in &below {
        home.store().commit(&gun(name), &set(2, ALL)).unwrap();
    }
    home.store().forget(&gun(GUN)).unwrap();
    let stored = home.store().load(&gun(GUN)).unwrap();
    assert!(stored.files.is_empty() && stored.floor.is_empty());
    assert!(!home.dir().join("changelist/1_2.change").exists() && !home.dir().join(".dct").exists());
    for name in &below {
        let stored = home.store().load(&gun(name)).unwrap();
        assert_eq!((stored.files, stored.floor), (set(2, ALL).files, set(2, ALL).floor), "{name}");
        home.store().forget(&gun(name)).unwrap();
    }
    assert_eq!(fs::read_dir(home.0.path().join("tuf")).unwrap().count(), 0);
}

#[test]
fn a_delegation_cannot_overwrite_another_repository() {
    let home = Home::new();
    let below = gun(&format!("{GUN}/metadata/targets"));
    home.store().commit(&below, &set(2, ALL)).unwrap();
    let new = set(3, &["root", "timestamp", "targets/metadata/root", "targets/jeff"]);
    home.store().commit(&gun(GUN), &new).unwrap();
    assert_eq!(home.store().load(&below).unwrap().files, set(2, ALL).files);
    let stored = home.store().load(&gun(GUN)).unwrap();
    assert_eq!(stored.files, set(3, &["root", "timestamp", "targets/jeff"]).files);
    home.store().commit(&gun(GUN), &set(4, &["root", "timestamp"])).unwrap();
    assert_eq!(home.store().load(&below).unwrap().files, set(2, ALL).files);
}

#[test]
fn a_file_where_a_folder_should_be_is_a_clean_error() {
    let home = Home::new();
    fs::write(home.0.path().join("tuf"), "").unwrap();
    assert!(matches!(home.store().commit(&gun(GUN), &set(1, ALL)), Err(StoreError::Io { .. })));
}
