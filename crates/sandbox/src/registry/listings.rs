//! Lists: the repositories, the tags of one, and what is attached to a manifest.

use hyper::{
    Request, Response,
    body::Bytes,
    header::{self, HeaderName, HeaderValue},
};
use serde_json::{Value, json};

use super::{
    digest::Digest,
    manifest::{Manifest, OCI_INDEX},
    names::RepositoryName,
    refusal::{self, ApiRefusal},
    reply,
    store::{self, Store},
};

/// How many repositories are listed at once where the client does not say.
const USUAL_ENTRIES: u64 = 100;
/// How many at most.
const MAX_ENTRIES: u64 = 1000;

const FILTERS_APPLIED: HeaderName = HeaderName::from_static("oci-filters-applied");

/// `_catalog`: the repositories, `n` at once, those after `last`.
pub(super) fn catalog(store: &Store, request: &Request<Bytes>) -> Result<Response<Bytes>, ApiRefusal> {
    let n = match reply::parameter(request, "n").and_then(|n| n.parse().ok()) {
        Some(n) if n > MAX_ENTRIES => return Err(refusal::too_many_entries(n).into()),
        n => n.unwrap_or(USUAL_ENTRIES),
    };
    let last = reply::parameter(request, "last").unwrap_or_default();
    let mut names = store.repositories();
    names.retain(|name| store::folder_order(name).gt(store::folder_order(&last)));
    let more = cut(&mut names, n);
    Ok(page("/v2/_catalog", &json!({"repositories": names}), more.map(|last| (n, last))))
}

/// `tags/list`: the tags; with `n` (OCI distribution 1.1, "Listing tags") so many at once, those after `last`. 2.8 knows no such limit.
pub(super) fn tags(store: &Store, request: &Request<Bytes>, repository: &RepositoryName) -> Result<Response<Bytes>, ApiRefusal> {
    let mut tags = store.tags(repository).ok_or_else(|| refusal::name_unknown(repository.as_str()))?;
    if tags.is_empty() {
        // there were some: Go writes a list that was never filled like this
        return Ok(reply::json(&json!({"name": repository.as_str(), "tags": null})));
    }
    let last = reply::parameter(request, "last").unwrap_or_default();
    tags.retain(|tag| *tag > last);
    let n = reply::parameter(request, "n").and_then(|n| n.parse::<u64>().ok());
    let more = n.and_then(|n| Some((n, cut(&mut tags, n)?)));
    Ok(page(&format!("/v2/{repository}/tags/list"), &json!({"name": repository.as_str(), "tags": tags}), more))
}

/// `referrers/…` (OCI distribution 1.1): an index of the manifests whose subject this is. 2.8 has no such list.
pub(super) fn referrers(
    store: &Store,
    request: &Request<Bytes>,
    repository: &RepositoryName,
    subject: &str,
) -> Result<Response<Bytes>, ApiRefusal> {
    let subject = Digest::parse(subject).map_err(|_| refusal::digest_invalid(json!({})))?.to_string();
    let filter = reply::parameter(request, "artifactType");
    let mut found = Vec::new();
    for (digest, bytes) in store.manifests(repository) {
        let Some(Manifest { kind, body }) = Manifest::read(&bytes) else { continue };
        if body.subject.is_none_or(|attached_to| attached_to.digest != subject) {
            continue;
        }
        let artifact_type = body.artifact_type.or(body.config.map(|config| config.media_type)).unwrap_or_default();
        if filter.as_ref().is_some_and(|wanted| *wanted != artifact_type) {
            continue;
        }
        let mut entry = json!({"mediaType": kind.media_type(), "digest": digest.to_string(), "size": bytes.len()});
        if let Value::Object(fields) = &mut entry {
            if !artifact_type.is_empty() {
                fields.insert("artifactType".to_owned(), json!(artifact_type));
            }
            if let Some(annotations) = body.annotations {
                fields.insert("annotations".to_owned(), json!(annotations));
            }
        }
        found.push(entry);
    }
    let mut answer = reply::json(&json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": found}));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(OCI_INDEX));
    if filter.is_some() {
        answer.headers_mut().insert(FILTERS_APPLIED, HeaderValue::from_static("artifactType"));
    }
    Ok(answer)
}

/// Leaves the first `n`; the last of them, if others came after it.
fn cut(names: &mut Vec<String>, n: u64) -> Option<String> {
    let n = usize::try_from(n).unwrap_or(usize::MAX);
    let more = names.len() > n;
    names.truncate(n);
    names.last().filter(|_| more).cloned()
}

fn page(path: &str, list: &Value, more: Option<(u64, String)>) -> Response<Bytes> {
    let mut answer = reply::json(list);
    if let Some((n, last)) = more {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("last", &last)
            .append_pair("n", &n.to_string())
            .finish();
        reply::set(&mut answer, header::LINK, format!("<{path}?{query}>; rel=\"next\""));
    }
    answer
}
