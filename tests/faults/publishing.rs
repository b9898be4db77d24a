//! Signing, adding a signer and deleting, where the registry or the Notary server fails: what a person reads, that nothing is lost, and that the next run works.

use forge::{Forge, key::Key};
use sha2::{Digest as _, Sha256};
use snapbox::{data::Inline, str};

use crate::{
    https::{Reply, Request, reply},
    person::{Person, same_words},
    server::closed_port,
    site::{MANIFEST, Site, manifest},
};

/// A registry on which something is wrong, as seen by one who signs a tag that nobody has signed.
fn signed(fault: fn() -> Reply, expected: Inline) {
    let site = Site::new();
    let signer = site.signer();
    site.fails(move |request| request.target.contains("/manifests/").then(fault));
    signer.refuses(&["sign", &site.tag("new")], expected);
    assert!(!site.lines().iter().any(|line| line.starts_with("POST")), "{:?}", site.lines());
    site.recovers();
    signer.succeeds(&["sign", &site.tag("new")]);
    assert!(signer.succeeds(&["inspect", &site.tag("new")]).out.contains("jeff"));
}

#[test]
fn a_registry_without_the_tag() {
    signed(
        || reply(404, &[], r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#),
        str![[r#"
$ dct sign HOST/prod/nginx:new
failed to sign HOST/prod/nginx:new: https://HOST/v2/prod/nginx/manifests/new: the registry has no such tag
hint: push the image first; its registry must have what is signed
exit 1

"#]],
    );
}

#[test]
fn a_registry_whose_bytes_are_others_than_their_digest() {
    signed(
        || {
            let digest = format!("Docker-Content-Digest: sha256:{}", "ab".repeat(32));
            reply(200, &["Content-Type: application/vnd.oci.image.manifest.v1+json", &digest], "{}")
        },
        str![[r#"
$ dct sign HOST/prod/nginx:new
failed to sign HOST/prod/nginx:new: https://HOST/v2/prod/nginx/manifests/new: the registry calls the manifest sha256:abababababababababababababababababababababababababababababababab, but its bytes are sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
exit 1

"#]],
    );
}

#[test]
fn a_registry_that_shows_a_web_page() {
    signed(
        || reply(200, &["Content-Type: text/html"], "<html>"),
        str![[r#"
$ dct sign HOST/prod/nginx:new
failed to sign HOST/prod/nginx:new: https://HOST/v2/prod/nginx/manifests/new: "text/html" is not the media type of a manifest
exit 1

"#]],
    );
}

#[test]
fn a_registry_that_denies_access() {
    signed(
        || reply(403, &[], ""),
        str![[r#"
$ dct sign HOST/prod/nginx:new
failed to sign HOST/prod/nginx:new: https://HOST/v2/prod/nginx/manifests/new: access denied (403)
hint: ask the owner of the repository for access, or log in as another user with `docker login`
exit 1

"#]],
    );
}

#[test]
fn a_registry_in_trouble() {
    signed(
        || reply(502, &[], ""),
        str![[r#"
$ dct sign HOST/prod/nginx:new
failed to sign HOST/prod/nginx:new: https://HOST/v2/prod/nginx/manifests/new: the server answered 502
exit 1

"#]],
    );
}

#[test]
fn a_registry_that_is_down() {
    let site = Site::new();
    let mut signer = site.signer();
    let nowhere = format!("localhost:{}", closed_port());
    // the trust data of a repository on a registry that is down
    signer.names.push((nowhere.clone(), "DOWN"));
    signer.variables.push(("DOCKER_CONTENT_TRUST_SERVER".to_owned(), format!("https://{}", site.host())));
    let name = format!("{nowhere}/prod/nginx");
    site.serve(Forge::new(&name));
    signer.succeeds(&["inspect", &name]);
    signer.refuses(
        &["sign", &format!("{name}:new")],
        str![[r#"
$ dct sign DOWN/prod/nginx:new
failed to sign DOWN/prod/nginx:new: https://DOWN/v2/: cannot connect: Connection refused
hint: a proxy can be named in HTTPS_PROXY
exit 1

"#]],
    );
}

/// A server that takes everything but the upload.
fn refused_upload(fault: fn() -> Reply, expected: Inline) {
    let site = Site::new();
    let signer = site.signer();
    site.fails(move |request| (request.method == "POST").then(fault));
    signer.refuses(&["sign", &site.tag("1")], expected);
    site.recovers();
    signer.succeeds(&["sign", &site.tag("1")]);
}

/// The registry serves another content under tag 1 than the one that jeff has signed and released.
fn moved(site: &Site) {
    site.fails(|request| request.target.ends_with("/manifests/1").then(|| manifest(MANIFEST)));
}

#[test]
fn a_signed_tag_moves_where_the_registry_is_named_alone() {
    let site = Site::new();
    let signer = site.signer();
    moved(&site);
    signer.refuses(
        &["sign", &site.tag("1")],
        str![[r#"
$ dct sign HOST/prod/nginx:1
failed to sign HOST/prod/nginx:1: sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed is released under tag 1, and the registry serves sha256:b22c7289dd3b4785a3795c90e15d16bd66bd29b444b8974fe29ed0443ce50405
hint: `dct sign HOST/prod/nginx:1@sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed` signs what is released; `dct sign --registry` what the registry serves; `dct sign --local` pushes and signs what the Docker Engine has
exit 1

"#]],
    );
    assert_eq!(signer.run(&["sign", &site.tag("0"), &site.tag("1"), &site.tag("new")]).code, Some(1));
    assert!(!site.lines().iter().any(|line| line.starts_with("POST")), "nothing of the repository is published");
    let moved = signer.succeeds(&["sign", "--registry", &site.tag("1")]);
    assert!(moved.err.contains("as its registry serves it: sha256:b22c7289"), "{}", moved.err);
    assert!(site.reader().succeeds(&["resolve", &site.tag("1")]).out.contains("@sha256:b22c7289"));
}

#[test]
fn a_signed_tag_that_moved_is_signed_as_it_was_where_its_digest_is_named() {
    let site = Site::new();
    let signer = site.signer();
    moved(&site);
    let digest = base16ct::lower::encode_string(&Sha256::digest("one"));
    let named = format!("{}@sha256:{digest}", site.tag("1"));
    let path = format!("/manifests/sha256:{digest}");
    signer.refuses(
        &["sign", &named],
        str![[r#"
$ dct sign HOST/prod/nginx:1@sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed
failed to sign HOST/prod/nginx:1: https://HOST/v2/prod/nginx/manifests/sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed: the registry sent sha256:b22c7289dd3b4785a3795c90e15d16bd66bd29b444b8974fe29ed0443ce50405 in place of it
exit 1

"#]],
    );
    site.fails(move |request| request.target.ends_with(&path).then(|| manifest("one")));
    signer.succeeds(&["sign", &named]);
}

#[test]
fn a_setting_lets_a_signed_tag_that_moved_be_signed_as_it_was() {
    let site = Site::new();
    let signer = site.signer();
    signer.write(".config/dct/config.toml", format!("[registry.\"{}\"]\nsign-unserved = true\n", site.host()));
    moved(&site);
    let again = signer.succeeds(&["sign", &site.tag("1")]);
    assert!(again.err.contains("and is signed again; `dct sign --registry` signs what the registry serves"), "{}", again.err);
    assert!(signer.succeeds(&["resolve", &site.tag("1")]).out.contains("@sha256:7692c3ad"));
    // the setting is one registry's
    signer.write(".config/dct/config.toml", "[registry.\"dtr.example.com\"]\nsign-unserved = true\n");
    assert_eq!(signer.run(&["sign", &site.tag("1")]).code, Some(1));
}

/// jeff may sign and release; tag 2 is released by somebody else.
fn released_by_another() -> (Site, Person) {
    let site = Site::new();
    let mut forge = site.forge();
    site.serve(forge.add_target("targets/releases", "2", "theirs").publish().clone());
    let signer = site.signer();
    (site, signer)
}

#[test]
fn a_content_of_another_s_that_the_registry_does_not_serve_is_not_signed_by_its_tag() {
    let (site, signer) = released_by_another();
    site.fails(|request| request.target.contains("/manifests/").then(|| reply(404, &[], "")));
    signer.refuses(
        &["sign", &site.tag("2")],
        str![[r#"
$ dct sign HOST/prod/nginx:2
failed to sign HOST/prod/nginx:2: sha256:4c55a8552a2c7261f61f798c2265e6f13358f326ae5b934096ff16bd15e62c33 is released under tag 2, and the registry does not serve it: https://HOST/v2/prod/nginx/manifests/2: the registry has no such tag
hint: `dct sign HOST/prod/nginx:2@sha256:4c55a8552a2c7261f61f798c2265e6f13358f326ae5b934096ff16bd15e62c33` signs what is released, where the registry has it; `dct sign --local` pushes and signs what the Docker Engine has
exit 1

"#]],
    );
    site.fails(|request| request.target.contains("/manifests/").then(|| reply(403, &[], "")));
    signer.refuses(
        &["sign", &site.tag("2")],
        str![[r#"
$ dct sign HOST/prod/nginx:2
failed to sign HOST/prod/nginx:2: sha256:4c55a8552a2c7261f61f798c2265e6f13358f326ae5b934096ff16bd15e62c33 is released under tag 2, and the registry does not serve it: https://HOST/v2/prod/nginx/manifests/2: access denied (403)
hint: ask the owner of the repository for access, or log in as another user with `docker login`
exit 1

"#]],
    );
}

#[test]
fn a_signed_tag_is_signed_again_though_the_registry_cannot_be_asked() {
    let site = Site::new();
    site.fails(|request| request.target.contains("/manifests/").then(|| reply(502, &[], "")));
    let again = site.signer().succeeds(&["sign", &site.tag("1")]);
    assert!(again.err.contains("warning: the registry does not tell what it serves for tag 1: "), "{}", again.err);
}

#[test]
fn a_tag_that_no_pull_takes_is_not_said_to_be_signed_without_more() {
    let site = Site::new();
    let mut forge = site.forge();
    forge.undelegate("targets/releases").delegate("targets/releases", &[Key::p256("ian")], &[""]);
    site.serve(forge.add_target("targets/releases", "1", "one").publish().clone());
    let signer = site.signer();
    let run = signer.run(&["sign", &site.tag("1"), &site.tag("new")]);
    assert_eq!(run.code, Some(1));
    same_words(
        &run.transcript,
        str![[r#"
$ dct sign HOST/prod/nginx:1 HOST/prod/nginx:new
Signing and pushing trust metadata for HOST/prod/nginx:1
Existing signatures for tag 1 digest 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed from:
jeff
Signing and pushing trust metadata
Successfully signed HOST/prod/nginx:1
Signing HOST/prod/nginx:new as its registry serves it: sha256:b22c7289dd3b4785a3795c90e15d16bd66bd29b444b8974fe29ed0443ce50405, 76 bytes
HOST/prod/nginx:new is signed by targets/jeff for sha256:b22c7289dd3b4785a3795c90e15d16bd66bd29b444b8974fe29ed0443ce50405, and that is not released: no pull takes it
cause: none of the keys of targets/releases is on this machine: 7e0142954ad6137f8466a537f81e9cb49b39e29e8fb118cf6157e78af50442c2
hint: whoever may release does it with `dct sign HOST/prod/nginx:new@sha256:b22c7289dd3b4785a3795c90e15d16bd66bd29b444b8974fe29ed0443ce50405`
hint: `dct signer add` lets a signer's key release
exit 1

"#]],
    );
    assert!(site.reader().succeeds(&["list", &site.name()]).out.contains("targets/jeff"));
}

#[test]
fn a_signed_tag_that_the_registry_has_no_more_is_told() {
    let site = Site::new();
    site.fails(|request| request.target.contains("/manifests/").then(|| reply(404, &[], "")));
    let again = site.signer().succeeds(&["sign", &site.tag("1")]);
    assert!(
        again.err.contains("warning: the registry has no tag 1 any more; the signed content is sha256:7692c3ad"),
        "{}",
        again.err
    );
}

#[test]
fn an_upload_that_is_denied() {
    refused_upload(
        || reply(403, &[], ""),
        str![[r#"
$ dct sign HOST/prod/nginx:1
Signing and pushing trust metadata for HOST/prod/nginx:1
Existing signatures for tag 1 digest 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed from:
jeff
failed to sign HOST/prod/nginx:1: unable to reach trust server at this time: 403.
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: access denied (403)
hint: ask the owner of the repository for access, or log in as another user with `docker login`
exit 1

"#]],
    );
}

#[test]
fn an_upload_that_breaks_the_server() {
    refused_upload(
        || reply(500, &[], ""),
        str![[r#"
$ dct sign HOST/prod/nginx:1
Signing and pushing trust metadata for HOST/prod/nginx:1
Existing signatures for tag 1 digest 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed from:
jeff
failed to sign HOST/prod/nginx:1: unable to reach trust server at this time: 500.
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: the server answered 500
exit 1

"#]],
    );
}

#[test]
fn an_upload_that_is_refused_for_its_content() {
    refused_upload(
        || {
            let detail = r#"{"Name":"ErrBadTargets","Error":{"Msg":"no \u001b[31msuch role"}}"#;
            reply(400, &[], format!(r#"{{"errors":[{{"code":"INVALID_UPDATE","message":"invalid","detail":{detail}}}]}}"#))
        },
        str![[r#"
$ dct sign HOST/prod/nginx:1
Signing and pushing trust metadata for HOST/prod/nginx:1
Existing signatures for tag 1 digest 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed from:
jeff
failed to sign HOST/prod/nginx:1: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: The targets metadata is invalid: no \u{1b}[31msuch role
exit 1

"#]],
    );
}

#[test]
fn an_upload_that_loses_against_others_each_time() {
    refused_upload(
        || reply(400, &[], r#"{"errors":[{"code":"VERSION","message":"a newer version is known","detail":null}]}"#),
        str![[r#"
$ dct sign HOST/prod/nginx:1
Signing and pushing trust metadata for HOST/prod/nginx:1
Existing signatures for tag 1 digest 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed from:
jeff
failed to sign HOST/prod/nginx:1: HOST/prod/nginx: other publishers were faster 40 times in a row: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: the server has a newer version: trust server rejected operation. VERSION: a newer version is known
exit 1

"#]],
    );
}

/// `signer add` on a server that fails: what the person has afterwards is a root key at most, and one.
fn added(fault: fn(&Request) -> Option<Reply>, expected: Inline) {
    let site = Site::empty();
    let person = site.stranger();
    person.write("cert.pem", include_str!("../../testdata/peers/bundles/jeff-ec/cert.pem"));
    let add = ["signer", "add", "--key", "cert.pem", "jeff", &site.name()];
    site.fails(fault);
    let run = person.run(&add);
    same_words(&run.transcript, expected);
    assert_eq!(run.code, Some(1));
    site.recovers();
    person.succeeds(&add);
    assert_eq!(person.root_keys().len(), 1);
    assert!(person.succeeds(&["inspect", &site.name()]).out.contains("jeff"));
}

#[test]
fn a_new_repository_on_a_server_in_trouble() {
    added(
        |_| Some(reply(500, &[], "")),
        str![[r#"
$ dct signer add --key cert.pem jeff HOST/prod/nginx
Adding signer "jeff" to HOST/prod/nginx...
unable to reach trust server at this time: 500.
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/root.json: the server answered 500

failed to add signer to: HOST/prod/nginx
exit 1

"#]],
    );
}

#[test]
fn a_new_repository_on_a_server_that_gives_no_keys() {
    added(
        |request| request.target.ends_with("/timestamp.key").then(|| reply(500, &[], "")),
        str![[r#"
$ dct signer add --key cert.pem jeff HOST/prod/nginx
Adding signer "jeff" to HOST/prod/nginx...
Initializing signed repository for HOST/prod/nginx...
unable to reach trust server at this time: 500.
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.key: the server answered 500

failed to add signer to: HOST/prod/nginx
exit 1

"#]],
    );
}

#[test]
fn a_new_repository_on_a_server_whose_keys_are_garbage() {
    added(
        |request| request.target.ends_with("/timestamp.key").then(|| reply(200, &[], r#"{"keytype":"ecdsa"}"#)),
        str![[r#"
$ dct signer add --key cert.pem jeff HOST/prod/nginx
Adding signer "jeff" to HOST/prod/nginx...
Initializing signed repository for HOST/prod/nginx...
Error: error contacting notary server: https://HOST: the answer is no public key for timestamp: the key.keyval: missing

failed to add signer to: HOST/prod/nginx
exit 1

"#]],
    );
}

#[test]
fn a_new_repository_where_no_notary_server_is() {
    added(
        |request| request.target.ends_with("/timestamp.key").then(|| reply(404, &[], "404 page not found")),
        str![[r#"
$ dct signer add --key cert.pem jeff HOST/prod/nginx
Adding signer "jeff" to HOST/prod/nginx...
Initializing signed repository for HOST/prod/nginx...
Error: trust data missing for remote repository HOST/prod/nginx or remote repository not found: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.key: not found (404)
hint: no Notary server answers there: one makes that key when it is asked for it. HOST may be a registry alone; name the Notary server in DOCKER_CONTENT_TRUST_SERVER

failed to add signer to: HOST/prod/nginx
exit 1

"#]],
    );
}

#[test]
fn a_new_repository_whose_upload_is_refused() {
    added(
        |request| (request.method == "POST").then(|| reply(403, &[], "")),
        str![[r#"
$ dct signer add --key cert.pem jeff HOST/prod/nginx
Adding signer "jeff" to HOST/prod/nginx...
Initializing signed repository for HOST/prod/nginx...
Successfully initialized "HOST/prod/nginx"
warning: made root key ROOT_KEY in HOME/.docker/trust/private/ROOT_KEY.key: keep a copy of it and its passphrase; nobody can replace them
unable to reach trust server at this time: 403.
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: access denied (403)
hint: ask the owner of the repository for access, or log in as another user with `docker login`

failed to add signer to: HOST/prod/nginx
exit 1

"#]],
    );
}

/// `delete --remote`: what the server has goes first, so a refusal leaves what is here.
fn deleted(fault: fn(&Request) -> Option<Reply>, expected: Inline) {
    let site = Site::new();
    let reader = site.reader();
    site.fails(fault);
    reader.refuses(&["delete", &site.name(), "--remote", "--yes"], expected);
    site.recovers();
    reader.succeeds(&["delete", &site.name(), "--remote", "--yes"]);
    assert!(reader.listing().is_empty());
}

#[test]
fn a_delete_that_is_denied() {
    deleted(
        |request| (request.method == "DELETE").then(|| reply(403, &[], "")),
        str![[r#"
$ dct delete HOST/prod/nginx --remote --yes
Deleting trust data for repository HOST/prod/nginx
unable to reach trust server at this time: 403.
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: access denied (403)
hint: ask the owner of the repository for access, or log in as another user with `docker login`
exit 1

"#]],
    );
}

#[test]
fn a_delete_that_breaks_the_server() {
    deleted(
        |request| (request.method == "DELETE").then(|| reply(500, &[], "")),
        str![[r#"
$ dct delete HOST/prod/nginx --remote --yes
Deleting trust data for repository HOST/prod/nginx
unable to reach trust server at this time: 500.
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/: the server answered 500
exit 1

"#]],
    );
}

#[test]
fn a_delete_without_a_login() {
    deleted(
        |_| Some(reply(401, &["WWW-Authenticate: Basic realm=\"dtr\""], "")),
        str![[r#"
$ dct delete HOST/prod/nginx --remote --yes
Deleting trust data for repository HOST/prod/nginx
you are not authorized to perform this operation: server returned 401.
cause: https://HOST: not authorized (401): no credentials for HOST are configured
hint: log in with `docker login` for the registry as a user who has access, or name a folder whose config.json has such a login in DOCKER_CONFIG or --config, or set DOCKER_AUTH_CONFIG
exit 1

"#]],
    );
}
