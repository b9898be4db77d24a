//! Small images in the registry, pushed by plain HTTP calls.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{http, token::TokenServer};

/// A manifest that the registry now has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pushed {
    /// Of its bytes: 64 hex digits.
    pub(crate) sha256: String,
    /// Its length in bytes.
    pub(crate) length: usize,
}

/// Pushes to the registry itself, past the front: no request of the harness is in the front's log.
pub(crate) struct Images<'a> {
    pub(super) registry: u16,
    pub(super) tokens: &'a TokenServer,
}

impl Images<'_> {
    /// An image for one platform under `repository:tag`; different `content` makes a different digest.
    pub(crate) fn push(&self, repository: &str, tag: &str, content: &str) -> Pushed {
        let manifest = self.manifest(repository, "amd64", content);
        self.put_manifest(repository, tag, SCHEMA2, &manifest)
    }

    /// An OCI index of two platforms under `repository:tag`.
    pub(crate) fn push_index(&self, repository: &str, tag: &str, content: &str) -> Pushed {
        let manifests: Vec<Value> = ["amd64", "arm64"]
            .iter()
            .map(|platform| {
                let manifest = self.manifest(repository, platform, content);
                let digest = format!("sha256:{}", sha256_hex(&manifest));
                let pushed = self.put_manifest(repository, &digest, SCHEMA2, &manifest);
                json!({"mediaType": SCHEMA2, "digest": digest, "size": pushed.length, "platform": {"architecture": platform, "os": "linux"}})
            })
            .collect();
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
        self.put_manifest(repository, tag, INDEX, index.to_string().as_bytes())
    }

    /// Takes a manifest away.
    pub(crate) fn delete(&self, repository: &str, sha256: &str) {
        let bearer = format!("Bearer {}", self.tokens.token_for(&format!("repository:{repository}:delete")));
        let target = format!("/v2/{repository}/manifests/sha256:{sha256}");
        let done = http::request(self.registry, "DELETE", &target, &[("Authorization", bearer.as_str())], b"")
            .expect("the registry answers");
        assert_eq!(done.status, 202, "the manifest goes: {}", String::from_utf8_lossy(&done.body));
    }

    fn manifest(&self, repository: &str, platform: &str, content: &str) -> Vec<u8> {
        let config = json!({"architecture": platform, "os": "linux", "config": {"Labels": {"content": content}}}).to_string();
        let layer = format!("layer of {content} for {platform}");
        let config = self.put_blob(repository, "application/vnd.docker.container.image.v1+json", config.as_bytes());
        let layer = self.put_blob(repository, "application/vnd.docker.image.rootfs.diff.tar.gzip", layer.as_bytes());
        json!({"schemaVersion": 2, "mediaType": SCHEMA2, "config": config, "layers": [layer]}).to_string().into_bytes()
    }

    fn put_blob(&self, repository: &str, media_type: &str, bytes: &[u8]) -> Value {
        let digest = format!("sha256:{}", sha256_hex(bytes));
        let start = self.send(repository, "POST", &format!("/v2/{repository}/blobs/uploads/"), &[], b"");
        assert_eq!(start.status, 202, "an upload starts");
        let location = start.header("Location").expect("an upload has a place");
        let target = location.find("/v2/").map_or(location, |at| &location[at..]);
        let target = format!("{target}{}digest={digest}", if target.contains('?') { '&' } else { '?' });
        let done = self.send(repository, "PUT", &target, &[("Content-Type", "application/octet-stream")], bytes);
        assert_eq!(done.status, 201, "the blob is taken: {}", String::from_utf8_lossy(&done.body));
        json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
    }

    fn put_manifest(&self, repository: &str, reference: &str, media_type: &str, bytes: &[u8]) -> Pushed {
        let target = format!("/v2/{repository}/manifests/{reference}");
        let done = self.send(repository, "PUT", &target, &[("Content-Type", media_type)], bytes);
        assert_eq!(done.status, 201, "the manifest is taken: {}", String::from_utf8_lossy(&done.body));
        Pushed { sha256: sha256_hex(bytes), length: bytes.len() }
    }

    fn send(&self, repository: &str, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> http::Answer {
        let bearer = format!("Bearer {}", self.tokens.token_for(&format!("repository:{repository}:pull,push")));
        let mut all = vec![("Authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        http::request(self.registry, method, target, &all, body).expect("the registry answers")
    }
}

const SCHEMA2: &str = "application/vnd.docker.distribution.manifest.v2+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn sha256_hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}
