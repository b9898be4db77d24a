//! Pins of a person's settings: every verb that reads trust data, or writes it, asks them; and where nothing is pinned, and first use is off, none begins.

use forge::{Forge, key::Key};
use snapbox::str;

use crate::{person::Person, site::Site};

/// A stranger with these settings for the site's registry.
fn with_settings(site: &Site, root: &str) -> Person {
    let person = site.stranger();
    person.holds("jeff", "role: jeff");
    person.holds("targets", &format!("role: targets\ngun: {}", site.name()));
    person.holds("root", "role: root");
    configure(site, &person, root);
    person
}

fn configure(site: &Site, person: &Person, root: &str) {
    person.write(".config/dct/config.toml", format!("[registry.\"{}\".root]\n{root}\n", site.host()));
}

/// Pins the repository, or a pattern of repositories, to what an inline table says.
fn pin(site: &Site, pattern: &str, pin: &str) -> String {
    format!("[registry.\"{}\".root.pins]\n\"{pattern}\" = {{ {pin} }}", site.host())
}

fn certificate(site: &Site) -> String {
    Key::p256("root").certified(&site.name()).id()
}

/// Every verb that needs the repository's trust data.
fn verbs(site: &Site) -> Vec<Vec<String>> {
    let (name, one, two) = (site.name(), site.tag("1"), site.tag("2"));
    let verbs: [&[&str]; 12] = [
        &["inspect", &name],
        &["inspect", "--pretty", &one],
        &["list", &name],
        &["lookup", &name, "1"],
        &["resolve", &one],
        &["sign", "--registry", &two],
        &["revoke", "--yes", &one],
        &["signer", "remove", "--force", "jeff", &name],
        &["signer", "add", "--key", "jeff.pub", "ann", &name],
        &["renew", &name, "targets"],
        &["renew", "--recreate", &name],
        &["expiry", &name],
    ];
    verbs.iter().map(|verb| verb.iter().map(|word| (*word).to_owned()).collect()).collect()
}

/// No verb gets to see the repository, and says `why`; nothing is uploaded, and nothing stored that would be trusted later.
fn let_nothing_in(site: &Site, person: &Person, why: &str) {
    person.write("jeff.pub", public_pem());
    let before = person.listing();
    for verb in verbs(site) {
        let verb: Vec<&str> = verb.iter().map(String::as_str).collect();
        let run = person.run(&verb);
        assert_ne!(run.code, Some(0), "{}", run.transcript);
        assert!(run.err.contains(why), "{}", run.transcript);
        assert!(!run.out.contains("sha256") && !run.out.contains("SignedTag\": \""), "{}", run.transcript);
        assert_eq!(person.listing(), before, "{}", run.transcript);
    }
    assert!(!site.lines().iter().any(|line| line.starts_with("POST") || line.starts_with("DELETE")), "{:?}", site.lines());
}

fn public_pem() -> String {
    let base64 = <base64ct::Base64 as base64ct::Encoding>::encode_string(&Key::p256("ann").public);
    format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n")
}

#[test]
fn a_pin_lets_in_what_it_names_by_certificate_key_or_authority() {
    let site = Site::new();
    let (certificate, key) = (certificate(&site), Key::p256("root").id());
    for (pattern, what) in [
        ("prod/nginx", format!("certificates = [\"{certificate}\"]")),
        ("prod/*", format!("keys = [\"{key}\"]")),
        ("*", format!("certificates = [\"{}\"], keys = [\"{key}\"]", "0".repeat(64))),
    ] {
        let person = with_settings(&site, &format!("first-use = false\n{}", pin(&site, pattern, &what)));
        person.succeeds(&["inspect", &site.name()]);
        person.succeeds(&["resolve", &site.tag("1")]);
    }
}

#[test]
fn no_verb_passes_a_pin_to_another_key() {
    let site = Site::new();
    let other = "0".repeat(64);
    for (pattern, what) in [
        ("prod/nginx", format!("certificates = [\"{other}\"]")),
        ("prod/*", format!("keys = [\"{other}\"]")),
        ("*", String::new()),
        ("prod/*", "ca = \"ca.pem\"".to_owned()),
    ] {
        let person = with_settings(&site, &pin(&site, pattern, &what));
        person.write(".config/dct/ca.pem", Key::p256("authority").certified("Root CA").public);
        let_nothing_in(&site, &person, "unable to match any certificates to trust_pinning config");
    }
}

#[test]
fn no_verb_takes_a_root_that_the_pinned_key_has_not_signed() {
    let site = Site::empty();
    let (owner, mallory) = (Key::p256("root").certified(&site.name()), Key::p256("mallory").certified(&site.name()));
    let mut forge = Forge::new(&site.name());
    forge.give("root", &[mallory.clone(), owner]).sign_with("root", &[mallory]).publish();
    site.serve(forge);
    let key = Key::p256("root").id();
    for what in [format!("certificates = [\"{}\"]", certificate(&site)), format!("keys = [\"{key}\"]")] {
        let person = with_settings(&site, &pin(&site, "prod/*", &what));
        let_nothing_in(&site, &person, "failed to validate integrity of roots");
    }
}

