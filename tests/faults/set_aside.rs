//! A file of a delegation that cannot be used: what a person reads, what is signed all the same, and how it ends.

use forge::{Forge, key::Key};
use snapbox::str;

use crate::site::Site;

/// The site's state with a file of releases that nobody has signed.
fn unsigned(site: &Site) -> Forge {
    let mut forge = site.forge();
    forge.bump("targets/releases").set_signatures("targets/releases", &[]).publish();
    forge
}

#[test]
fn one_who_has_seen_the_releases_refuses_what_takes_their_place() {
    let site = Site::new();
    let jeff = site.signer();
    site.serve(unsigned(&site));
    jeff.refuses(
        &["inspect", &site.tag("0")],
        str![[r#"
$ dct inspect HOST/prod/nginx:0
[]
no signatures or cannot access HOST/prod/nginx:0
cause: targets/releases: in place of version 2, which its keys have signed, the snapshot lists a version 3 that cannot be verified: tuf: data has no signatures: targets/releases (the Notary server sent this)
exit 1

"#]],
    );
    jeff.refuses(
        &["sign", &site.tag("2")],
        str![[r#"
$ dct sign HOST/prod/nginx:2
Warning: potential malicious behavior - trust data mismatch for remote repository HOST/prod/nginx: targets/releases: in place of version 2, which its keys have signed, the snapshot lists a version 3 that cannot be verified: tuf: data has no signatures: targets/releases
cause: the Notary server sent this
exit 1

"#]],
    );
}

#[test]
fn one_who_has_not_neither_answers_nor_signs_in_their_place() {
    let site = Site::new();
    site.serve(unsigned(&site));
    let jeff = site.stranger();
    jeff.holds("jeff", "role: jeff");
    for verb in [
        &["inspect", &site.tag("0")] as &[&str],
        &["resolve", &site.tag("0")],
        &["list", &site.name()],
        &["revoke", &site.tag("0")],
    ] {
        let run = jeff.run(verb);
        let code = if verb[0] == "resolve" { 15 } else { 1 };
        assert_eq!(run.code, Some(code), "{}", run.transcript);
        assert!(!run.out.contains("f9194e73"), "{}", run.transcript);
        assert!(run.err.contains("what is released in") && run.err.contains("cannot be known"), "{}", run.transcript);
    }
    jeff.refuses(
        &["sign", &site.tag("2")],
        str![[r#"
$ dct sign HOST/prod/nginx:2
Signing and pushing trust metadata
warning: Error getting targets/releases: tuf: data has no signatures: targets/releases
Signing HOST/prod/nginx:2 as its registry serves it: sha256:b22c7289dd3b4785a3795c90e15d16bd66bd29b444b8974fe29ed0443ce50405, 76 bytes
failed to sign HOST/prod/nginx:2: targets/releases cannot be changed, since what it signs is not known: tuf: data has no signatures: targets/releases
hint: it comes back when the server has the file that was signed; `dct notary witness` signs as your own what that of targets/releases holds, where it lacks signatures alone; `dct sign --begin-anew` signs without all that it holds
exit 1

"#]],
    );
    let signed = jeff.succeeds(&["sign", "--begin-anew", &site.tag("2")]);
    assert!(signed.err.contains("targets/releases could not be verified; it begins anew"), "{}", signed.transcript);
    let shown = site.reader().succeeds(&["list", "-r", "targets/releases", &site.name()]).out;
    assert!(!shown.contains("\n1 ") && shown.contains("\n2 "), "{shown}");
}

#[test]
fn who_is_shown_no_file_of_the_releases_says_so_or_refuses() {
    let site = Site::new();
    let mut forge = site.forge();
    forge.edit("snapshot", |s| drop(s["meta"].as_object_mut().unwrap().remove("targets/releases"))).stamp();
    site.serve(forge);
    let reader = site.stranger();
    let told = reader.succeeds(&["resolve", &site.tag("0")]);
    assert_eq!(
        told.err.matches("targets/releases is delegated, and the server has no file of it").count(),
        1,
        "{}",
        told.transcript
    );
    reader.write(".config/dct/config.toml", format!("[registry.\"{}\"]\nunreleased = \"refuse\"\n", site.host()));
    reader.refuses(
        &["resolve", &site.tag("0")],
        str![[r#"
$ dct resolve HOST/prod/nginx:0
targets/releases of HOST/prod/nginx is delegated, and the server has no file of it
hint: ask a signer whether anything is released there; unreleased = "refuse" in dct/config.toml, for the registry HOST, refuses this
exit 10

"#]],
    );
}

#[test]
fn a_delegate_who_makes_a_file_that_is_too_large_is_taken_out() {
    let site = Site::new();
    let owner = site.signer();
    owner.holds("targets", &format!("role: targets\ngun: {}", site.name()));
    let mut forge = site.forge();
    forge.delegate("targets/mallory", &[Key::p256("mallory")], &[""]).publish();
    forge.edit("snapshot", |s| s["meta"]["targets/mallory"]["length"] = (101_u64 << 20).into()).stamp();
    site.serve(forge);
    let told = owner.succeeds(&["inspect", &site.tag("1")]);
    assert!(told.err.contains("targets/mallory is listed with 105906176 bytes"), "{}", told.transcript);
    owner.succeeds(&["sign", &site.tag("2")]);
    owner.succeeds(&["signer", "remove", "mallory", &site.name()]);
    let shown = owner.succeeds(&["inspect", "--pretty", &site.name()]);
    assert!(!shown.out.contains("mallory") && shown.err.is_empty(), "{}", shown.transcript);
}
