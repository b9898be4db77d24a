//! Requests to the sandbox: each a line `METHOD PATH`, headers, an empty line and a body; several are parted by a line of `%%`.

use std::sync::Arc;

use hyper::{Request, body::Bytes};
use sandbox::{notary::TrustEndpoint, registry::RegistryEndpoint, scope::Scope, shelf::Shelf, tokens::Tokens};

use crate::forge::forge;

/// Most requests of one input.
const MOST: usize = 8;

fn requests(bytes: &[u8]) -> Vec<Request<Bytes>> {
    let mut rest = bytes;
    let mut found = Vec::new();
    while found.len() < MOST && !rest.is_empty() {
        let end = rest.windows(4).position(|window| window == b"\n%%\n");
        let (one, after) =
            end.map_or((rest, &[][..]), |end| (rest.get(..end).unwrap_or_default(), rest.get(end + 4..).unwrap_or_default()));
        found.extend(request(one));
        rest = after;
    }
    found
}

fn request(bytes: &[u8]) -> Option<Request<Bytes>> {
    let end = bytes.windows(2).position(|window| window == b"\n\n").unwrap_or(bytes.len());
    let (head, body) = bytes.split_at_checked(end)?;
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = lines.next()?;
    let space = first.iter().position(|byte| *byte == b' ')?;
    let (method, uri) = (first.get(..space)?, first.get(space + 1..)?);
    let mut request = Request::builder().method(method).uri(uri);
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        request = request.header(line.get(..colon)?, line.get(colon + 1..)?.trim_ascii());
    }
    request.body(Bytes::copy_from_slice(body.get(2..).unwrap_or_default())).ok()
}

/// Each request is answered.
pub(crate) fn notary(bytes: &[u8]) {
    let endpoint = TrustEndpoint::new(Arc::new(Shelf::in_memory()));
    for request in requests(bytes) {
        let _ = endpoint.scopes(&request);
        assert!(endpoint.answer(&request, forge().now).status().as_u16() >= 200);
    }
}

/// The same of the registry.
pub(crate) fn registry(bytes: &[u8]) {
    let endpoint = RegistryEndpoint::new(Arc::new(Shelf::in_memory()));
    for request in requests(bytes) {
        let _ = endpoint.scopes(&request);
        assert!(endpoint.answer(&request).status().as_u16() >= 200);
    }
}

/// The same of the token server. A token that nobody gave lets nobody in.
pub(crate) fn tokens(bytes: &[u8]) {
    let tokens = Tokens::new("localhost:5000", Arc::new(Shelf::in_memory()));
    let scopes = [Scope::repository("prod/nginx", &["pull"])];
    for request in requests(bytes) {
        assert!(tokens.check(&request, &scopes, forge().now).is_err());
        let _ = tokens.answer(&request, forge().now);
    }
}
