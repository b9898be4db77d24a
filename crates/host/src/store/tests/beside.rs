//! Several processes on one trust folder.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use super::{ALL, GUN, Home, gun, role, set};
use client::ports::{Repositories, StoreError, TrustStore};

#[test]
fn there_is_one_writer_at_a_time_and_readers_do_not_wait_for_it() {
    let home = Home::new();
    let writer = home.store().writer(&gun(GUN)).unwrap();
    assert!(matches!(home.store().writer(&gun(GUN)), Err(StoreError::Busy { .. })));
    home.store().commit(&gun(GUN), &set(1, ALL)).unwrap();
    home.store().load(&gun(GUN)).unwrap();
    drop(writer);
    home.store().writer(&gun(GUN)).unwrap();
}

#[test]
fn new_repositories_are_made_one_at_a_time_whatever_their_names() {
    let home = Home::new();
    let (one, other) = (gun(GUN), gun("host/other"));
    let _writer = home.store().writer(&one).unwrap();
    let maker = home.store().maker(&one).unwrap();
    home.store().writer(&other).unwrap();
    assert!(matches!(home.store().maker(&other), Err(StoreError::Busy { .. })));
    home.store().forget(&one).unwrap();
    assert!(matches!(home.store().maker(&other), Err(StoreError::Busy { .. })));
    drop(maker);
    home.store().maker(&other).unwrap();
    assert_eq!(home.store().repositories(), Repositories::default());
}

#[test]
fn a_lock_that_was_deleted_with_its_repository_guards_nothing() {
    let home = Home::new();
    let old = home.store().writer(&gun(GUN)).unwrap();
    home.store().forget(&gun(GUN)).unwrap();
    let new = home.store().writer(&gun(GUN)).unwrap();
    drop(old);
    assert!(matches!(home.store().writer(&gun(GUN)), Err(StoreError::Busy { .. })));
    drop(new);
}

#[test]
fn loads_beside_commits_never_see_a_mixed_set() {
    let home = Home::new();
    let done = AtomicBool::new(false);
    let store = home.store();
    thread::scope(|threads| {
        let writers = [0, 1].map(|odd| {
            let store = &store;
            threads.spawn(move || {
                (1..40).filter(|v| v % 2 == odd).for_each(|v| assert!(store.commit(&gun(GUN), &set(v, ALL)).is_ok()));
            })
        });
        for _ in 0..2 {
            threads.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let stored = store.load(&gun(GUN)).unwrap();
                    let Some(seen) = stored.floor.of(&role("root")) else {
                        assert!(stored.files.is_empty());
                        continue;
                    };
                    let expected = set(seen.version.get(), ALL);
                    assert_eq!((stored.files, stored.floor), (expected.files, expected.floor));
                }
            });
        }
        let results = writers.map(thread::ScopedJoinHandle::join);
        done.store(true, Ordering::Relaxed);
        assert!(results.iter().all(Result::is_ok));
    });
    assert_eq!(store.load(&gun(GUN)).unwrap().files, set(39, ALL).files);
}
