//! Blobs: layers and configurations of images, by digest.

use hyper::{
    Request, Response, StatusCode,
    body::Bytes,
    header::{self, HeaderValue},
};
use serde_json::{Value, json};

use super::{
    digest::{Digest, NotADigest},
    names::RepositoryName,
    range::{self, RequestedRange},
    refusal::{self, ApiRefusal},
    reply,
    store::Store,
};

/// GET and HEAD: the blob, or a part of it.
pub(super) fn get(
    store: &Store,
    request: &Request<Bytes>,
    repository: &RepositoryName,
    digest: &str,
) -> Result<Response<Bytes>, ApiRefusal> {
    let digest = known_algorithm(digest, Some(json!(digest)))?;
    let bytes = store.blob(repository, digest).ok_or_else(|| refusal::blob_unknown(json!(digest.to_string())))?;
    let mut answer = content(request, digest, &bytes);
    reply::set(&mut answer, header::ETAG, quoted(digest));
    reply::set(&mut answer, reply::CONTENT_DIGEST, digest);
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=31536000"));
    Ok(answer)
}

/// DELETE: the repository has it no longer.
pub(super) fn delete(store: &Store, repository: &RepositoryName, digest: &str) -> Result<Response<Bytes>, ApiRefusal> {
    let digest = known_algorithm(digest, None)?;
    if !store.remove_blob(repository, digest)? {
        return Err(refusal::blob_unknown(None).into());
    }
    Ok(reply::empty(StatusCode::ACCEPTED))
}

fn known_algorithm(digest: &str, unknown: Option<Value>) -> Result<Digest, ApiRefusal> {
    Digest::parse(digest).map_err(|not| match not {
        NotADigest::OtherAlgorithm => refusal::blob_unknown(unknown).into(),
        NotADigest::Form | NotADigest::Encoding => refusal::digest_invalid(json!({})).into(),
    })
}

fn content(request: &Request<Bytes>, digest: Digest, bytes: &Bytes) -> Response<Bytes> {
    let header = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let etag = quoted(digest);
    let matches = |tag: &str| tag.trim().trim_start_matches("W/") == etag || tag.trim() == "*";
    if header(header::IF_NONE_MATCH).is_some_and(|tags| tags.split(',').any(matches)) {
        return reply::empty(StatusCode::NOT_MODIFIED);
    }
    let same = header(header::IF_RANGE).is_none_or(|tag| tag == etag);
    let wanted = header(header::RANGE).filter(|_| same).map_or(RequestedRange::All, |range| range::read(range, bytes.len()));
    let (status, part, range) = match wanted {
        RequestedRange::All => (StatusCode::OK, bytes.clone(), None),
        RequestedRange::Part(part) => {
            let range = format!("bytes {}-{}/{}", part.start, part.end.saturating_sub(1), bytes.len());
            (StatusCode::PARTIAL_CONTENT, bytes.slice(part), Some(range))
        }
        RequestedRange::Outside => {
            let mut answer = reply::text(StatusCode::RANGE_NOT_SATISFIABLE, "invalid range: failed to overlap\n");
            reply::set(&mut answer, header::CONTENT_RANGE, format!("bytes */{}", bytes.len()));
            return answer;
        }
    };
    let mut answer = reply::with_body(status, "application/octet-stream", part);
    answer.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(range) = range {
        reply::set(&mut answer, header::CONTENT_RANGE, range);
    }
    answer
}

fn quoted(digest: Digest) -> String {
    format!("\"{digest}\"")
}
