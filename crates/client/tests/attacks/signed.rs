//! Section R: who signed, and what. The number of a case begins the name of its test.

use std::collections::BTreeSet;

use client::{
    error::OpsError,
    image::{
        error::ImageError,
        inspect_image::{self, ImageReport},
        named_digest::check_tag,
        sign_image::{ContentChoice, ContentSource, Unserved},
    },
    ports::{Manifest, RegistryError, Warning},
    session::RefuseUnreleased,
    unreleased::{NoRelease, UnreleasedTag},
};
use trust::model::{
    digest::Sha256,
    image_name::{ImageName, Selector},
    key_id::CanonicalKeyId,
    role::RoleName,
    tag::Tag,
};

use crate::{
    engine::NoRegistry,
    publishing::{Signer, everywhere},
    support::{
        forge::{Forge, key::Key},
        memory::{Fault, UNAUTHORIZED, UNAVAILABLE, UNREACHABLE},
    },
    world::{GUN, World, gun},
};

/// Another signer has released this content under tag 2, for which the registry serves ian's own.
fn released_by_another(roles: &[&str]) -> Signer {
    let (ian, mut forge) = Signer::ian();
    for role in roles {
        forge.add_target(role, "2", "theirs");
    }
    ian.remote.host(forge.publish());
    ian
}

/// What the registry may do in place of serving the released content.
fn serves(ian: &mut Signer, what: &str) {
    let fault: Option<Fault> = match what {
        "unavailable" => Some(UNAVAILABLE),
        "unreachable" => Some(UNREACHABLE),
        "no login" => Some(UNAUTHORIZED),
        _ => None,
    };
    ian.registry.fault = fault;
    if what == "no tag" {
        ian.registry.tags.clear();
    }
}

const NOT_THE_RELEASED: [&str; 5] = ["another", "no tag", "unavailable", "unreachable", "no login"];

fn sign(ian: &Signer, source: ContentSource<'_>) -> Result<Vec<Sha256>, OpsError> {
    ian.sign_each(source, ContentChoice::Released, Unserved::Refused, &["2"])
}

#[test]
fn r331_a_signature_is_not_put_on_what_another_has_released_in_place_of_what_the_registry_serves() {
    let theirs = Sha256::of(b"theirs");
    for roles in [&["targets/releases"] as &[&str], &["targets"], &["targets/jeff", "targets/releases"]] {
        for what in NOT_THE_RELEASED {
            for source in [ContentSource::Registry, ContentSource::Engine(&NoRegistry)] {
                let mut ian = released_by_another(roles);
                serves(&mut ian, what);
                let error = sign(&ian, source).expect_err(what);
                let OpsError::Image(ImageError::ReleasedUnserved { released, served, .. }) = &error else {
                    panic!("{what}: {error}")
                };
                assert_eq!(
                    (*released, served.as_ref().as_ref().ok()),
                    (theirs, (what == "another").then_some(&Sha256::of(b"mine")))
                );
                assert!(ian.remote.uploads().is_empty(), "{what}");
                let told = error.to_string();
                assert!(told.contains(&theirs.to_string()), "{told}");
                if what == "another" {
                    assert!(told.contains(&Sha256::of(b"mine").to_string()), "{told}");
                }
            }
        }
    }
}

#[test]
fn r331_where_the_registry_serves_it_what_another_has_released_is_signed() {
    let mut ian = released_by_another(&["targets/releases"]);
    let theirs = Manifest { digest: Sha256::of(b"theirs"), length: 6, media_type: String::new() };
    ian.registry.tags.insert(Tag::parse("2").unwrap(), theirs);
    for source in [ContentSource::Registry, ContentSource::Engine(&NoRegistry)] {
        assert_eq!(sign(&ian, source).unwrap(), [Sha256::of(b"theirs")]);
        assert_eq!(ian.uploaded("2"), everywhere(b"theirs"));
    }
    assert_eq!(ian.heard.warnings(), []);
}

#[test]
fn r331_each_way_on_signs_the_content_that_it_names() {
    let ian = released_by_another(&["targets/releases"]);
    let sign = |content| ian.sign_each(ContentSource::Registry, content, Unserved::Refused, &["2"]);
    sign(ContentChoice::Source).unwrap();
    assert_eq!(ian.uploaded("2"), everywhere(b"mine"));
    let named = ContentChoice::Digest(Sha256::of(b"theirs"));
    assert!(matches!(sign(named), Err(OpsError::Registry(RegistryError::NoSuchDigest { .. }))));
    sign(ContentChoice::Digest(Sha256::of(b"mine"))).unwrap();
}

#[test]
fn r331_nothing_of_a_repository_is_signed_where_one_of_its_tags_is_refused() {
    for tags in [["2", "3"], ["3", "2"]] {
        let mut ian = released_by_another(&["targets/releases"]);
        let other = Manifest { digest: Sha256::of(b"new"), length: 3, media_type: String::new() };
        ian.registry.tags.insert(Tag::parse("3").unwrap(), other);
        let refused = ian.sign_each(ContentSource::Registry, ContentChoice::Released, Unserved::Refused, &tags);
        assert!(matches!(refused, Err(OpsError::Image(ImageError::ReleasedUnserved { .. }))), "{refused:?}");
        assert!(ian.remote.uploads().is_empty());
    }
}

