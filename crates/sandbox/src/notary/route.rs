//! What a request asks for: the routes of Notary's server (`server/server.go`), with what its patterns take for a repository, a role, a hash.

use hyper::{Method, Request, body::Bytes};

use crate::scope::Scope;

/// A request that is known by its method and path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotaryRoute {
    /// An upload of metadata to a repository.
    Update(String),
    /// A repository is deleted.
    Delete(String),
    /// A file of a repository's role.
    File(String, String, Edition),
    /// The server's key of a repository's role.
    Key(String, String),
    /// A new one of it.
    RotateKey(String, String),
    /// What changed in a repository, or in all.
    Changes(Option<String>),
    /// `GET /v2/`
    Base,
    /// Whether the server is well.
    Health,
    /// A path that is not in its shortest form; the shortest one.
    Elsewhere(String),
    /// A method that no path has.
    NoSuchMethod,
    /// Anything else.
    Unknown,
}

/// Which file of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Edition {
    /// The newest.
    Current,
    /// The one with this SHA-256, as it was asked for.
    Hash(String),
    /// The one of this version, in digits.
    Version(String),
}

impl NotaryRoute {
    /// Finds the route, in the order in which the server tries them.
    pub(super) fn of(request: &Request<Bytes>) -> Self {
        let path = decode(request.uri().path());
        let clean = clean(&path);
        if clean != path {
            return Self::Elsewhere(request.uri().query().map_or_else(|| clean.clone(), |query| format!("{clean}?{query}")));
        }
        let method = request.method();
        match (method, path.as_str()) {
            (&Method::GET, "/v2/") => return Self::Base,
            (&Method::GET, "/v2/_trust/changefeed") => return Self::Changes(None),
            (&Method::GET, "/_notary_server/health") => return Self::Health,
            _ => {}
        }
        let below = path.strip_prefix("/v2/").unwrap_or_default();
        if method == Method::GET
            && let Some(gun) = below.strip_suffix("/_trust/changefeed").filter(|gun| is_gun(gun))
        {
            return Self::Changes(Some(gun.to_owned()));
        }
        if let Some(route) = in_repository(method, below) {
            return route;
        }
        let known = [Method::GET, Method::POST, Method::PUT, Method::HEAD, Method::DELETE];
        if known.contains(method) { Self::Unknown } else { Self::NoSuchMethod }
    }

    /// What a token must allow, where one is needed; for what belongs to no repository, an administrator's.
    pub(super) fn scopes(&self) -> Option<Vec<Scope>> {
        let scope = match self {
            Self::Update(gun) | Self::Key(gun, _) => Scope::repository(gun, &["push", "pull"]),
            Self::File(gun, ..) | Self::Changes(Some(gun)) => Scope::repository(gun, &["pull"]),
            Self::Delete(gun) | Self::RotateKey(gun, _) => Scope::repository(gun, &["*"]),
            Self::Base | Self::Changes(None) | Self::Unknown => {
                Scope { kind: "registry", name: "catalog".to_owned(), actions: &["*"] }
            }
            Self::Health | Self::Elsewhere(_) | Self::NoSuchMethod => return None,
        };
        Some(vec![scope])
    }
}

/// `GUN/_trust/tuf/REST`; the GUN is as long as the rest allows, as the pattern is greedy.
fn in_repository(method: &Method, below: &str) -> Option<NotaryRoute> {
    const MARK: &str = "/_trust/tuf/";
    below.rmatch_indices(MARK).find_map(|(at, _)| {
        let (gun, rest) = (below.get(..at)?, below.get(at + MARK.len()..)?);
        is_gun(gun).then(|| in_tuf(method, gun, rest))?
    })
}

fn in_tuf(method: &Method, gun: &str, rest: &str) -> Option<NotaryRoute> {
    let gun = gun.to_owned();
    if rest.is_empty() {
        return match *method {
            Method::POST => Some(NotaryRoute::Update(gun)),
            Method::DELETE => Some(NotaryRoute::Delete(gun)),
            _ => None,
        };
    }
    if let Some(role) = rest.strip_suffix(".key").filter(|role| matches!(*role, "snapshot" | "timestamp")) {
        return match *method {
            Method::GET => Some(NotaryRoute::Key(gun, role.to_owned())),
            Method::POST => Some(NotaryRoute::RotateKey(gun, role.to_owned())),
            _ => None,
        };
    }
    let name = rest.strip_suffix(".json").filter(|_| *method == Method::GET)?;
    if let Some((role, hash)) = name.rsplit_once('.').filter(|(role, hash)| is_role(role) && is_hash(hash)) {
        return Some(NotaryRoute::File(gun, role.to_owned(), Edition::Hash(hash.to_owned())));
    }
    let is_version = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if let Some((version, role)) = name.split_once('.').filter(|(version, role)| is_version(version) && is_role(role)) {
        return Some(NotaryRoute::File(gun, role.to_owned(), Edition::Version(version.to_owned())));
    }
    is_role(name).then(|| NotaryRoute::File(gun, name.to_owned(), Edition::Current))
}

