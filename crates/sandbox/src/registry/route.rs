//! Which resource a path names.

use super::names::{NotAName, RepositoryName, Tag};

/// A resource of the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RegistryRoute {
    /// `/v2/`: is a registry there, and may I speak to it?
    Base,
    /// `/v2/_catalog`
    Catalog,
    /// Something in a repository; the name has the form of one, though it may be too long.
    In(Result<RepositoryName, String>, Resource),
}

/// A resource in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    /// `tags/list`
    Tags,
    /// `manifests/…`: a tag, or what has the form of a digest.
    Manifest(Reference),
    /// `blobs/…`: what has the form of a digest.
    Blob(String),
    /// `blobs/uploads/`
    Uploads,
    /// `blobs/uploads/…`
    Upload(String),
    /// `referrers/…`
    Referrers(String),
}

/// How a manifest is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// By a tag.
    Tag(Tag),
    /// By what has the form of a digest.
    Digest(String),
}

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A resource.
    Route(RegistryRoute),
    /// Nothing, but something is at this path, which is the same in other words.
    Elsewhere(String),
    /// Nothing.
    Nothing,
}

/// Finds what is at a path, as it stands in the request.
#[must_use]
pub(super) fn find(path: &str) -> Found {
    let Some(path) = unescape(path).filter(|path| path.starts_with('/')) else { return Found::Nothing };
    let clean = cleaned(&path);
    if clean != path {
        return Found::Elsewhere(clean);
    }
    if let Some(route) = route(&path) {
        return Found::Route(route);
    }
    // a slash too much or too few at the end
    let other = path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned);
    if route(&other).is_some() { Found::Elsewhere(other) } else { Found::Nothing }
}

fn route(path: &str) -> Option<RegistryRoute> {
    let rest = path.strip_prefix("/v2/")?;
    match rest {
        "" => return Some(RegistryRoute::Base),
        "_catalog" => return Some(RegistryRoute::Catalog),
        _ => {}
    }
    let (name, resource) = resource(rest)?;
    let name = match RepositoryName::parse(name) {
        Ok(name) => Ok(name),
        Err(NotAName::Length) => Err(name.to_owned()),
        Err(NotAName::Form) => return None,
    };
    Some(RegistryRoute::In(name, resource))
}

/// Takes the resource off the end, as a name may have words like `manifests` in it.
fn resource(rest: &str) -> Option<(&str, Resource)> {
    if let Some(name) = rest.strip_suffix("/tags/list") {
        return Some((name, Resource::Tags));
    }
    if let Some(name) = rest.strip_suffix("/blobs/uploads/") {
        return Some((name, Resource::Uploads));
    }
    let (before, last) = rest.rsplit_once('/')?;
    if let Some(name) = before.strip_suffix("/blobs/uploads") {
        return is_upload_id(last).then(|| (name, Resource::Upload(last.to_owned())));
    }
    let (name, collection) = before.rsplit_once('/')?;
    let digest = || has_digest_form(last).then(|| last.to_owned());
    let resource = match collection {
        "manifests" => Resource::Manifest(match Tag::parse(last) {
            Some(tag) => Reference::Tag(tag),
            None => Reference::Digest(digest()?),
        }),
        "blobs" => Resource::Blob(digest()?),
        "referrers" => Resource::Referrers(digest()?),
        _ => return None,
    };
    Some((name, resource))
}

fn is_upload_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'='))
}

/// Any algorithm and any value: whether it is a digest is for the resource to say.
fn has_digest_form(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'=' | b'_' | b'-' | b'.' | b'+');
    text.split_once(':')
        .is_some_and(|(name, value)| !name.is_empty() && !value.is_empty() && text.bytes().all(|b| word(b) || b == b':'))
}

/// Without `//`, `.` and `..`.
fn cleaned(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let end = if path.ends_with('/') && !parts.is_empty() { "/" } else { "" };
    format!("/{}{end}", parts.join("/"))
}

/// None where the escapes are none, or not of a text.
fn unescape(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(name: &str, resource: Resource) -> Found {
        Found::Route(RegistryRoute::In(Ok(RepositoryName::parse(name).unwrap()), resource))
    }

    #[test]
    fn every_resource_is_found() {
        let digest = format!("sha256:{}", "0".repeat(64));
        let tag = |text| Resource::Manifest(Reference::Tag(Tag::parse(text).unwrap()));
        assert_eq!(find("/v2/"), Found::Route(RegistryRoute::Base));
        assert_eq!(find("/v2/_catalog"), Found::Route(RegistryRoute::Catalog));
        assert_eq!(find("/v2/a/b/tags/list"), within("a/b", Resource::Tags));
        assert_eq!(find("/v2/a%2fb/tags/list"), within("a/b", Resource::Tags));
        assert_eq!(find("/v2/manifests/x/manifests/1"), within("manifests/x", tag("1")));
        assert_eq!(find(&format!("/v2/a/manifests/{digest}")), within("a", Resource::Manifest(Reference::Digest(digest.clone()))));
        assert_eq!(find(&format!("/v2/a/blobs/{digest}")), within("a", Resource::Blob(digest.clone())));
        assert_eq!(find(&format!("/v2/a/referrers/{digest}")), within("a", Resource::Referrers(digest.clone())));
        assert_eq!(find("/v2/a/blobs/uploads/"), within("a", Resource::Uploads));
        assert_eq!(find("/v2/a/blobs/uploads/1-2"), within("a", Resource::Upload("1-2".into())));
        let long = "a".repeat(256);
        assert_eq!(find(&format!("/v2/{long}/tags/list")), Found::Route(RegistryRoute::In(Err(long), Resource::Tags)));
    }

    #[test]
    fn the_same_in_other_words() {
        for (path, clean) in [
            ("/v2", "/v2/"),
            ("/v2/a/tags/list/", "/v2/a/tags/list"),
            ("/v2/a/blobs/uploads", "/v2/a/blobs/uploads/"),
            ("/v2//a/tags/list", "/v2/a/tags/list"),
            ("/v2/a/../b/tags/list", "/v2/b/tags/list"),
            ("/../../v2/", "/v2/"),
        ] {
            assert_eq!(find(path), Found::Elsewhere(clean.to_owned()), "{path}");
        }
    }

    #[test]
    fn nothing_else_is_there() {
        for path in [
            "/",
            "",
            "*",
            "/v1/",
            "/v2/a",
            "/v2/tags/list",
            "/v2/A/tags/list",
            "/v2/a/manifests/",
            "/v2/a/manifests/-x",
            "/v2/a/blobs/x",
            "/v2/a/blobs/uploads/!",
            "/v2/a/%/tags/list",
            "/v2/a/%ff/tags/list",
            "/v2/%+1/tags/list",
            "/v2/a/b/c",
        ] {
            assert_eq!(find(path), Found::Nothing, "{path}");
        }
    }
}
