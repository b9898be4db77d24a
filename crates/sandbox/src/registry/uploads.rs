//! Uploads of blobs: begun, sent in one piece or in several, finished with the digest, or given up; and blobs taken over from another
//! repository.

use hyper::{
    Request, Response, StatusCode,
    body::Bytes,
    header::{self, HeaderName},
};
use serde_json::json;

use super::{
    digest::Digest,
    names::RepositoryName,
    refusal::{self, ApiRefusal},
    reply,
    sessions::{Progress, Sessions},
    store::Store,
};

/// The uploads of a repository.
#[derive(Debug)]
pub(super) struct Uploads<'a> {
    /// Where finished blobs go.
    pub(super) store: &'a Store,
    /// Those under way.
    pub(super) sessions: &'a Sessions,
    /// The repository.
    pub(super) repository: &'a RepositoryName,
}

impl Uploads<'_> {
    /// POST: a blob of another repository, a blob that comes with the request, or an upload that begins.
    pub(super) fn begin(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, ApiRefusal> {
        if let (Some(digest), Some(from)) = (reply::parameter(request, "mount"), reply::parameter(request, "from"))
            && let (Ok(digest), Ok(from)) = (Digest::parse(&digest), RepositoryName::parse(&from))
            && self.store.mount_blob(&from, self.repository, digest)?
        {
            return Ok(self.created(request, digest));
        }
        // OCI distribution 1.1, "Single POST"; 2.8 looks at neither digest nor body
        if let Some(digest) = reply::parameter(request, "digest") {
            let digest = parse(&digest)?;
            if Digest::of(request.body()) != digest {
                return Err(refusal::not_the_digest(digest).into());
            }
            self.store.put_blob(self.repository, digest, request.body().clone())?;
            return Ok(self.created(request, digest));
        }
        Ok(self.under_way(request, StatusCode::ACCEPTED, &self.sessions.begin(self.repository)))
    }

    /// GET and HEAD: how far an upload has come.
    pub(super) fn status(&self, request: &Request<Bytes>, id: &str) -> Result<Response<Bytes>, ApiRefusal> {
        Ok(self.under_way(request, StatusCode::NO_CONTENT, &self.resume(request, id)?))
    }

    /// POST to an upload: begins another, as 2.8 does.
    pub(super) fn begin_another(&self, request: &Request<Bytes>, id: &str) -> Result<Response<Bytes>, ApiRefusal> {
        self.resume(request, id)?;
        self.begin(request)
    }

    /// PATCH: more bytes. Docker's engine sends them without a `Content-Range`.
    pub(super) fn patch(&self, request: &Request<Bytes>, id: &str) -> Result<Response<Bytes>, ApiRefusal> {
        let progress = self.resume(request, id)?;
        if !matches!(text(request, header::CONTENT_TYPE), None | Some("" | "application/octet-stream")) {
            return Err(refusal::unknown(json!({})).into());
        }
        check_order(request, &progress)?;
        let progress = self.sessions.add(self.repository, id, request.body().clone())?;
        Ok(self.under_way(request, StatusCode::ACCEPTED, &progress))
    }

    /// PUT: the last bytes, or none, and the digest of all.
    pub(super) fn finish(&self, request: &Request<Bytes>, id: &str) -> Result<Response<Bytes>, ApiRefusal> {
        let progress = self.resume(request, id)?;
        let digest = parse(&reply::parameter(request, "digest").ok_or_else(|| refusal::digest_invalid(json!("digest missing")))?)?;
        check_order(request, &progress)?;
        self.sessions.add(self.repository, id, request.body().clone())?;
        let bytes = self.sessions.content(id)?;
        if Digest::of(&bytes) != digest {
            // the bytes stay, so the client's next word to this upload is about an older state and ends it, as in 2.8
            return Err(refusal::not_the_digest(digest).into());
        }
        self.store.put_blob(self.repository, digest, bytes)?;
        self.sessions.end(id);
        Ok(self.created(request, digest))
    }

    /// DELETE: gives an upload up.
    pub(super) fn give_up(&self, request: &Request<Bytes>, id: &str) -> Result<Response<Bytes>, ApiRefusal> {
        self.resume(request, id)?;
        self.sessions.end(id);
        let mut answer = reply::empty(StatusCode::NO_CONTENT);
        reply::set(&mut answer, reply::UPLOAD_UUID, id);
        Ok(answer)
    }

    fn resume(&self, request: &Request<Bytes>, id: &str) -> Result<Progress, ApiRefusal> {
        Ok(self.sessions.resume(self.repository, id, reply::parameter(request, "_state").as_deref())?)
    }

    fn under_way(&self, request: &Request<Bytes>, status: StatusCode, progress: &Progress) -> Response<Bytes> {
        let Progress { id, length, state } = progress;
        let path = format!("/v2/{}/blobs/uploads/{id}?_state={state}", self.repository);
        let mut answer = reply::empty(status);
        reply::set(&mut answer, header::LOCATION, reply::location(request, &path));
        reply::set(&mut answer, header::RANGE, format!("0-{}", length.saturating_sub(1)));
        reply::set(&mut answer, reply::UPLOAD_UUID, id);
        answer
    }

    fn created(&self, request: &Request<Bytes>, digest: Digest) -> Response<Bytes> {
        let path = format!("/v2/{}/blobs/{digest}", self.repository);
        let mut answer = reply::empty(StatusCode::CREATED);
        reply::set(&mut answer, header::LOCATION, reply::location(request, &path));
        reply::set(&mut answer, reply::CONTENT_DIGEST, digest);
        answer
    }
}

/// What is asked of uploads without saying of which.
pub(super) fn which() -> ApiRefusal {
    refusal::upload_unknown(None).into()
}

fn parse(digest: &str) -> Result<Digest, ApiRefusal> {
    Digest::parse(digest).map_err(|_| refusal::digest_invalid(json!("digest parsing failed")).into())
}

/// A chunk that says where it belongs belongs to the end.
fn check_order(request: &Request<Bytes>, progress: &Progress) -> Result<(), ApiRefusal> {
    let Some(range) = text(request, header::CONTENT_RANGE) else { return Ok(()) };
    let range = range.strip_prefix("bytes ").unwrap_or(range);
    let range = range.split_once('/').map_or(range, |(range, _)| range);
    let starts = range.split_once('-').and_then(|(first, _)| first.parse::<usize>().ok());
    if starts == Some(progress.length) { Ok(()) } else { Err(refusal::chunk_out_of_order().into()) }
}

fn text(request: &Request<Bytes>, name: HeaderName) -> Option<&str> {
    request.headers().get(name)?.to_str().ok()
}