#[test]
fn no_verb_begins_where_first_use_is_off_and_nothing_is_pinned() {
    let site = Site::new();
    let person = with_settings(&site, &format!("first-use = false\n{}", pin(&site, "other/*", "")));
    let_nothing_in(&site, &person, "trust on first use is off");
    person.write(".config/dct/config.toml", "[root]\nfirst-use = false\n");
    let_nothing_in(&site, &person, "trust on first use is off");
    person.refuses(
        &["inspect", &site.name()],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: could not validate the path to a trusted root: invalid trust pinning specified: nothing is pinned for HOST/prod/nginx and trust on first use is off
hint: pin the root that its owner tells you of, in dct/config.toml: [registry."HOST".root.pins], "prod/nginx" = { keys = ["ID"] }
exit 1

"#]],
    );
    // what was read before is no first use
    let reader = site.reader();
    reader.write(".config/dct/config.toml", "[root]\nfirst-use = false\n");
    reader.succeeds(&["inspect", &site.name()]);
    // and a registry may be trusted where the others are not
    person.write(
        ".config/dct/config.toml",
        format!("[root]\nfirst-use = false\n[registry.\"{}\".root]\nfirst-use = true\n", site.host()),
    );
    person.succeeds(&["inspect", &site.name()]);
}

#[test]
fn authorities_that_cannot_be_read_let_nothing_in() {
    let site = Site::new();
    let what = format!("certificates = [\"{}\"], ca = \"nowhere.pem\"", certificate(&site));
    let person = with_settings(&site, &pin(&site, "prod/*", &what));
    let_nothing_in(&site, &person, "invalid CA certs provided: ");
    person.refuses(
        &["inspect", &site.name()],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: could not validate the path to a trusted root: invalid CA certs provided: HOME/.config/dct/nowhere.pem: no such file or directory
exit 1

"#]],
    );
    person.write(".config/dct/nowhere.pem", "no certificate");
    let_nothing_in(&site, &person, "nowhere.pem: no valid certificates found");
    // whoever needs none of it is not kept from working
    person.succeeds(&["key", "list"]);
}

#[test]
fn a_slip_of_the_pen_is_named_with_its_line() {
    let site = Site::new();
    let person = site.stranger();
    person.write(".config/dct/config.toml", "[registry.\"h\".root]\nfirst_use = false\n");
    let run = person.run(&["inspect", &site.name()]);
    assert_eq!(run.code, Some(1), "{}", run.transcript);
    assert!(run.err.contains("config.toml, line 2: unknown field `first_use`"), "{}", run.transcript);
}

#[test]
fn roots_that_come_slowly_are_followed_for_a_while_and_then_the_next_run_goes_on() {
    let site = Site::new();
    let reader = site.reader();
    let mut forge = site.forge();
    for version in 2..=9 {
        forge.set_version("root", version);
    }
    forge.publish();
    site.serve(forge);
    site.fails(|request| {
        if request.target.ends_with(".root.json") {
            std::thread::sleep(std::time::Duration::from_millis(10_200));
        }
        None
    });
    let run = reader.run(&["inspect", &site.name()]);
    assert_eq!(run.code, Some(1), "{}", run.transcript);
    assert!(run.err.contains("root version 3 was reached, and the next run goes on from there"), "{}", run.transcript);
    site.recovers();
    let asked = site.lines().len();
    reader.succeeds(&["inspect", &site.name()]);
    let asked: Vec<String> = site.lines().split_off(asked).into_iter().filter(|line| line.ends_with(".root.json")).collect();
    assert!(asked.len() == 5 && asked[0].ends_with("/4.root.json"), "{asked:?}");
}

#[test]
fn a_new_repository_begins_with_a_pinned_root_key_or_not_at_all() {
    let site = Site::empty();
    let person = site.stranger();
    person.write("ann.pub", public_pem());
    for name in ["root", "root 2"] {
        person.holds(name, "role: root");
    }
    let add = ["signer", "add", "--key", "ann.pub", "ann", &site.name()];
    for what in [format!("keys = [\"{}\"]", Key::p256("root 3").id()), format!("certificates = [\"{}\"]", certificate(&site))] {
        configure(&site, &person, &pin(&site, "prod/*", &what));
        let before = person.keys();
        let run = person.run(&add);
        assert_eq!(run.code, Some(1), "{}", run.transcript);
        assert!(
            run.transcript.contains("no root key on this machine is one that is pinned for HOST/prod/nginx"),
            "{}",
            run.transcript
        );
        assert_eq!(person.keys(), before, "{}", run.transcript);
        assert!(!site.lines().iter().any(|line| line.starts_with("POST") && line.ends_with("/_trust/tuf/")), "{:?}", site.lines());
    }
    // not the first by its ID, which is taken where nothing is pinned
    let second = [Key::p256("root").id(), Key::p256("root 2").id()].into_iter().max().unwrap();
    configure(&site, &person, &format!("first-use = false\n{}", pin(&site, "prod/*", &format!("keys = [\"{second}\"]"))));
    person.succeeds(&add);
    person.succeeds(&["inspect", &site.name()]);
    let reader = site.stranger();
    configure(&site, &reader, &format!("first-use = false\n{}", pin(&site, "*", &format!("keys = [\"{second}\"]"))));
    reader.succeeds(&["inspect", &site.name()]);
}