#[test]
fn r331_a_signature_that_stands_is_renewed_though_the_registry_serves_nothing() {
    for what in NOT_THE_RELEASED {
        let (mut ian, mut forge) = Signer::ian();
        forge.add_target("targets/ian", "2", "theirs").add_target("targets/releases", "2", "theirs");
        ian.remote.host(forge.publish());
        serves(&mut ian, what);
        let signed = sign(&ian, ContentSource::Registry);
        // another content may be what is meant, whoever has signed before
        assert_eq!(signed.is_ok(), what != "another", "{what}: {signed:?}");
        assert_eq!(ian.remote.uploads().len(), usize::from(what != "another"));
        let heard = ian.heard.warnings();
        let theirs = Sha256::of(b"theirs");
        let is_told = heard.iter().any(|it| matches!(it, Warning::ServedUnknown { signed, .. } if *signed == theirs));
        assert_eq!(is_told, !["another", "no tag"].contains(&what), "{what}: {heard:?}");
    }
}

#[test]
fn r331_a_setting_lets_it_be_signed_as_docker_does() {
    for what in NOT_THE_RELEASED {
        let mut ian = released_by_another(&["targets/releases"]);
        serves(&mut ian, what);
        ian.sign_each(ContentSource::Registry, ContentChoice::Released, Unserved::Signed, &["2"]).unwrap();
        assert_eq!(ian.uploaded("2"), everywhere(b"theirs"), "{what}");
    }
}

/// What `inspect` reports of all tags.
fn report(forge: &Forge) -> ImageReport {
    look(forge, None, None).unwrap()
}

fn look(forge: &Forge, tag: Option<&str>, digest: Option<Sha256>) -> Result<ImageReport, OpsError> {
    let world = World::cold();
    world.remote.serve(forge.files());
    let tag = tag.map(|tag| Tag::parse(tag).unwrap());
    let selector = match (tag, digest) {
        (None, None) => Selector::Whole,
        (Some(tag), None) => Selector::Tag(tag),
        (None, digest) => Selector::Digest(digest),
        (Some(tag), digest) => Selector::TagAndDigest(tag, digest),
    };
    let image = ImageName { typed: GUN.to_owned(), gun: gun(), selector };
    let (looked, _) = world.ask(&RefuseUnreleased::default(), |session| inspect_image::inspect(session, &image));
    looked.map(|looked| looked.result)
}

/// Lets these keys release, and no others.
fn releasers(forge: &mut Forge, keys: &[Key], paths: &[&str]) {
    forge.undelegate("targets/releases").delegate("targets/releases", keys, paths);
}

#[test]
fn r338_what_only_the_releasing_role_signs_is_not_the_owner_s() {
    let mut forge = Forge::new(GUN);
    forge.add_target("targets/releases", "ghost", "evil");
    // the owner's own content of the same tag is a row of its own
    forge.add_target("targets", "both", "theirs").add_target("targets/releases", "both", "evil");
    forge.add_target("targets", "same", "same").add_target("targets/releases", "same", "same").publish();
    let rows = report(&forge).tags;
    let by_repository = |tag: &str, content: &[u8]| {
        let row = rows.iter().find(|row| row.tag == tag && row.digest == Sha256::of(content)).unwrap();
        (row.by_repository, row.signers.clone())
    };
    assert_eq!(by_repository("ghost", b"evil"), (false, vec![]));
    assert_eq!(by_repository("both", b"evil"), (false, vec![]));
    assert_eq!(by_repository("both", b"theirs"), (true, vec![]));
    assert_eq!(by_repository("same", b"same"), (true, vec![]));
    assert_eq!(by_repository("0", b"zero"), (true, vec![]));
    assert_eq!(by_repository("1", b"one"), (false, vec!["jeff".to_owned()]));
}

#[test]
fn r338_a_key_that_may_release_and_is_nobody_s_is_reported() {
    let mut forge = Forge::new(GUN);
    assert_eq!(report(&forge).unnamed_releasers, [""; 0]);
    let (jeff, ghost, targets) = (Key::p256("jeff"), Key::p256("ghost"), Key::p256("targets"));
    releasers(&mut forge, &[jeff.clone(), ghost.clone(), targets], &[""]);
    assert_eq!(report(forge.publish()).unnamed_releasers, [ghost.id()], "the repository's own key is shown as that");
    // the same public key in a certificate is no other one
    let mut forge = Forge::new(GUN);
    releasers(&mut forge, &[jeff.certified(GUN)], &[""]);
    assert_eq!(report(forge.publish()).unnamed_releasers, [""; 0]);
    // nor does another role's file have to be there
    let mut forge = Forge::new(GUN);
    releasers(&mut forge, &[jeff, ghost.clone()], &[""]);
    forge.delegate("targets/jeff/below", &[ghost], &[""]);
    assert_eq!(report(forge.publish()).unnamed_releasers, [""; 0], "it is shown as a signer's");
}

