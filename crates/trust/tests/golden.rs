//! Metadata that the peers wrote: ours verifies it, reads the same from it as they do, and writes the same bytes.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unreachable,
    clippy::unwrap_used
)]

use std::{collections::BTreeSet, fs, path::PathBuf, sync::Arc};

use trust::{
    model::{file_ref::FileRef, gun::Gun, hashes::FileMeta, payload::Payload, role::RoleName},
    verify::{bootstrap::RootWalk, pinning::TrustPinning, threshold::Verified, trusted::TrustedRepo, update::Freshness},
};

const HOST: &str = "localhost:30518";

/// Each folder with its repository.
const REPOSITORIES: [(&str, &str); 8] = [
    ("signers", "prod/nginx"),
    ("signed", "prod/nginx"),
    ("odd-names", "odd/names"),
    ("delegations", "delegations"),
    ("delegation-keys-purged", "delegations"),
    ("delegations-removed", "delegations"),
    ("rotation/before", "rotated"),
    ("rotation/after", "rotated"),
];

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/peers").join(name)
}

fn file(folder_name: &str, role: &RoleName) -> Option<Arc<[u8]>> {
    fs::read(folder(folder_name).join(format!("{role}.json"))).ok().map(Into::into)
}

fn now() -> jiff::Timestamp {
    "2026-11-22T00:00:00Z".parse().unwrap()
}

fn update(name: &str, gun: &str) -> TrustedRepo {
    let gun = Gun::parse(&format!("{HOST}/{gun}")).unwrap();
    let get = |role: RoleName| file(name, &role).unwrap_or_else(|| panic!("{name}/{role}"));
    let chain = RootWalk::first_use(&gun, get(RoleName::root())).unwrap().settle(&TrustPinning::default(), now()).unwrap();
    let stage = chain.timestamp(get(RoleName::timestamp()), Freshness::Fetched).unwrap();
    let stage = stage.snapshot(get(RoleName::snapshot())).unwrap();
    let mut repo = stage.targets(get(RoleName::targets()), &std::collections::BTreeMap::new()).unwrap();
    loop {
        let needs = repo.needs().unwrap();
        if needs.is_empty() {
            return repo;
        }
        for need in needs {
            let FileRef::Hashed { role, .. } = need else { unreachable!() };
            repo = repo.delegation(&role, &get(role.clone())).unwrap();
        }
    }
}

#[test]
fn repositories_of_the_peers_are_verified_and_list_what_notary_lists() {
    for (name, gun) in REPOSITORIES {
        let repo = update(name, gun);
        assert!(repo.skipped().iter().all(|(_, skipped)| skipped.reason.contains("threshold")), "{name}: {:?}", repo.skipped());
        let Ok(listing) = fs::read_to_string(folder(name).join("notary-list.txt")) else { continue };
        let mut entries: Vec<_> =
            repo.entries(None).into_iter().map(|entry| (entry.name.to_owned(), entry.target.clone())).collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        entries.dedup_by(|a, b| a.0 == b.0);
        for (target, content) in &entries {
            let digest = content.meta.sha256.to_hex();
            assert!(
                listing.lines().any(|line| line.starts_with(target.as_str()) && line.contains(&digest)),
                "{name}: {target:?}\n{listing}"
            );
        }
        let listed = listing.lines().skip_while(|line| !line.starts_with("----")).skip(1).filter(|line| !line.is_empty()).count();
        let unusable: usize = repo.targets(&RoleName::targets()).unwrap().unusable.len();
        assert_eq!(entries.len() + unusable, listed, "{name}: {entries:?}\n{listing}");
    }
}

/// `signed` as the file has it, and as ours writes what it read from it.
fn assert_same_bytes<T: Payload>(name: &str, file: &Verified<T>) {
    let text = String::from_utf8(file.bytes().to_vec()).unwrap();
    let ours = String::from_utf8(file.to_json().in_file()).unwrap();
    // Go's empty lists: an edit that removed the last item leaves null, and every reader takes either
    let theirs = text.replace("\"keyids\":null", "\"keyids\":[]").replace("\"roles\":null", "\"roles\":[]");
    assert!(
        theirs.starts_with(&format!("{{\"signed\":{ours},\"signatures\":[")),
        "{name}/{}\nours:   {ours}\ntheirs: {theirs}",
        file.role()
    );
}

#[test]
fn what_is_read_is_written_as_go_writes_it() {
    let mut read = BTreeSet::new();
    for (name, gun) in REPOSITORIES {
        let repo = update(name, gun);
        assert_same_bytes(name, repo.root());
        assert_same_bytes(name, repo.snapshot());
        assert_same_bytes(name, repo.timestamp());
        for role in repo.snapshot().meta.keys() {
            if let Some(file) = repo.targets(role) {
                assert_same_bytes(name, file);
                read.insert(role.to_string());
            }
        }
    }
    let roles =
        ["targets", "targets/alice", "targets/alice/child", "targets/bob", "targets/ian", "targets/jeff", "targets/releases"];
    assert_eq!(read.iter().map(String::as_str).collect::<Vec<_>>(), roles);
}

#[test]
fn the_snapshot_that_a_server_makes_lists_the_files_as_they_are() {
    for (name, gun) in REPOSITORIES {
        let repo = update(name, gun);
        for (role, meta) in &repo.snapshot().meta {
            if let Some(bytes) = file(name, role) {
                assert_eq!(FileMeta::of(&bytes), *meta, "{name}/{role}");
            }
        }
    }
}

#[test]
fn six_roots_are_walked_one_by_one() {
    let gun = Gun::parse(&format!("{HOST}/rotated")).unwrap();
    let root = |version: u64| -> Arc<[u8]> { fs::read(folder("rotation").join(format!("{version}.root.json"))).unwrap().into() };
    let mut walk = RootWalk::first_use(&gun, root(1)).unwrap();
    let steps = walk.steps_to(&root(6)).unwrap();
    assert_eq!(steps.versions.iter().map(|version| version.get()).collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
    assert!(walk.clone().step(root(3)).is_err(), "a version is never jumped over");
    for version in steps.versions {
        walk = walk.step(root(version.get())).unwrap();
    }
    assert!(walk.clone().step(root(5)).is_err(), "nor gone back to");
    walk.settle(&TrustPinning::default(), now()).unwrap();
}
