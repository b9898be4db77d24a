//! All rows of the table, and what they are made of.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};

use super::{Row, Step, beyond, blobs, manifests, paths, step};

/// What the rows of the catalogue put blobs into.
pub(super) const OTHER_SCOPES: [&str; 6] = [
    "repository:prod/nginx:pull,push",
    "repository:cat:pull,push",
    "repository:cat/a:pull,push",
    "repository:cat-b:pull,push",
    "repository:cat/b/c:pull,push",
    "repository:cats:pull,push",
];

pub(super) const OCI: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(super) const DOCKER: &str = "application/vnd.docker.distribution.manifest.v2+json";
pub(super) const LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
pub(super) const LAYER_TYPE: &str = "application/vnd.oci.image.layer.v1.tar";
pub(super) const FOREIGN: &str = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
pub(super) const CONFIG: &[u8] = br#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"#;
pub(super) const LAYER: &[u8] = b"a layer's bytes";
pub(super) const NONE: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// All of them.
pub(super) fn rows() -> Vec<Row> {
    // the catalogue first: it lists what the other rows leave
    [paths::rows(), blobs::rows(), manifests::rows(), beyond::rows()].into_iter().flatten().collect()
}

pub(super) fn upload(bytes: &[u8]) -> Vec<Step> {
    vec![step("POST", "blobs/uploads/"), step("PUT", format!("@&digest={}", sha256(bytes))).body(bytes)]
}

pub(super) fn parts() -> Vec<Step> {
    [upload(CONFIG), upload(LAYER)].concat()
}

pub(super) fn put(reference: &str, media_type: &str, manifest: &Value) -> Step {
    step("PUT", format!("manifests/{reference}")).header("Content-Type", media_type).body(manifest.to_string())
}

pub(super) fn get(reference: &str, accept: &str) -> Step {
    step("GET", format!("manifests/{reference}")).header("Accept", accept)
}

pub(super) fn part(bytes: &[u8], media_type: &str) -> Value {
    json!({"mediaType": media_type, "digest": sha256(bytes), "size": bytes.len()})
}

pub(super) fn image(media_type: &str) -> Value {
    let config = part(CONFIG, "application/vnd.oci.image.config.v1+json");
    json!({"schemaVersion": 2, "mediaType": media_type, "config": config, "layers": [part(LAYER, LAYER_TYPE)]})
}

pub(super) fn with_layer(layer: &Value) -> Value {
    json!({"schemaVersion": 2, "config": part(CONFIG, "x"), "layers": [layer]})
}

pub(super) fn index(media_type: &str, child: &str) -> Value {
    let mut entry = part(image(child).to_string().as_bytes(), child);
    entry["platform"] = json!({"architecture": "amd64", "os": "linux"});
    json!({"schemaVersion": 2, "mediaType": media_type, "manifests": [entry]})
}

pub(super) fn without_type(media_type: &str) -> Value {
    let mut manifest = if media_type == INDEX { index(INDEX, OCI) } else { image(media_type) };
    manifest.as_object_mut().expect("an object").remove("mediaType");
    manifest
}

pub(super) fn digest(manifest: &Value) -> String {
    sha256(manifest.to_string().as_bytes())
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", base16ct::lower::encode_string(&Sha256::digest(bytes)))
}

pub(super) fn sha512(bytes: &[u8]) -> String {
    format!("sha512:{}", base16ct::lower::encode_string(&Sha512::digest(bytes)))
}