#[test]
fn r340_a_content_that_no_pull_takes_is_signed_and_not_called_released() {
    let jeff = Key::p256("jeff");
    let cases: [(&[&str], NoRelease); 3] = [
        (&[""], NoRelease::NoKey(vec![CanonicalKeyId::from_hex(&jeff.id()).unwrap()])),
        (&["v"], NoRelease::NotAdmitted),
        (&[], NoRelease::NoRole),
    ];
    for (paths, why) in cases {
        let (ian, mut forge) = Signer::ian();
        if why == NoRelease::NoRole {
            forge.undelegate("targets/releases");
        } else {
            releasers(&mut forge, std::slice::from_ref(&jeff), paths);
        }
        ian.remote.host(forge.publish());
        let error = sign(&ian, ContentSource::Registry).unwrap_err();
        let OpsError::Image(ImageError::SignedUnreleased { released, unreleased }) = &error else { panic!("{error}") };
        let (tag, signed_by) = (Tag::parse("2").unwrap(), vec![RoleName::parse("targets/ian").unwrap()]);
        let expected = UnreleasedTag { tag, digest: Sha256::of(b"mine"), signed_by, released: None, why };
        assert_eq!((released.as_slice(), unreleased.as_slice()), (&[][..], &[expected][..]));
        assert_eq!(ian.uploaded("2").into_keys().collect::<Vec<_>>(), ["targets/ian"], "it is signed");
    }
}

#[test]
fn r340_of_several_tags_those_that_a_pull_takes_are_told_apart() {
    let (mut ian, mut forge) = Signer::ian();
    releasers(&mut forge, &[Key::p256("jeff")], &[""]);
    forge.add_target("targets/releases", "3", "three").add_target("targets/releases", "4", "older");
    ian.remote.host(forge.publish());
    for (tag, content) in [("3", "three"), ("4", "newer")] {
        let manifest = Manifest { digest: Sha256::of(content.as_bytes()), length: 5, media_type: String::new() };
        ian.registry.tags.insert(Tag::parse(tag).unwrap(), manifest);
    }
    let signed = ian.sign_each(ContentSource::Registry, ContentChoice::Source, Unserved::Refused, &["2", "3", "4"]).unwrap_err();
    let OpsError::Image(ImageError::SignedUnreleased { released, unreleased }) = &signed else { panic!("{signed}") };
    assert_eq!(released, &[Tag::parse("3").unwrap()], "what is released already is what was signed");
    let rest: Vec<_> = unreleased.iter().map(|it| (it.tag.as_str(), it.released)).collect();
    assert_eq!(rest, [("2", None), ("4", Some(Sha256::of(b"older")))]);
}

#[test]
fn r348_a_digest_in_an_image_s_name_is_compared_with_what_is_released() {
    let mut forge = Forge::new(GUN);
    // what a pull takes is not what `targets` has under the same tag
    forge.add_target("targets", "both", "older").add_target("targets/releases", "both", "newer");
    forge.add_target("targets/releases", "1.1", "one").add_target("targets/jeff", "unreleased", "signed").publish();
    let all = report(&forge);
    let cases: [(Option<&str>, &str, &[&str]); 11] = [
        (Some("1"), "one", &["1"]),
        (Some("0"), "zero", &["0"]),
        (Some("both"), "newer", &["both"]),
        (None, "one", &["1", "1.1"]),
        (None, "newer", &["both"]),
        (Some("1"), "evil", &[]),
        (Some("1"), "zero", &[]),
        (Some("both"), "older", &[]),
        (Some("unreleased"), "signed", &[]),
        (None, "older", &[]),
        (None, "signed", &[]),
    ];
    for (tag, content, meant) in cases {
        let seen = look(&forge, tag, Some(Sha256::of(content.as_bytes())));
        assert_eq!(seen.is_ok(), !meant.is_empty(), "{tag:?} {content}: {seen:?}");
        match seen {
            Ok(report) => {
                let shown: BTreeSet<_> = report.tags.iter().map(|row| (row.tag.as_str(), row.digest)).collect();
                assert_eq!(shown, meant.iter().map(|tag| (*tag, Sha256::of(content.as_bytes()))).collect());
                assert_eq!(ImageReport { tags: all.tags.clone(), ..report }, all, "its signers and keys are the repository's");
            }
            Err(error) if tag == Some("unreleased") => assert_eq!(error.to_string(), "nothing is released under tag unreleased"),
            Err(error) => assert!(error.to_string().contains(&Sha256::of(content.as_bytes()).to_string()), "{error}"),
        }
    }
    let (one, two) = (Sha256::of(b"one"), Sha256::of(b"two"));
    assert!(check_tag(&Tag::parse("1").unwrap(), one, one).is_ok() && check_tag(&Tag::parse("1").unwrap(), two, one).is_err());
}
