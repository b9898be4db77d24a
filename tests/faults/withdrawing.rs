//! Revoking, and removing a signer, where the server fails or something is not as it should be: what a person reads, that nothing is lost, and that the next run works.

use forge::key::Key;
use snapbox::{data::Inline, str};

use crate::{
    https::{Reply, reply},
    person::{Person, same_words},
    site::Site,
};

/// One who holds jeff's key and that of `targets`.
fn owner(site: &Site) -> Person {
    let owner = site.signer();
    owner.holds("targets", &format!("role: targets\ngun: {}", site.name()));
    owner
}

fn posts(site: &Site) -> usize {
    site.lines().iter().filter(|line| line.starts_with("POST")).count()
}

fn refused_revocation(fault: fn() -> Reply, expected: Inline) {
    let site = Site::new();
    let owner = owner(&site);
    site.fails(move |request| (request.method == "POST").then(fault));
    owner.refuses(&["revoke", &site.tag("1")], expected);
    site.recovers();
    owner.succeeds(&["revoke", &site.tag("1")]);
    assert!(owner.succeeds(&["inspect", &site.tag("1")]).out.contains("\"SignedTags\": []"));
}

#[test]
fn a_revocation_that_is_denied() {
    refused_revocation(
        || reply(403, &[], ""),
        str![[r#"
$ dct revoke HOST/prod/nginx:1
could not remove signature for HOST/prod/nginx:1: unable to reach trust server at this time: 403.
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: access denied (403)
hint: ask the owner of the repository for access, or log in as another user with `docker login`
exit 1

"#]],
    );
}

#[test]
fn a_revocation_that_breaks_the_server() {
    refused_revocation(
        || reply(500, &[], ""),
        str![[r#"
$ dct revoke HOST/prod/nginx:1
could not remove signature for HOST/prod/nginx:1: unable to reach trust server at this time: 500.
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: the server answered 500
exit 1

"#]],
    );
}

#[test]
fn a_revocation_that_loses_against_others_each_time() {
    refused_revocation(
        || reply(400, &[], r#"{"errors":[{"code":"VERSION","message":"a newer version is known","detail":null}]}"#),
        str![[r#"
$ dct revoke HOST/prod/nginx:1
could not remove signature for HOST/prod/nginx:1: HOST/prod/nginx: other publishers were faster 40 times in a row: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: the server has a newer version: trust server rejected operation. VERSION: a newer version is known
exit 1

"#]],
    );
}

#[test]
fn an_outage_revokes_nothing() {
    let site = Site::new();
    let owner = owner(&site);
    site.fails(|_| Some(reply(503, &[], "")));
    owner.refuses(
        &["revoke", "-y", &site.name()],
        str![[r#"
$ dct revoke -y HOST/prod/nginx
could not remove signature for HOST/prod/nginx: unable to reach trust server at this time: 503.
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: the server answered 503
exit 1

"#]],
    );
    owner.refuses(
        &["signer", "remove", "--force", "jeff", &site.name()],
        str![[r#"
$ dct signer remove --force jeff HOST/prod/nginx
Removing signer "jeff" from HOST/prod/nginx...
error retrieving signers for HOST/prod/nginx: unable to reach trust server at this time: 503.
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: the server answered 503

error removing signer from: HOST/prod/nginx
exit 1

"#]],
    );
}

#[test]
fn what_targets_signs_stays_whole_where_its_key_is_elsewhere() {
    let site = Site::new();
    let mut forge = site.forge();
    site.serve(forge.add_target("targets", "1", "an older content").bump("targets").publish().clone());
    let jeff = site.signer();
    // to take the newer content alone would bring the older one back
    jeff.refuses(
        &["revoke", &site.tag("1")],
        str![[r#"
$ dct revoke HOST/prod/nginx:1
could not remove signature for HOST/prod/nginx:1: these tags stay, for want of signing keys: 1
cause: 1: targets signs it with afa1c1b4b3afced7e57c4ca7f02efd4d9d6d1d9c223fa2df89389093337037c9
hint: run it where one of these keys is; nothing of the tags that stay was changed
exit 1

"#]],
    );
    assert_eq!(posts(&site), 0);
    // tag 0 is signed by targets alone, tag 2 by jeff
    jeff.succeeds(&["sign", &site.tag("2")]);
    let run = jeff.run(&["revoke", "--yes", &site.name()]);
    same_words(
        &run.transcript,
        str![[r#"
$ dct revoke --yes HOST/prod/nginx
could not remove signature for HOST/prod/nginx: these tags stay, for want of signing keys: 0, 1
cause: 0: targets signs it with afa1c1b4b3afced7e57c4ca7f02efd4d9d6d1d9c223fa2df89389093337037c9; 1: targets signs it with afa1c1b4b3afced7e57c4ca7f02efd4d9d6d1d9c223fa2df89389093337037c9; removed were 2
hint: run it where one of these keys is; nothing of the tags that stay was changed
exit 1

"#]],
    );
    assert_eq!(run.code, Some(1));
    let shown = jeff.succeeds(&["inspect", &site.name()]).out;
    assert!(
        shown.contains("\"SignedTag\": \"0\"") && shown.contains("\"SignedTag\": \"1\"") && !shown.contains("\"SignedTag\": \"2\"")
    );
    // with the key all of it goes
    let owner = owner(&site);
    owner.succeeds(&["revoke", "--yes", &site.name()]);
    assert!(owner.succeeds(&["inspect", &site.name()]).out.contains("\"SignedTags\": []"));
    owner.refuses(
        &["revoke", "--yes", &site.name()],
        str![[r#"
$ dct revoke --yes HOST/prod/nginx
could not remove signature for HOST/prod/nginx: no signed tags to remove
exit 1

"#]],
    );
}

#[test]
fn a_release_that_has_expired_does_not_come_back_after_its_revocation() {
    let site = Site::new();
    let mut forge = site.forge();
    site.serve(forge.set_expires("targets/releases", "2020-01-01T00:00:00Z").publish().clone());
    let jeff = site.stranger();
    jeff.holds("jeff", "role: jeff");
    left_of(&jeff, &["inspect", &site.name()], "targets/releases expired");
    jeff.succeeds(&["revoke", &site.tag("1")]);
    jeff.succeeds(&["sign", &site.tag("2")]);
    let shown = jeff.succeeds(&["inspect", &site.name()]).out;
    assert!(!shown.contains("\"SignedTag\": \"1\"") && shown.contains("\"SignedTag\": \"2\""), "{shown}");
}

fn refused_removal(fault: fn() -> Reply, expected: Inline) {
    let site = Site::new();
    let owner = owner(&site);
    site.fails(move |request| (request.method == "POST").then(fault));
    owner.refuses(&["signer", "remove", "--force", "jeff", &site.name()], expected);
    site.recovers();
    owner.succeeds(&["signer", "remove", "--force", "jeff", &site.name()]);
    assert!(left_of(&owner, &["inspect", &site.name()], "no signer is left").contains("\"Signers\": []"));
}

/// What is shown of a repository whose `targets/releases` nobody of its signers has signed.
fn left(who: &Person, args: &[&str]) -> String {
    left_of(who, args, "valid signatures did not meet threshold for targets/releases")
}

/// What is shown of a repository where it cannot be known what is released: it is no answer to act on, and so it is an error.
fn left_of(who: &Person, args: &[&str], why: &str) -> String {
    let run = who.run(args);
    assert_eq!(run.code, Some(1), "{}", run.transcript);
    assert!(run.transcript.contains(&format!("cannot be known: {why}")), "{}", run.transcript);
    run.out
}

#[test]
fn a_removal_that_is_denied() {
    refused_removal(
        || reply(403, &[], ""),
        str![[r#"
$ dct signer remove --force jeff HOST/prod/nginx
Removing signer "jeff" from HOST/prod/nginx...
warning: role targets/releases has fewer keys than its threshold of 1; it will not be usable until keys are added to it
unable to reach trust server at this time: 403.
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: access denied (403)
hint: ask the owner of the repository for access, or log in as another user with `docker login`

error removing signer from: HOST/prod/nginx
exit 1

"#]],
    );
}

#[test]
fn a_removal_that_breaks_the_server() {
    refused_removal(
        || reply(500, &[], ""),
        str![[r#"
$ dct signer remove --force jeff HOST/prod/nginx
Removing signer "jeff" from HOST/prod/nginx...
warning: role targets/releases has fewer keys than its threshold of 1; it will not be usable until keys are added to it
unable to reach trust server at this time: 500.
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: the server answered 500

error removing signer from: HOST/prod/nginx
exit 1

"#]],
    );
}

#[test]
fn the_last_signer_goes_only_when_asked_and_another_goes_on() {
    let site = Site::new();
    let owner = owner(&site);
    owner.write("ian.pub", public_pem("ian"));
    owner.succeeds(&["signer", "add", "--key", "ian.pub", "ian", &site.name()]);
    owner.holds("ian", "role: ian");
    // standard input is at its end: that is a no
    let asked = owner.succeeds(&["signer", "remove", "jeff", &site.name()]);
    assert!(asked.out.ends_with("Are you sure you want to continue? [y/N] "), "{}", asked.out);
    assert!(owner.succeeds(&["inspect", "--pretty", &site.name()]).out.contains("jeff"));
    owner.succeeds(&["signer", "remove", "-f", "jeff", &site.name()]);
    let shown = left(&owner, &["inspect", "--pretty", &site.name()]);
    assert!(!shown.contains("jeff") && shown.contains("Signatures for"), "{shown}");
    // ian's signature goes above what jeff signed
    let signed = owner.succeeds(&["sign", &site.tag("2")]);
    assert!(signed.err.contains("targets/releases could not be verified; it begins anew"), "{signed:?}");
    assert!(owner.succeeds(&["inspect", "--pretty", &site.tag("2")]).out.contains("ian"));
    // and jeff's, once he is a signer again, above his own
    owner.write("jeff.pub", public_pem("jeff"));
    owner.succeeds(&["signer", "add", "--key", "jeff.pub", "jeff", &site.name()]);
    owner.succeeds(&["sign", &site.tag("3")]);
    let stranger = site.reader();
    assert!(stranger.succeeds(&["inspect", "--pretty", &site.tag("3")]).out.contains("ian, jeff"));
}

#[test]
fn every_signer_can_be_removed_though_no_tag_is_released() {
    let site = Site::new();
    let owner = owner(&site);
    owner.write("ian.pub", public_pem("ian"));
    owner.succeeds(&["signer", "add", "--key", "ian.pub", "ian", &site.name()]);
    // jeff was the last to sign: what is released goes with him
    owner.succeeds(&["signer", "remove", "-f", "jeff", &site.name()]);
    // ian, whom nobody is asked about, has nothing that could be lost
    owner.succeeds(&["signer", "remove", "ian", &site.name()]);
    let shown = left_of(&owner, &["inspect", "--pretty", &site.name()], "no signer is left");
    assert!(!shown.contains("ian") && !shown.contains("jeff"), "{shown}");
    // nobody is left who could sign
    owner.refuses(
        &["sign", &site.tag("1")],
        str![[r#"
$ dct sign HOST/prod/nginx:1
warning: no signer of targets/releases is left: what it signed counts no more
failed to sign HOST/prod/nginx:1: no valid signing keys for delegation roles
cause: no signer is left
hint: add a signer with `dct signer add`
exit 1

"#]],
    );
}

#[test]
fn a_signer_without_the_key_of_targets_removes_nobody() {
    let site = Site::new();
    let jeff = site.signer();
    jeff.refuses(
        &["signer", "remove", "-f", "jeff", &site.name()],
        str![[r#"
$ dct signer remove -f jeff HOST/prod/nginx
Removing signer "jeff" from HOST/prod/nginx...
warning: role targets/releases has fewer keys than its threshold of 1; it will not be usable until keys are added to it
could not find necessary signing keys, at least one of these keys must be available: afa1c1b4b3afced7e57c4ca7f02efd4d9d6d1d9c223fa2df89389093337037c9
hint: this takes the private key of targets, which lies in ~/.docker/trust/private where the repository was initialized

error removing signer from: HOST/prod/nginx
exit 1

"#]],
    );
    assert_eq!(posts(&site), 0);
}

#[test]
fn each_takes_one_question_one_post_and_a_look() {
    let site = Site::new();
    let owner = owner(&site);
    owner.succeeds(&["inspect", &site.name()]);
    for args in [&["revoke", &site.tag("1")] as &[&str], &["signer", "remove", "-f", "jeff", &site.name()]] {
        let before = site.lines().len();
        owner.succeeds(args);
        let lines = site.lines().split_off(before);
        let trust: Vec<_> = lines.iter().filter(|line| line.contains("/_trust/")).collect();
        assert!(trust[0].contains("/timestamp.json") && trust[1].starts_with("POST"), "{trust:?}");
        // what was published is here by its hash, but for the snapshot, which the server made
        assert!(trust[2..].iter().all(|line| line.contains(".timestamp.json") || line.contains("/snapshot.")), "{trust:?}");
    }
}

/// A test key's public half.
fn public_pem(name: &str) -> String {
    let key = Key::p256(name).json();
    let der = key["keyval"]["public"].as_str().unwrap().to_owned();
    format!("-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n")
}