fn is_gun(name: &str) -> bool {
    !name.is_empty() && !name.contains('*')
}

/// Far more names than there can be roles: whether there is one is for the store to say.
fn is_role(name: &str) -> bool {
    let is_segment = |segment: &str| !segment.is_empty() && !segment.contains([' ', '\t', '\n', '\u{c}', '\r']);
    match name.strip_prefix("targets/") {
        Some(below) => below.split('/').all(is_segment),
        None => matches!(name, "root" | "targets" | "snapshot" | "timestamp"),
    }
}

fn is_hash(hex: &str) -> bool {
    matches!(hex.len(), 64 | 96 | 128) && hex.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A path without its percent signs.
fn decode(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let decoded = (*first == b'%').then(|| more.split_at_checked(2)).flatten().and_then(|(digits, more)| {
            let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
            Some((u8::from_str_radix(digits, 16).ok()?, more))
        });
        let (byte, more) = decoded.unwrap_or((*first, more));
        bytes.push(byte);
        rest = more;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Without empty segments, `.` and `..` (Go's `path.Clean`); a slash at the end stays.
fn clean(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let end = if path.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    format!("/{}{end}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(method: &str, path: &str) -> NotaryRoute {
        NotaryRoute::of(&Request::builder().method(method).uri(path).body(Bytes::new()).unwrap())
    }

    #[test]
    fn the_name_of_a_repository_is_as_long_as_can_be() {
        let gun = "h:1/a/_trust/tuf/b".to_owned();
        assert_eq!(route("POST", "/v2/h:1/a/_trust/tuf/b/_trust/tuf/"), NotaryRoute::Update(gun));
        assert_eq!(
            route("GET", "/v2/a/_trust/tuf/root.json/_trust/tuf/x.json"),
            NotaryRoute::Unknown,
            "the rest of neither mark is a file"
        );
    }

    #[test]
    fn files_are_told_apart_in_the_server_s_order() {
        let file = |path: &str| match route("GET", &format!("/v2/g/_trust/tuf/{path}")) {
            NotaryRoute::File(_, role, edition) => Some((role, edition)),
            _ => None,
        };
        let hash = "aB".repeat(32);
        assert_eq!(file("root.json"), Some(("root".to_owned(), Edition::Current)));
        assert_eq!(file("targets/a.b.json"), Some(("targets/a.b".to_owned(), Edition::Current)));
        assert_eq!(file("007.targets/a.json"), Some(("targets/a".to_owned(), Edition::Version("007".to_owned()))));
        assert_eq!(file(&format!("targets/a.{hash}.json")), Some(("targets/a".to_owned(), Edition::Hash(hash.clone()))));
        for other in ["roots.json", "root.abc.json", "root", "x.json", "targets/.json", "1.root", &format!("{hash}.root.json")] {
            assert_eq!(file(other), None, "{other}");
        }
    }

    #[test]
    fn a_path_is_read_in_its_shortest_form() {
        assert_eq!(route("GET", "/v2//a/_trust/tuf/root.json"), NotaryRoute::Elsewhere("/v2/a/_trust/tuf/root.json".to_owned()));
        assert_eq!(route("GET", "/v2/a/../_trust/changefeed"), NotaryRoute::Elsewhere("/v2/_trust/changefeed".to_owned()));
        assert_eq!(route("DELETE", "/v2/a%2Fb/_trust/tuf/"), NotaryRoute::Delete("a/b".to_owned()));
        assert_eq!(
            route("GET", "/v2/%zz%/_trust/tuf/root.json"),
            NotaryRoute::File("%zz%".to_owned(), "root".to_owned(), Edition::Current)
        );
        assert_eq!(route("PATCH", "/v2/a/_trust/tuf/"), NotaryRoute::NoSuchMethod);
        assert_eq!(route("PUT", "/v2/a/_trust/tuf/"), NotaryRoute::Unknown);
    }
}
