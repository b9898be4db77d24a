//! What is shown of who signed and who may, and of a digest in an image's name.

use forge::key::Key;
use serde_json::{Value, json};
use snapbox::str;

use crate::{
    person::{Person, Run},
    site::Site,
};

/// A repository in which a key that no signer has may release, and has released tag `ghost`.
fn haunted() -> (Site, Person) {
    let site = Site::new();
    let mut forge = site.forge();
    forge.undelegate("targets/releases").delegate("targets/releases", &[Key::p256("jeff"), Key::p256("ghost")], &[""]);
    site.serve(forge.add_target("targets/releases", "1", "one").add_target("targets/releases", "ghost", "evil").publish().clone());
    let person = site.stranger();
    (site, person)
}

/// Told once, however many images of the repository are looked at.
fn tells_of_the_ghost(run: &Run, site: &Site) {
    let (id, name) = (Key::p256("ghost").id(), site.name());
    assert_eq!(run.err, format!("warning: key {id} may release in {name}, and is neither a signer's nor the repository's\n"));
}

#[test]
fn a_release_that_no_signer_signed_is_shown_as_that_in_tables() {
    let (site, person) = haunted();
    let run = person.succeeds(&["inspect", "--pretty", &site.name(), &site.tag("ghost")]);
    let rows = |tag: &str| -> Vec<String> {
        let rows = run.out.lines().filter(|line| line.starts_with(&format!("{tag} ")));
        rows.map(|line| line.split_whitespace().skip(2).collect::<Vec<_>>().join(" ")).collect()
    };
    assert_eq!((rows("0"), rows("1")), (vec!["(Repo Admin)".to_owned()], vec!["jeff".to_owned()]));
    assert_eq!(rows("ghost"), ["(targets/releases)", "(targets/releases)"]);
    tells_of_the_ghost(&run, &site);
}

#[test]
fn a_release_that_no_signer_signed_is_shown_as_that_in_json() {
    let (site, person) = haunted();
    let run = person.succeeds(&["inspect", &site.tag("ghost"), &site.name()]);
    let json: Value = serde_json::from_str(&run.out).unwrap();
    let signers = |image: usize, row: usize| json[image]["SignedTags"][row]["Signers"].clone();
    assert_eq!((signers(0, 0), signers(1, 2)), (json!([]), json!([])));
    assert_eq!((signers(1, 0), signers(1, 1)), (json!(["Repo Admin"]), json!(["jeff"])));
    tells_of_the_ghost(&run, &site);
}

#[test]
fn a_digest_beside_a_tag_is_compared_with_what_is_released() {
    let site = Site::new();
    let person = site.reader();
    let one = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";
    let other = "ab".repeat(32);
    let of_tag = person.succeeds(&["inspect", &site.tag("1")]).out;
    for name in [format!("{}@sha256:{one}", site.tag("1")), format!("{}@sha256:{one}", site.name())] {
        let shown = person.succeeds(&["inspect", &name]).out;
        assert_eq!(shown.replace(&name, &site.tag("1")), of_tag, "the tag that is released for it, and no other");
    }
    assert_eq!(
        person.succeeds(&["resolve", &format!("{}@sha256:{one}", site.tag("1"))]).out,
        format!("{}@sha256:{one}\n", site.name())
    );
    person.refuses(
        &["inspect", &format!("{}@sha256:{other}", site.tag("1"))],
        str![[r#"
$ dct inspect HOST/prod/nginx:1@sha256:abababababababababababababababababababababababababababababababab
[]
no signatures or cannot access HOST/prod/nginx:1@sha256:abababababababababababababababababababababababababababababababab
cause: sha256:abababababababababababababababababababababababababababababababab is not what is released under tag 1: that is sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed
exit 1

"#]],
    );
    person.refuses(
        &["inspect", "--pretty", &format!("{}@sha256:{other}", site.name())],
        str![[r#"
$ dct inspect --pretty HOST/prod/nginx@sha256:abababababababababababababababababababababababababababababababab
no signatures or cannot access HOST/prod/nginx@sha256:abababababababababababababababababababababababababababababababab
cause: sha256:abababababababababababababababababababababababababababababababab is released under no tag of HOST/prod/nginx
exit 1

"#]],
    );
    person.refuses(
        &["inspect", &format!("{}@sha512:{other}{other}", site.tag("1"))],
        str![[r#"
$ dct inspect HOST/prod/nginx:1@sha512:abababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab
[]
no signatures or cannot access HOST/prod/nginx:1@sha512:abababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab
cause: what is signed has SHA-256 digests alone
exit 1

"#]],
    );
    person.refuses(
        &["resolve", &format!("{}@sha256:{other}", site.tag("1"))],
        str![[r#"
$ dct resolve HOST/prod/nginx:1@sha256:abababababababababababababababababababababababababababababababab
sha256:abababababababababababababababababababababababababababababababab is not what is released under tag 1: that is sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed
exit 13

"#]],
    );
    // a digest alone names no tag that could be resolved
    assert_eq!(person.run(&["resolve", &format!("{}@sha256:{one}", site.name())]).code, Some(125));
}
