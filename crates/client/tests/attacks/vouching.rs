//! A file that lacks signatures alone may be vouched for by a witness: which of those that a server shows are offered for that.

use client::{session::RefuseUnreleased, state::refresh};
use trust::model::role::RoleName;

use crate::{
    set_aside::rekey,
    support::forge::{Forge, key::Key, target_of},
    world::{World, gun},
};

const JEFF: &str = "targets/jeff";

/// A client that has read jeff's file, and the repository in which he has lost the key that signed it.
fn without_his_key() -> (World, Forge) {
    let (world, mut forge) = World::warm();
    rekey(&mut forge, JEFF, &[Key::p256("jeff 2")]);
    (world, forge)
}

/// The version that a witness is offered of jeff's file, as a server shows it with the signature of the key that he lost.
fn offered(world: &World, forge: &mut Forge, change: impl FnOnce(&mut Forge)) -> Option<u64> {
    change(forge);
    let lost = [Key::p256("jeff")];
    world.remote.serve(forge.sign_with(JEFF, &lost).publish().files());
    let (repo, _) = world.ask(&RefuseUnreleased::default(), |session| refresh::for_reading(session, &gun()));
    let repo = repo.unwrap_or_else(|error| panic!("refused as a whole: {error}"));
    let role = RoleName::parse(JEFF).unwrap();
    assert!(repo.targets(&role).is_none(), "it counts though nobody has signed it");
    repo.unvouched(&role).map(|file| file.to_vouch_for().header.version.get())
}

#[test]
fn the_content_that_was_verified_here_is_offered_to_a_witness() {
    let (world, mut forge) = without_his_key();
    let version = forge.version(JEFF);
    assert_eq!(offered(&world, &mut forge, |_| {}), Some(version));
}

#[test]
fn a_later_content_is_offered_to_a_witness() {
    let (world, mut forge) = without_his_key();
    let version = forge.version(JEFF);
    assert_eq!(
        offered(&world, &mut forge, |forge| {
            forge.set_version(JEFF, version + 1);
        }),
        Some(version + 1)
    );
}

#[test]
fn one_who_has_seen_none_is_offered_what_there_is() {
    let (_, mut forge) = without_his_key();
    let version = forge.version(JEFF);
    assert_eq!(offered(&World::cold(), &mut forge, |_| {}), Some(version));
}

#[test]
fn an_older_content_than_was_verified_here_is_not_offered() {
    let (world, mut forge) = without_his_key();
    let version = forge.version(JEFF);
    assert_eq!(
        offered(&world, &mut forge, |forge| {
            forge.set_version(JEFF, version - 1);
        }),
        None
    );
}

#[test]
fn another_content_of_the_version_that_was_verified_here_is_not_offered() {
    let (world, mut forge) = without_his_key();
    let evil = |forge: &mut Forge| {
        forge.edit(JEFF, |file| file["targets"]["evil"] = target_of("evil"));
    };
    assert_eq!(offered(&world, &mut forge, evil), None);
}
