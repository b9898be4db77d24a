//! Manifests: images and indexes, by tag and by digest.

use hyper::{
    Request, Response, StatusCode,
    body::Bytes,
    header::{self, HeaderName},
};
use serde_json::json;

use super::{
    digest::{Digest, NotADigest},
    manifest::{Kind, Manifest, ManifestPart, PartRequirement},
    names::{RepositoryName, Tag},
    refusal::{self, ApiRefusal},
    reply,
    route::Reference,
    store::Store,
};

/// Most bytes of a manifest.
pub(super) const MAX_MANIFEST: usize = 4 << 20;

const SUBJECT: HeaderName = HeaderName::from_static("oci-subject");

/// The manifests of a repository.
#[derive(Debug)]
pub(super) struct Manifests<'a> {
    /// Where they are.
    pub(super) store: &'a Store,
    /// The repository.
    pub(super) repository: &'a RepositoryName,
}

impl Manifests<'_> {
    /// GET and HEAD: the manifest, if the client takes its kind.
    pub(super) fn get(&self, request: &Request<Bytes>, reference: &Reference) -> Result<Response<Bytes>, ApiRefusal> {
        let accepted = accepted(request);
        let (digest, by_tag) = match reference {
            Reference::Tag(tag) => (self.resolve(tag)?, true),
            Reference::Digest(text) => (self.parse(text)?, false),
        };
        if is_cached(request, digest) {
            return Ok(reply::empty(StatusCode::NOT_MODIFIED));
        }
        let (bytes, manifest) = self.read(digest)?;
        let names_itself = !manifest.body.media_type.is_empty();
        match manifest.kind {
            Kind::OciManifest if !accepted.contains(&Kind::OciManifest) => {
                Err(refusal::not_accepted("OCI manifest found, but accept header does not support OCI manifests").into())
            }
            // 2.8 goes by what the index says of itself: one that says nothing is for everybody
            Kind::OciIndex if names_itself && !accepted.contains(&Kind::OciIndex) => {
                Err(refusal::not_accepted("OCI index found, but accept header does not support OCI indexes").into())
            }
            // a client that knows no lists gets the image that it would have got before there were lists
            Kind::DockerList if by_tag && !accepted.contains(&Kind::DockerList) => {
                let child = usual_platform(&manifest).ok_or_else(|| refusal::manifest_unknown(None))?;
                let child = Digest::parse(&child).map_err(|_| refusal::manifest_unknown(None))?;
                let (bytes, manifest) = self.read(child)?;
                Ok(served(child, manifest.kind, bytes))
            }
            kind => Ok(served(digest, kind, bytes)),
        }
    }

    /// PUT: takes a manifest whose parts are there.
    pub(super) fn put(&self, request: &Request<Bytes>, reference: &Reference) -> Result<Response<Bytes>, ApiRefusal> {
        let bytes = request.body();
        if bytes.len() > MAX_MANIFEST {
            return Err(refusal::manifest_invalid(json!("http: request body too large")).into());
        }
        let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let manifest = Kind::of_media_type(media_type).and_then(|kind| Manifest::read_as(kind, bytes));
        let manifest = manifest.ok_or_else(|| refusal::manifest_invalid(json!({})))?;
        let digest = Digest::of(bytes);
        let tag = match reference {
            Reference::Tag(tag) => Some(tag),
            Reference::Digest(text) => match Digest::parse(text) {
                Ok(claimed) if claimed == digest => None,
                Ok(_) | Err(NotADigest::OtherAlgorithm) => return Err(refusal::digest_invalid(None).into()),
                Err(NotADigest::Form | NotADigest::Encoding) => return Err(refusal::unknown(json!({})).into()),
            },
        };
        if manifest.body.schema_version != 2 {
            return Err(refusal::unknown(json!({})).into());
        }
        self.check_parts(&manifest)?;
        self.store.put_manifest(self.repository, digest, bytes.clone(), tag)?;

        let path = format!("/v2/{}/manifests/{digest}", self.repository);
        let mut answer = reply::empty(StatusCode::CREATED);
        reply::set(&mut answer, header::LOCATION, reply::location(request, &path));
        reply::set(&mut answer, reply::CONTENT_DIGEST, digest);
        if let Some(subject) = manifest.body.subject {
            // OCI distribution 1.1: says that `referrers` will list it
            reply::set(&mut answer, SUBJECT, subject.digest);
        }
        Ok(answer)
    }

    /// DELETE: by digest alone; the tags that stand for it go with it.
    pub(super) fn delete(&self, reference: &Reference) -> Result<Response<Bytes>, ApiRefusal> {
        let digest = match reference {
            Reference::Tag(_) => Err(NotADigest::Form),
            Reference::Digest(text) => Digest::parse(text),
        };
        let digest = digest.map_err(|not| match not {
            NotADigest::OtherAlgorithm => refusal::manifest_unknown(None),
            NotADigest::Form | NotADigest::Encoding => refusal::digest_invalid(None),
        })?;
        if !self.store.remove_manifest(self.repository, digest)? {
            return Err(refusal::manifest_unknown(None).into());
        }
        Ok(reply::empty(StatusCode::ACCEPTED))
    }

    fn resolve(&self, tag: &Tag) -> Result<Digest, ApiRefusal> {
        let digest = self.store.tagged(self.repository, tag);
        digest.ok_or_else(|| refusal::manifest_unknown(json!({"Tag": tag.as_str()})).into())
    }

    fn parse(&self, text: &str) -> Result<Digest, ApiRefusal> {
        Digest::parse(text).map_err(|not| match not {
            NotADigest::OtherAlgorithm => self.unknown(text),
            NotADigest::Form | NotADigest::Encoding => refusal::unknown(json!({})).into(),
        })
    }

    fn read(&self, digest: Digest) -> Result<(Bytes, Manifest), ApiRefusal> {
        if let Some(bytes) = self.store.manifest(self.repository, digest) {
            let manifest = Manifest::read(&bytes).ok_or_else(|| refusal::unknown(json!({})))?;
            return Ok((bytes, manifest));
        }
        // 2.8 finds the blob and fails to read it as a manifest
        let blob = self.store.has_blob(self.repository, digest);
        Err(if blob { refusal::unknown(json!({})).into() } else { self.unknown(&digest.to_string()) })
    }

    fn unknown(&self, digest: &str) -> ApiRefusal {
        refusal::manifest_unknown(json!({"Name": self.repository.as_str(), "Revision": digest})).into()
    }

    fn check_parts(&self, manifest: &Manifest) -> Result<(), ApiRefusal> {
        let mut errors = Vec::new();
        for ManifestPart { digest: text, wanted } in manifest.parts() {
            let there = match (wanted, Digest::parse(&text)) {
                (PartRequirement::Nothing, _) => true,
                (PartRequirement::Refused, _) | (_, Err(NotADigest::Encoding)) => {
                    // words for the server's log that end up in the answer, and a code that fits neither
                    errors.extend([refusal::unknown(None), refusal::unknown(json!({}))]);
                    false
                }
                (_, Err(NotADigest::Form)) => {
                    errors.push(refusal::digest_invalid(None));
                    false
                }
                (_, Err(NotADigest::OtherAlgorithm)) => false,
                (PartRequirement::Blob, Ok(digest)) => self.store.has_blob(self.repository, digest),
                (PartRequirement::Content, Ok(digest)) => {
                    self.store.has_manifest(self.repository, digest) || self.store.has_blob(self.repository, digest)
                }
            };
            if !there {
                errors.push(refusal::manifest_blob_unknown(&text));
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(ApiRefusal::of_all(errors)) }
    }
}

/// The kinds that a client takes by name; `*/*` names none.
fn accepted(request: &Request<Bytes>) -> Vec<Kind> {
    let headers = request.headers().get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    headers.flat_map(|value| value.split(',')).filter_map(Kind::of_media_type).collect()
}

fn is_cached(request: &Request<Bytes>, digest: Digest) -> bool {
    let tags = request.headers().get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let digest = digest.to_string();
    tags.into_iter().any(|tag| tag == digest || tag == format!("\"{digest}\""))
}

fn usual_platform(list: &Manifest) -> Option<String> {
    let is_usual = |platform: &super::manifest::Platform| platform.architecture == "amd64" && platform.os == "linux";
    let mut children = list.body.manifests.iter().flatten();
    Some(children.find(|child| child.platform.as_ref().is_some_and(is_usual))?.digest.clone())
}

fn served(digest: Digest, kind: Kind, bytes: Bytes) -> Response<Bytes> {
    let mut answer = reply::with_body(StatusCode::OK, kind.media_type(), bytes);
    reply::set(&mut answer, reply::CONTENT_DIGEST, digest);
    reply::set(&mut answer, header::ETAG, format!("\"{digest}\""));
    answer
}
