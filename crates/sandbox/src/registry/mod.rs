//! The registry: manifests, blobs and tags below `/v2/`, as the OCI distribution specification has them and as distribution 2.8, which the
//! table of requests is compared with, answers. Schema 1 manifests are the one thing of 2.8 that is left out.
//!
//! `route` finds the resource, `blobs`, `uploads`, `manifests` and `listings` answer for it out of the `store`.

pub mod digest;
pub mod names;
pub mod store;

mod blobs;
mod listings;
mod manifest;
mod manifests;
mod range;
mod refusal;
mod reply;
mod route;
mod sessions;
mod uploads;

use std::sync::Arc;

use hyper::{
    Method, Request, Response, StatusCode,
    body::Bytes,
    header::{self, HeaderName, HeaderValue},
};
use serde_json::json;

use self::{
    manifests::Manifests,
    names::RepositoryName,
    refusal::ApiRefusal,
    route::{Found, RegistryRoute, Resource},
    sessions::Sessions,
    store::Store,
    uploads::Uploads,
};
use super::{scope::Scope, shelf::Shelf};

const API_VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");

/// Images of all repositories.
#[derive(Debug)]
pub struct RegistryEndpoint {
    store: Store,
    sessions: Sessions,
}

impl RegistryEndpoint {
    /// The endpoint over what a shelf holds.
    #[must_use]
    pub fn new(shelf: Arc<Shelf>) -> Self {
        Self { store: Store::new(shelf), sessions: Sessions::new() }
    }

    /// What a request's token must allow. None where nothing is: to say so needs no token.
    #[must_use]
    pub fn scopes(&self, request: &Request<Bytes>) -> Option<Vec<Scope>> {
        let name = match route::find(request.uri().path()) {
            Found::Route(RegistryRoute::Base) => return Some(Vec::new()),
            Found::Route(RegistryRoute::Catalog) => {
                return Some(vec![Scope { kind: "registry", name: "catalog".to_owned(), actions: &["*"] }]);
            }
            Found::Route(RegistryRoute::In(Ok(name), _)) => name.as_str().to_owned(),
            Found::Route(RegistryRoute::In(Err(name), _)) => name,
            Found::Elsewhere(_) | Found::Nothing => return None,
        };
        let actions: &[&str] = match *request.method() {
            Method::GET | Method::HEAD => &["pull"],
            Method::POST | Method::PUT | Method::PATCH => &["pull", "push"],
            Method::DELETE => &["delete"],
            _ => return Some(Vec::new()),
        };
        let mut scopes = vec![Scope::repository(&name, actions)];
        // a blob that is taken over from another repository can be read there
        scopes.extend(reply::parameter(request, "from").map(|from| Scope::repository(&from, &["pull"])));
        Some(scopes)
    }

    /// Answers a request that is allowed. What answers HEAD is what would answer GET; the server leaves the body out.
    #[must_use]
    pub fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        marked(match route::find(request.uri().path()) {
            Found::Route(route) => self.at(request, route).unwrap_or_else(|refusal| refusal.answer()),
            Found::Elsewhere(path) => {
                let mut answer = reply::empty(StatusCode::MOVED_PERMANENTLY);
                let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
                reply::set(&mut answer, header::LOCATION, format!("{path}{query}"));
                answer
            }
            Found::Nothing => reply::text(StatusCode::NOT_FOUND, "404 page not found\n"),
        })
    }

    fn at(&self, request: &Request<Bytes>, route: RegistryRoute) -> Result<Response<Bytes>, ApiRefusal> {
        let (name, resource) = match route {
            RegistryRoute::Base => {
                return Ok(reply::with_body(StatusCode::OK, "application/json; charset=utf-8", "{}"));
            }
            RegistryRoute::Catalog => {
                return match *request.method() {
                    Method::GET => listings::catalog(&self.store, request),
                    _ => Ok(other_method(request, "GET")),
                };
            }
            RegistryRoute::In(name, resource) => (name, resource),
        };
        let name = name.map_err(|name| refusal::unknown(json!({"Name": name, "Reason": {}})))?;
        self.within(request, &name, &resource)
    }

    fn within(
        &self,
        request: &Request<Bytes>,
        repository: &RepositoryName,
        resource: &Resource,
    ) -> Result<Response<Bytes>, ApiRefusal> {
        let store = &self.store;
        let manifests = Manifests { store, repository };
        let uploads = Uploads { store, sessions: &self.sessions, repository };
        match (resource, request.method().as_str()) {
            (Resource::Tags, "GET") => listings::tags(store, request, repository),
            (Resource::Manifest(reference), "GET" | "HEAD") => manifests.get(request, reference),
            (Resource::Manifest(reference), "PUT") => manifests.put(request, reference),
            (Resource::Manifest(reference), "DELETE") => manifests.delete(reference),
            (Resource::Blob(digest), "GET" | "HEAD") => blobs::get(store, request, repository, digest),
            (Resource::Blob(digest), "DELETE") => blobs::delete(store, repository, digest),
            (Resource::Uploads, "POST") => uploads.begin(request),
            (Resource::Uploads, "GET" | "HEAD" | "PATCH" | "PUT" | "DELETE") => Err(uploads::which()),
            (Resource::Upload(id), "POST") => uploads.begin_another(request, id),
            (Resource::Upload(id), "GET" | "HEAD") => uploads.status(request, id),
            (Resource::Upload(id), "PATCH") => uploads.patch(request, id),
            (Resource::Upload(id), "PUT") => uploads.finish(request, id),
            (Resource::Upload(id), "DELETE") => uploads.give_up(request, id),
            (Resource::Referrers(subject), "GET") => listings::referrers(store, request, repository, subject),
            (resource, _) => Ok(other_method(request, methods(resource))),
        }
    }
}

