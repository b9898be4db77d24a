//! Section C: JSON and its canonical form. The number of a case begins the name of its test.

use base64ct::Encoding;
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

use crate::{
    support::forge::{
        EXPIRES, Forge,
        json::{canonical, envelope},
        key::Key,
        target_of,
    },
    world::{GUN, World},
};

/// Refused by a client that knows the repository, and by one that does not.
fn rejects(hostile: &Forge, why: &str, honest: &Forge) {
    let (world, _) = World::warm();
    world.rejects(hostile, why, honest);
    World::cold().rejects(hostile, why, honest);
}

/// Taken by a client that knows the repository, and by one that does not.
fn accepts(forge: &Forge) {
    let (world, _) = World::warm();
    world.accepts(forge);
    World::cold().accepts(forge);
}

/// A repository that is one update ahead of the one that is known.
fn next() -> Forge {
    let mut forge = Forge::new(GUN);
    forge.bump("targets/jeff").bump("targets").publish();
    forge
}

#[test]
fn c38_a_timestamp_that_signs_nothing() {
    for bytes in [r#"{"signed":null,"signatures":[]}"#, r#"{"signatures":[]}"#, r#"{"signed":{},"signatures":[]}"#] {
        let mut forge = next();
        forge.set_bytes("timestamp", bytes.as_bytes().to_vec());
        rejects(&forge, "timestamp", &next());
    }
}

#[test]
fn c39_a_delegation_that_is_an_empty_object() {
    for bytes in ["{}", "null", "", "[]", r#"{"signed":null,"signatures":null}"#] {
        let mut forge = next();
        forge.set_bytes("targets/jeff", bytes.as_bytes().to_vec()).publish();
        let (world, _) = World::warm();
        world.rejects(&forge, "targets/jeff: in place of version 2", next().publish().publish());
        World::cold().accepts_without(&forge, "targets/jeff");
    }
}

#[test]
fn c40_a_delegate_that_delegates_to_null() {
    for roles in [json!([null]), json!([{}]), json!(["x"]), json!({}), json!([{"name": null}])] {
        let mut forge = next();
        forge.edit("targets/jeff", |t| t["delegations"]["roles"] = roles).publish();
        World::cold().accepts_without(&forge, "targets/jeff");
    }
}

