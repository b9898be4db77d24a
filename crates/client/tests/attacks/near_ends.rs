//! Ends that are near, and how a reader is told of them.

use client::{
    ports::{Ending, Warning},
    session::RefuseUnreleased,
    state::refresh,
};
use jiff::Timestamp;

use crate::{
    support::forge::{Forge, certificate::Certificate, key::Key},
    world::{GUN, World, gun},
};

/// What a reader is told to end soon: role, what of it, and when.
fn told(forge: &Forge) -> Vec<(String, Ending, Timestamp)> {
    let world = World::cold();
    world.remote.serve(forge.files());
    let (read, warnings) = world.ask(&RefuseUnreleased::default(), |session| refresh::for_reading(session, &gun()).map(drop));
    read.unwrap();
    let near = warnings.into_iter().filter_map(|warning| match warning {
        Warning::EndsSoon { gun: of, role, kind, at } if of == gun() => Some((role.to_string(), kind, at)),
        _ => None,
    });
    near.collect()
}

fn with_root_keys(threshold: u64, ends: &[&str]) -> Forge {
    let key = |(number, end): (usize, &&str)| {
        let certificate = Certificate { not_after: format!("{end}000000Z"), ..Certificate::of(GUN) };
        Key::p256(&format!("root {number}")).in_certificate(&certificate)
    };
    let keys: Vec<Key> = ends.iter().enumerate().map(key).collect();
    let mut forge = Forge::new(GUN);
    forge.edit("root", |root| {
        for key in &keys {
            root["keys"][key.id()] = key.json();
        }
        root["roles"]["root"]["keyids"] = keys.iter().map(Key::id).collect();
        root["roles"]["root"]["threshold"] = threshold.into();
    });
    forge.keys.insert("root".to_owned(), keys);
    forge.sign("root").publish();
    forge
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_root_certificate_near_its_end_is_told() {
    // now is 2026-11-21; six months are the peers' limit
    for (end, near) in
        [("261210", Some("2026-12-10T00:00:00Z")), ("270501", Some("2027-05-01T00:00:00Z")), ("270701", None), ("460101", None)]
    {
        let expected = near.map(|near| ("root".to_owned(), Ending::Certificate, at(near)));
        assert_eq!(told(&with_root_keys(1, &[end])), Vec::from_iter(expected), "{end}");
    }
}

#[test]
fn of_several_certificates_that_one_is_told_without_which_too_few_are_left() {
    for (threshold, ends, told_of) in [
        (1, &["261210", "460101"][..], None),
        (1, &["261210", "270101"], Some("2027-01-01T00:00:00Z")),
        (2, &["261210", "460101"], Some("2026-12-10T00:00:00Z")),
        (2, &["261210", "450101", "460101"], None),
        (2, &["261210", "270101", "460101"], Some("2027-01-01T00:00:00Z")),
    ] {
        let expected = told_of.map(|end| ("root".to_owned(), Ending::Certificate, at(end)));
        assert_eq!(told(&with_root_keys(threshold, ends)), Vec::from_iter(expected), "{threshold} of {ends:?}");
    }
}

#[test]
fn a_root_is_told_of_once_by_what_ends_first() {
    for (file, certificate, kind) in [("2026-12-01", "261210", Ending::File), ("2027-01-01", "261210", Ending::Certificate)] {
        let mut forge = with_root_keys(1, &[certificate]);
        forge.set_expires("root", &format!("{file}T00:00:00Z")).publish();
        let told = told(&forge);
        assert_eq!(told.iter().map(|(role, kind, _)| (role.as_str(), *kind)).collect::<Vec<_>>(), [("root", kind)]);
    }
}

#[test]
fn files_near_their_end_are_told_with_the_moment() {
    let mut forge = Forge::new(GUN);
    for role in ["targets", "targets/releases", "snapshot"] {
        forge.set_expires(role, "2026-12-10T00:00:00.5Z");
    }
    forge.publish();
    let roles = ["targets", "targets/releases", "snapshot"];
    let expected = roles.map(|role| (role.to_owned(), Ending::File, at("2026-12-10T00:00:00.5Z")));
    assert_eq!(told(&forge), expected);
    let warning =
        Warning::EndsSoon { gun: gun(), role: trust::model::role::RoleName::targets(), kind: Ending::File, at: expected[0].2 };
    let facts = serde_json::json!({"code": "ends-soon", "repository": GUN, "role": "targets", "kind": "file", "expires": "2026-12-10T00:00:00Z"});
    assert_eq!(serde_json::to_value(&warning).unwrap(), facts);
}