/// The mark by which Docker knows a registry, on refusals too that come before this endpoint.
#[must_use]
pub fn marked(mut answer: Response<Bytes>) -> Response<Bytes> {
    answer.headers_mut().insert(API_VERSION, HeaderValue::from_static("registry/2.0"));
    answer
}

fn methods(resource: &Resource) -> &'static str {
    match resource {
        Resource::Tags | Resource::Referrers(_) => "GET",
        Resource::Manifest(_) => "DELETE, GET, HEAD, PUT",
        Resource::Blob(_) => "DELETE, GET, HEAD",
        Resource::Uploads | Resource::Upload(_) => "DELETE, GET, HEAD, PATCH, POST, PUT",
    }
}

/// The methods that there are: to OPTIONS a good answer, to any other a bad one.
fn other_method(request: &Request<Bytes>, allowed: &'static str) -> Response<Bytes> {
    let mut answer = match *request.method() {
        Method::OPTIONS => reply::empty(StatusCode::OK),
        _ => reply::text(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed\n"),
    };
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every method on every kind of path, with headers and bodies that make no sense.
    #[test]
    fn no_request_is_too_strange() {
        let endpoint = RegistryEndpoint::new(Arc::new(Shelf::in_memory()));
        let digest = digest::Digest::of(b"x");
        let resources = [
            "tags/list?n=-1&last=%ff",
            "manifests/1",
            "manifests/:",
            "manifests/sha256:",
            "blobs/uploads/?mount=sha256:&from=//",
            "blobs/uploads/?digest=%00",
            "blobs/uploads/x?_state=.&digest=::",
            "blobs/uploads/x?_state=99999999999999999999999.0",
            "referrers/x:y",
        ];
        let mut paths: Vec<String> = resources.map(|resource| format!("/v2/a/{resource}")).into();
        paths.extend([format!("/v2/a/blobs/{digest}"), format!("/v2/a/manifests/{digest}")]);
        paths.extend(["*", "/", "/v2/?", "/v2/_catalog?n=18446744073709551616&last=%", "/v2/%c3%28/tags/list"].map(str::to_owned));
        let values: [&[u8]; 5] = [b"", b"bytes=--", b"bytes 9-/", b"\xff\xfe", b"application/vnd.oci.image.index.v1+json"];
        let bodies = ["", "{}", "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"\\u0000\"}]}"];
        for (path, method) in
            paths.iter().flat_map(|path| ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "BREW"].map(|m| (path, m)))
        {
            for (value, body) in values.iter().flat_map(|value| bodies.map(|body| (value, body))) {
                let mut request = Request::builder().method(method).uri(path);
                for name in ["host", "range", "content-range", "content-type", "accept", "if-none-match"] {
                    request = request.header(name, HeaderValue::from_bytes(value).unwrap());
                }
                let request = request.body(Bytes::from(body)).unwrap();
                let _ = endpoint.scopes(&request);
                assert_ne!(endpoint.answer(&request).status(), StatusCode::NOT_IMPLEMENTED, "{method} {path}");
            }
        }
    }
}