#[test]
fn c41_null_where_an_entry_belongs() {
    let honest = next();
    let mut forge = next();
    forge.replace("timestamp", r#""signatures":["#, r#""signatures":[null,"#);
    rejects(&forge, "timestamp", &honest);

    let mut forge = next();
    forge.edit("timestamp", |t| t["meta"]["snapshot"] = Value::Null);
    rejects(&forge, "timestamp", &honest);

    for role in ["root", "targets"] {
        let mut forge = next();
        forge.edit("snapshot", |s| s["meta"][role] = Value::Null).stamp();
        rejects(&forge, "snapshot", &honest);
    }
    let mut honest = next();
    honest.rotate("targets", &[Key::p256("targets 2")]).publish();
    for place in ["/keys/x", "/roles/targets", "/keys", "/roles"] {
        let mut forge = next();
        forge.rotate("targets", &[Key::p256("targets 2")]);
        let (parent, name) = place.rsplit_once('/').unwrap();
        forge.edit("root", |r| r.pointer_mut(parent).unwrap()[name] = Value::Null).publish();
        let why = if place == "/keys" { "root" } else { "root." };
        World::cold().rejects(&forge, why, &honest);
    }
}

#[test]
fn c42_a_target_without_content() {
    for entry in [
        Value::Null,
        json!({}),
        json!({"hashes": {}, "length": 3}),
        json!({"hashes": null, "length": 3}),
        json!({"hashes": {"sha256": "AAAA"}, "length": 3}),
        json!({"hashes": target_of("x")["hashes"], "length": -3}),
        json!({"hashes": target_of("x")["hashes"]}),
    ] {
        let honest = next();
        let mut forge = next();
        forge.edit("targets/releases", |t| t["targets"]["blank"] = entry).bump("targets/releases").publish();
        let world = World::cold();
        world.remote.serve(forge.files());
        let answer = world.read().unwrap();
        assert_eq!(answer.entries, crate::world::entries_of(&honest), "all but the blank one");
    }
}

#[test]
fn c43_what_is_no_document() {
    let honest = next();
    for (before, after) in [("\u{feff}", ""), ("", "x"), ("", "{}"), ("", "\0"), ("[", "]"), ("{\"a\":", "}")] {
        for role in ["timestamp", "snapshot", "targets", "root"] {
            let wrap = |bytes: Vec<u8>| [before.as_bytes(), &bytes, after.as_bytes()].concat();
            let mut forge = next();
            forge.raw(role, wrap);
            match role {
                "timestamp" => rejects(&forge, role, &honest),
                "snapshot" => rejects(forge.stamp(), role, &honest),
                // a client that knows the root does not ask for it
                "root" => World::cold().rejects(forge.publish(), role, &honest),
                _ => rejects(forge.publish(), role, &honest),
            }
        }
    }
    for body in ["", " ", "null", "[]", "\"\"", "{}", "1", "<html>"] {
        let mut forge = next();
        forge.set_bytes("timestamp", body.as_bytes().to_vec());
        rejects(&forge, "timestamp", &honest);
        let mut forge = next();
        forge.set_bytes("root", body.as_bytes().to_vec());
        World::cold().rejects(&forge, "root", &honest);
    }
}

#[test]
fn c44_white_space_and_an_unknown_member_outside_what_is_signed() {
    for (before, after) in [(" \n\t", ""), ("", "\r\n  ")] {
        for role in ["timestamp", "root", "targets/jeff"] {
            let mut forge = next();
            forge.raw(role, |bytes| [before.as_bytes(), &bytes, after.as_bytes()].concat());
            World::cold().accepts(if role == "timestamp" { &mut forge } else { forge.publish() });
        }
    }
    let mut forge = next();
    forge.replace("timestamp", r#"{"signed""#, r#"{"extra":[1,{"x":null}],"signed""#);
    accepts(&forge);
}

#[test]
fn c45_unsigned_targets_before_the_signed_ones() {
    for role in ["targets", "targets/releases", "targets/jeff"] {
        let mut forge = next();
        let backdoor = json!({"backdoor": target_of("backdoor")}).to_string();
        for member in [r#""targets":"#, r#""\u0074argets":"#] {
            forge.replace(role, r#"{"signed":{"#, &format!(r#"{{"signed":{{{member}{backdoor},"#)).publish();
        }
        if role == "targets" {
            rejects(&forge, "stands twice", &next());
        } else {
            World::cold().accepts_without(&forge, role);
        }
    }
    // within the member, and within an entry
    let mut forge = next();
    let entry = target_of("backdoor").to_string();
    forge.replace("targets", r#""targets":{"0":"#, &format!(r#""targets":{{"0":{entry},"0":"#)).publish();
    rejects(&forge, "stands twice", &next());
}

#[test]
fn c48_a_second_list_of_hashes() {
    let mut forge = next();
    forge.replace("targets", r#"{"hashes":"#, r#"{"hashes":{"sha512":"AAAA"},"hashes":"#).publish();
    rejects(&forge, "stands twice", &next());
}

#[test]
fn c49_a_second_expiry() {
    let mut forge = next();
    forge.replace("timestamp", r#""expires":"#, r#""expires":"2099-01-01T00:00:00Z","expires":"#);
    rejects(&forge, "stands twice", &next());
}

#[test]
fn c50_two_signed_parts_or_two_lists_of_signatures() {
    for member in [r#""signed":{}"#, r#""signatures":[]"#, r#""signatures":null"#] {
        let mut forge = next();
        forge.replace("timestamp", r#"{"signed""#, &format!(r#"{{{member},"signed""#));
        rejects(&forge, if member.contains("signed") { "stands twice" } else { "timestamp" }, &next());
        let mut forge = next();
        forge.raw("timestamp", |bytes| [bytes.strip_suffix(b"}").unwrap(), b",", member.as_bytes(), b"}"].concat());
        rejects(&forge, "stands twice", &next());
    }
}

#[test]
fn c51_names_of_members_in_another_case() {
    let honest = next();
    let mut forge = next();
    forge.replace("timestamp", r#""version":"#, r#""Version":999,"version":"#);
    rejects(&forge, "valid signatures did not meet threshold for timestamp", &honest);
    for name in ["Signed", "SIGNED"] {
        let mut forge = next();
        forge.replace("timestamp", r#"{"signed""#, &format!(r#"{{"{name}""#));
        rejects(&forge, "timestamp", &honest);
    }
}

#[test]
fn c52_unknown_members_that_are_signed() {
    let mut forge = next();
    for role in ["root", "targets", "targets/jeff"] {
        forge.edit(role, |signed| signed["x-new"] = json!({"b": [true, null, -1], "a": "é<&>\u{2028}"}));
    }
    forge.snap().edit("snapshot", |signed| signed["x-new"] = json!(1)).stamp();
    World::cold().accepts(&forge);
}

#[test]
fn c53_versions_that_are_none() {
    // each is signed in the canonical form that Go would make of it
    let raw = |number: &str, signed: Value| {
        let mut forge = next();
        forge.edit("timestamp", |t| t["version"] = signed.clone());
        let text = format!(r#""version":{signed}"#);
        forge.replace("timestamp", &text, &format!(r#""version":{number}"#));
        forge
    };
    for (number, signed) in [
        ("9.0", json!(9)),
        ("9e0", json!(9)),
        ("09", json!(9)),
        ("+9", json!(9)),
        ("0x9", json!(9)),
        ("9223372036854775808", json!(i64::MIN)),
        ("9007199254740993", json!(9_007_199_254_740_992_i64)),
        ("1e400", json!(9)),
        ("\"9\"", json!("9")),
        ("true", json!(true)),
        ("[9]", json!([9])),
        ("null", json!(null)),
        ("0", json!(0)),
        ("-1", json!(-1)),
        ("-0", json!(0)),
    ] {
        rejects(&raw(number, signed), "timestamp", &next());
    }
    let mut forge = next();
    forge.edit("timestamp", |t| drop(t.as_object_mut().unwrap().remove("version")));
    rejects(&forge, "timestamp", &next());
}

#[test]
fn c53_a_version_beyond_32_bits() {
    let mut forge = next();
    forge.set_version("snapshot", 1 << 31).stamp().set_version("timestamp", (1 << 32) + 1);
    accepts(&forge);
}

#[test]
fn c55_a_fraction_in_an_extra_member() {
    let mut forge = next();
    forge.edit("timestamp", |t| t["x"] = json!(1)).replace("timestamp", r#""x":1"#, r#""x":1.5"#);
    rejects(&forge, "timestamp", &next());
}

#[test]
fn c56_text_that_is_not_utf8() {
    let honest = next();
    for bytes in [&b"\"x\":\"\xff\","[..], b"\"x\":\"\xed\xa0\x80\",", b"\"\xff\":1,", b"\"x\":\"\\ud800\",", b"\"x\":\"\x01\","] {
        let mut forge = next();
        forge.raw("timestamp", |file| [b"{", bytes, file.strip_prefix(b"{").unwrap()].concat());
        rejects(&forge, "timestamp", &honest);
    }
}

#[test]
fn c59_odd_names_and_another_wire_form() {
    let mut forge = next();
    for name in ["<&>", "\u{2028}\u{2029}", "quote\"", "back\\slash", "é\u{301}", "/", "", "\u{1f512}", "DEL\u{7f}", "TAB\t", "\n"]
    {
        forge.add_target("targets", name, name);
    }
    forge.publish();
    World::cold().accepts(&forge);

    // signatures first, other order of members, white space, and escapes that need not be
    let mut forge = next();
    forge.raw("timestamp", |bytes| {
        let file: Value = serde_json::from_slice(&bytes).unwrap();
        let mut text = format!("{{\n  \"signatures\": {:#},\n  \"signed\": {{", file["signatures"]);
        let members: Vec<String> = file["signed"]
            .as_object()
            .unwrap()
            .iter()
            .rev()
            .map(|(name, value)| format!("\t{} : {value:#}", json!(name)))
            .collect();
        text.push_str(&members.join(",\r\n"));
        text.push_str("}}\n");
        text.replace("Timestamp", "\\u0054imestamp").replace('/', "\\/").into_bytes()
    });
    accepts(&forge);
}

#[test]
fn c60_the_file_of_another_role() {
    let honest = next();
    for kind in ["timestamp", "TIMESTAMP", "Snapshot", "", "Root"] {
        let mut forge = next();
        forge.edit("timestamp", |t| t["_type"] = kind.into());
        rejects(&forge, &format!("expected type Timestamp, not {kind}"), &honest);
    }
    // one key for both roles, and the snapshot served as the timestamp
    let mut forge = next();
    forge.rotate("timestamp", &[Key::p256("both")]).rotate("snapshot", &[Key::p256("both")]).publish();
    let mut attack = forge.clone();
    attack.set_bytes("timestamp", forge.bytes["snapshot"].clone());
    rejects(&attack, "expected type Timestamp, not Snapshot", &forge);
    // a delegation's file as that of another
    let mut forge = next();
    forge.set_bytes("targets/jeff", forge.bytes["targets"].clone()).publish();
    World::cold().accepts_without(&forge, "targets/jeff");
}

#[test]
fn c61_expiries_that_are_none() {
    let honest = next();
    for expires in [
        json!("2045-01-01"),
        json!("2045-01-01T00:00:00"),
        json!("2045-13-01T00:00:00Z"),
        json!("2045-01-32T00:00:00Z"),
        json!("2045-02-29T00:00:00Z"),
        json!("2045-01-01T25:00:00Z"),
        json!("2045-01-01T24:00:00Z"),
        json!("2045-01-01T00:00:60Z"),
        json!("10000-01-01T00:00:00Z"),
        json!("+002045-01-01T00:00:00Z"),
        json!("2045-01-01t00:00:00Z"),
        json!("2045-01-01T00:00:00z"),
        json!("2045-01-01 00:00:00Z"),
        json!("2045-01-01T00:00Z"),
        json!("2045-01-01T00:00:00Z "),
        json!("2045-01-01T00:00:00Z[UTC]"),
        json!("2045-01-01T00:00:00+0000"),
        json!(0),
        json!(null),
        json!(""),
    ] {
        let mut forge = next();
        forge.edit("timestamp", |t| t["expires"] = expires.clone());
        World::cold().rejects(&forge, "timestamp.expires", &honest);
    }
}

#[test]
fn c62_expiries_with_an_offset_or_a_fraction() {
    for expires in ["2045-01-01T00:00:00+14:00", "2045-01-01T00:00:00.123456789Z", "2045-01-01T00:00:00-05:00", EXPIRES] {
        let mut forge = next();
        forge.set_expires("timestamp", expires);
        accepts(&forge);
    }
}

#[test]
fn c63_hashes_that_do_not_tell_the_file() {
    let honest = next();
    let sha512_of_another = base64ct::Base64::encode_string(&Sha512::digest("another"));
    let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let changes: [&dyn Fn(&mut Value); 5] = [
        &|meta| drop(meta["hashes"].as_object_mut().unwrap().remove("sha256")),
        &|meta| meta["hashes"] = json!({}),
        &|meta| meta["hashes"]["sha256"] = hex.into(),
        &|meta| meta["hashes"]["sha512"] = sha512_of_another.clone().into(),
        &|meta| meta["length"] = 1.into(),
    ];
    for change in changes {
        let mut forge = next();
        forge.edit("timestamp", |t| change(&mut t["meta"]["snapshot"]));
        rejects(&forge, "", &honest);
        let mut forge = next();
        forge.edit("snapshot", |s| change(&mut s["meta"]["targets"])).stamp();
        rejects(&forge, "", &honest);
    }
}

#[test]
fn c64_an_unknown_algorithm_beside_sha256() {
    let mut forge = next();
    forge.add_target("targets", "x", "x").edit("targets", |t| t["targets"]["x"]["hashes"]["blake2b"] = "AAAA".into()).snap();
    forge.edit("snapshot", |s| s["meta"]["targets"]["hashes"]["md5"] = "AAAA".into()).stamp();
    accepts(&forge);
}

#[test]
fn c65_a_snapshot_that_does_not_say_which_file_a_delegation_has() {
    let changes: [&dyn Fn(&mut Value); 3] = [
        &|meta| *meta = json!({"hashes": {}, "length": 0}),
        &|meta| meta["hashes"] = json!({"md5": "AAAAAAAAAAAAAAAAAAAAAA=="}),
        &|meta| *meta = Value::Null,
    ];
    for change in changes {
        let mut forge = next();
        forge.edit("snapshot", |s| change(&mut s["meta"]["targets/jeff"])).stamp();
        World::cold().accepts_without(&forge, "targets/jeff");
        // a client that knows the role's file is not made to forget it
        let (world, _) = World::warm();
        world.rejects(&forge, "targets/jeff was removed from the snapshot", next().publish());
    }
}

#[test]
fn c36_deep_nesting_is_refused_before_it_costs() {
    let honest = next();
    for depth in [65, 10_000, 500_000] {
        let deep = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let mut forge = next();
        forge.replace("timestamp", r#"{"signed""#, &format!(r#"{{"x":{deep},"signed""#));
        World::cold().rejects(&forge, "timestamp", &honest);
        // within what is signed, by the one who may
        let open = "[".repeat(depth);
        let mut forge = next();
        forge.replace("targets", r#""expires":"#, &format!(r#""custom":{open},"expires":"#)).publish();
        World::cold().rejects(&forge, "targets", &honest);
    }
}

#[test]
fn the_form_that_is_signed_is_the_canonical_one() {
    // what is signed is not what stands in the file: `<` is escaped there
    let mut forge = next();
    forge.add_target("targets", "<", "x").publish();
    let wrong = {
        let file = String::from_utf8(forge.bytes["targets"].clone()).unwrap();
        let signed = file.split_once(r#"{"signed":"#).unwrap().1.split_once(r#","signatures""#).unwrap().0.to_owned();
        let signature = forge.keys["targets"][0].signature(signed.as_bytes());
        envelope(&canonical(&forge.signed["targets"]), &[signature])
    };
    let honest = forge.clone();
    forge.set_bytes("targets", wrong).publish();
    World::cold().rejects(&forge, "valid signatures did not meet threshold for targets", &honest);
}
