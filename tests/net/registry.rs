//! Manifests.

use client::ports::{Manifest, Registry, RegistryError, RemoteError};
use trust::model::{digest::Sha256, tag::Tag};

use crate::{
    https::{Reply, reply},
    world::{gun, with_server},
};

const INDEX: &str = "Content-Type: application/vnd.oci.image.index.v1+json; charset=utf-8";

fn resolve(answer: impl Fn() -> Reply + Send + Sync + 'static) -> Result<Manifest, RegistryError> {
    let (world, server) = with_server(move |request| if request.target == "/v2/" { reply(200, &[], "{}") } else { answer() });
    let result = world.registries().resolve(&gun(&server.host()), &Tag::parse("1").unwrap());
    assert_eq!(server.lines()[1], "GET /v2/prod/nginx/manifests/1");
    assert!(server.requests()[1].header("accept").unwrap().contains("application/vnd.oci.image.index.v1+json"));
    result
}

fn confirm(digest: Sha256, answer: impl Fn() -> Reply + Send + Sync + 'static) -> Result<Manifest, RegistryError> {
    let (world, server) = with_server(move |request| if request.target == "/v2/" { reply(200, &[], "{}") } else { answer() });
    let result = world.registries().confirm(&gun(&server.host()), digest);
    assert_eq!(
        server.lines()[1],
        format!("GET /v2/prod/nginx/manifests/sha256:{digest}"),
        "the bytes are read, and not what is said of them"
    );
    result
}

fn refusal(answer: impl Fn() -> Reply + Send + Sync + 'static) -> String {
    bad_answer(resolve(answer))
}

fn bad_answer(answer: Result<Manifest, RegistryError>) -> String {
    match answer {
        Err(RegistryError::Remote(error @ RemoteError::BadAnswer { .. })) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_digest_is_of_the_bytes() {
    let manifest = resolve(|| reply(200, &[INDEX], "{ }")).unwrap();
    assert_eq!((manifest.digest, manifest.length), (Sha256::of(b"{ }"), 3));
    assert_eq!(manifest.media_type, "application/vnd.oci.image.index.v1+json");
    let digest = format!("Docker-Content-Digest: sha256:{}", Sha256::of(b"{ }"));
    let good = digest.clone();
    assert!(resolve(move || reply(200, &[INDEX, &good], "{ }")).is_ok());
    assert!(refusal(move || reply(200, &[INDEX, &digest], "{  }")).contains("but its bytes are sha256:"));
}

#[test]
fn what_is_no_manifest_is_refused() {
    let schema1 = "Content-Type: application/vnd.docker.distribution.manifest.v1+prettyjws";
    assert!(refusal(move || reply(200, &[schema1], "{}")).contains("schema 1"));
    assert!(refusal(|| reply(200, &["Content-Type: text/html"], "<html>")).contains("\"text/html\" is not the media type"));
    assert!(refusal(|| reply(200, &[INDEX], vec![b' '; (4 << 20) + 1])).contains("longer than the 4194304 bytes"));
}

#[test]
fn a_missing_tag_is_told_from_other_failures() {
    for body in [r#"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#, r#"{"errors":[{"code":"NAME_UNKNOWN"}]}"#, "404 page not found"] {
        assert!(matches!(resolve(move || reply(404, &[], body)), Err(RegistryError::NoSuchTag { .. })), "{body}");
    }
    let other = r#"{"errors":[{"code":"UNSUPPORTED"}]}"#;
    assert!(matches!(resolve(move || reply(404, &[], other)), Err(RegistryError::Remote(RemoteError::NotFound { .. }))));
    assert!(matches!(resolve(|| reply(403, &[], "")), Err(RegistryError::Remote(RemoteError::Forbidden { .. }))));
    assert!(matches!(resolve(|| reply(500, &[], "")), Err(RegistryError::Remote(RemoteError::Status { status: 500, .. }))));
}

#[test]
fn a_named_digest_and_its_length_are_of_the_bytes() {
    let named = Sha256::of(b"{ }");
    let manifest = confirm(named, || reply(200, &[INDEX], "{ }")).unwrap();
    assert_eq!((manifest.digest, manifest.length), (named, 3));
    // whatever the registry calls them
    let claim = format!("Docker-Content-Digest: sha256:{named}");
    assert!(bad_answer(confirm(named, move || reply(200, &[INDEX, &claim], "{  }"))).contains("but its bytes are sha256:"));
    let other = Sha256::of(b"{  }");
    let words = bad_answer(confirm(named, || reply(200, &[INDEX], "{  }")));
    assert!(words.ends_with(&format!("the registry sent sha256:{other} in place of it")), "{words}");
    assert!(
        bad_answer(confirm(named, || reply(200, &[INDEX], vec![b' '; (4 << 20) + 1]))).contains("longer than the 4194304 bytes")
    );
    assert!(bad_answer(confirm(named, || reply(200, &["Content-Type: text/html"], "{ }"))).contains("is not the media type"));
    assert!(matches!(confirm(named, || reply(404, &[], "")), Err(RegistryError::NoSuchDigest { .. })));
}
