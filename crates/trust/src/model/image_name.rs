//! Names of images, normalised as Docker does (distribution/reference, `ParseNormalizedNamed`), with its messages word for word.

use super::{
    digest::Sha256,
    gun::{DOCKER_HUB, Gun, InvalidGun, OLD_DOCKER_HUB},
    tag::Tag,
};

/// Longest path of a repository, in bytes, without the domain.
const MAX_PATH: usize = 255;

/// A text that is no image reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReference {
    /// The digest does not suit its algorithm.
    #[error("the digest does not suit its algorithm")]
    DigestFormat,
    /// The digest's length does not suit its algorithm.
    #[error("the digest's length does not suit its algorithm")]
    DigestLength,
    /// The digest's algorithm is not known.
    #[error("the digest's algorithm is not known")]
    DigestUnsupported,
    /// It does not follow the grammar.
    #[error("it is not NAME[:TAG][@DIGEST]")]
    Format,
    /// The name cannot be a GUN.
    #[error(transparent)]
    Gun(#[from] InvalidGun),
    /// It could be the ID of an image.
    #[error("{0} could be the ID of an image")]
    Identifier(String),
    /// The name is too long.
    #[error("the name is longer than 255 characters")]
    TooLong,
    /// It would follow the grammar in lower case.
    #[error("the name has letters of upper case")]
    Uppercase,
    /// The path has letters of upper case.
    #[error("{0} has letters of upper case")]
    UppercasePath(String),
}

/// An image, as a person names it: `NAME[:TAG][@DIGEST]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageName {
    /// The argument as it was typed; messages repeat it.
    pub typed: String,
    /// The normalised name of the repository.
    pub gun: Gun,
    /// What of the repository is meant.
    pub selector: Selector,
}

/// What of a repository is meant. The digest is none where its algorithm is another than SHA-256: no such digest is ever signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// No tag and no digest; none is made up.
    Whole,
    /// What stands under a tag.
    Tag(Tag),
    /// A content.
    Digest(Option<Sha256>),
    /// A content that is to stand under a tag. Docker lets the digest win.
    TagAndDigest(Tag, Option<Sha256>),
}

impl ImageName {
    /// Reads an argument that names an image.
    pub fn parse(typed: &str) -> Result<Self, InvalidReference> {
        let parsed = normalize(typed)?;
        let sha256 = |digest: &str| Sha256::from_hex(digest.strip_prefix("sha256:")?);
        let selector = match (parsed.tag.and_then(Tag::parse), parsed.digest) {
            (None, None) => Selector::Whole,
            (Some(tag), None) => Selector::Tag(tag),
            (None, Some(digest)) => Selector::Digest(sha256(digest)),
            (Some(tag), Some(digest)) => Selector::TagAndDigest(tag, sha256(digest)),
        };
        Ok(Self { typed: typed.to_owned(), gun: Gun::parse(&parsed.name)?, selector })
    }

    /// The tag, with a digest beside it or without.
    #[must_use]
    pub fn tag(&self) -> Option<&Tag> {
        match &self.selector {
            Selector::Tag(tag) | Selector::TagAndDigest(tag, _) => Some(tag),
            Selector::Whole | Selector::Digest(_) => None,
        }
    }
}

/// Reads a `REPOSITORY` argument. `docker trust signer` reads it as an image, and passes over a tag or digest.
pub fn repository(typed: &str) -> Result<Gun, InvalidReference> {
    ImageName::parse(typed).map(|image| image.gun)
}

/// A repository's name as Docker shows it to people: without its own registry and without `library/` (`reference.FamiliarName`).
#[must_use]
pub fn familiar(gun: &Gun) -> &str {
    let name = gun.as_str();
    match name.strip_prefix(DOCKER_HUB).and_then(|rest| rest.strip_prefix('/')) {
        None => name,
        Some(path) => path.strip_prefix("library/").filter(|rest| !rest.contains('/')).unwrap_or(path),
    }
}

struct Parsed<'a> {
    name: String,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

fn normalize(typed: &str) -> Result<Parsed<'_>, InvalidReference> {
    if typed.len() == 64 && typed.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(InvalidReference::Identifier(typed.to_owned()));
    }
    let (domain, prefix, rest) = split_domain(typed);
    let path = format!("{prefix}{}", rest.split(':').next().unwrap_or_default());
    if lower(&path) != path {
        return Err(InvalidReference::UppercasePath(path));
    }
    let Some(parsed) = parse(domain, prefix, rest) else {
        let (domain, rest) = (lower(domain), lower(rest));
        let in_lower_case = parse(&domain, prefix, &rest).is_some();
        return Err(if in_lower_case { InvalidReference::Uppercase } else { InvalidReference::Format });
    };
    if parsed.name.len() - domain.len() - 1 > MAX_PATH {
        return Err(InvalidReference::TooLong);
    }
    parsed.digest.map_or(Ok(()), check_digest)?;
    Ok(parsed)
}

/// The domain, what Docker puts before the rest (`library/` or nothing), and the rest (`splitDockerDomain`).
fn split_domain(typed: &str) -> (&str, &'static str, &str) {
    const OFFICIAL: &str = "library/";
    let Some((first, rest)) = typed.split_once('/') else { return (DOCKER_HUB, OFFICIAL, typed) };
    let (domain, rest) = if first == OLD_DOCKER_HUB {
        (DOCKER_HUB, rest)
    } else if first == "localhost" || first.contains(['.', ':']) || lower(first) != first {
        (first, rest)
    } else {
        (DOCKER_HUB, typed)
    };
    let official = domain == DOCKER_HUB && !rest.contains('/');
    (domain, if official { OFFICIAL } else { "" }, rest)
}

fn parse<'a>(domain: &str, prefix: &str, rest: &'a str) -> Option<Parsed<'a>> {
    let (tagged, digest) = match rest.split_once('@') {
        Some((tagged, digest)) => (tagged, Some(digest)),
        None => (rest, None),
    };
    let (path, tag) = match tagged.split_once(':') {
        Some((path, tag)) => (path, Some(tag)),
        None => (tagged, None),
    };
    let valid = is_domain(domain)
        && path.split('/').all(is_path_component)
        && tag.is_none_or(|tag| Tag::parse(tag).is_some())
        && digest.is_none_or(is_digest);
    valid.then(|| Parsed { name: format!("{domain}/{prefix}{path}"), tag, digest })
}

/// A host name, an address or an IPv6 address in brackets, and perhaps a port.
fn is_domain(domain: &str) -> bool {
    let (host, port) = match domain.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (domain, None),
    };
    let is_host = match host.strip_prefix('[') {
        Some(rest) => {
            rest.strip_suffix(']').is_some_and(|ip| !ip.is_empty() && ip.bytes().all(|b| b.is_ascii_hexdigit() || b == b':'))
        }
        None => host.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        }),
    };
    is_host && port.is_none_or(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}

/// `[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*`
fn is_path_component(component: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    component.starts_with(word)
        && component.ends_with(word)
        && component.split(word).all(|gap| matches!(gap, "" | "." | "_" | "__") || gap.bytes().all(|b| b == b'-'))
}

/// `[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*[:][[:xdigit:]]{32,}`
fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else { return false };
    algorithm
        .split(['-', '_', '+', '.'])
        .all(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.bytes().all(|b| b.is_ascii_alphanumeric()))
        && hex.len() >= 32
        && hex.bytes().all(|b| b.is_ascii_hexdigit())
}

/// opencontainers/go-digest `Validate`, for a text that has the form of a digest.
fn check_digest(digest: &str) -> Result<(), InvalidReference> {
    let Some((algorithm, hex)) = digest.split_once(':') else { return Err(InvalidReference::DigestFormat) };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ if algorithm.bytes().any(|b| b.is_ascii_uppercase()) => return Err(InvalidReference::DigestFormat),
        _ => return Err(InvalidReference::DigestUnsupported),
    };
    if hex.len() != length {
        return Err(InvalidReference::DigestLength);
    }
    if hex.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(InvalidReference::DigestFormat);
    }
    Ok(())
}

/// Go's `strings.ToLower`: one character for each.
fn lower(text: &str) -> String {
    text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX64: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

    #[test]
    fn names_are_normalised() {
        for (typed, gun, tag) in [
            ("alpine", "docker.io/library/alpine", None),
            ("alpine:3", "docker.io/library/alpine", Some("3")),
            ("library/alpine", "docker.io/library/alpine", None),
            ("docker.io/alpine", "docker.io/library/alpine", None),
            ("index.docker.io/alpine", "docker.io/library/alpine", None),
            ("index.docker.io/x/y:1", "docker.io/x/y", Some("1")),
            ("user/repo", "docker.io/user/repo", None),
            ("foo/foo/bar", "docker.io/foo/foo/bar", None),
            ("localhost/foo", "localhost/foo", None),
            ("localhost:5000/foo:bar", "localhost:5000/foo", Some("bar")),
            ("LOCALHOST/foo", "LOCALHOST/foo", None),
            ("Foo/bar", "Foo/bar", None),
            ("127.0.0.1:5000/foo", "127.0.0.1:5000/foo", None),
            ("[::1]:5000/foo", "[::1]:5000/foo", None),
            ("[2001:db8::1]/foo", "[2001:db8::1]/foo", None),
            ("xn--7o8h.com/myimage:xn--7o8h.com", "xn--7o8h.com/myimage", Some("xn--7o8h.com")),
            ("dtr.example.com/prod/nginx:1", "dtr.example.com/prod/nginx", Some("1")),
            ("test.com/a__b/c--d.e_f", "test.com/a__b/c--d.e_f", None),
            ("localhost", "docker.io/library/localhost", None),
            ("test:5000", "docker.io/library/test", Some("5000")),
            ("foo:A.-_", "docker.io/library/foo", Some("A.-_")),
        ] {
            let image = ImageName::parse(typed).unwrap_or_else(|e| panic!("{typed}: {e}"));
            let selector = tag.and_then(Tag::parse).map_or(Selector::Whole, Selector::Tag);
            assert_eq!((image.gun.as_str(), image.selector), (gun, selector), "{typed}");
            assert_eq!(image.typed, typed);
            assert_eq!(repository(typed).unwrap().as_str(), gun);
        }
    }

    #[test]
    fn a_digest_stands_alone_or_beside_a_tag() {
        let (digest, tag) = (Sha256::from_hex(HEX64), Tag::parse("3").unwrap());
        for (typed, selector) in [
            (format!("alpine@sha256:{HEX64}"), Selector::Digest(digest)),
            (format!("alpine:3@sha256:{HEX64}"), Selector::TagAndDigest(tag.clone(), digest)),
            (format!("alpine@sha512:{HEX64}{HEX64}"), Selector::Digest(None)),
            (format!("alpine:3@sha512:{HEX64}{HEX64}"), Selector::TagAndDigest(tag, None)),
        ] {
            let image = ImageName::parse(&typed).unwrap();
            assert_eq!((image.gun.as_str(), image.selector), ("docker.io/library/alpine", selector), "{typed}");
        }
    }

    /// `docker trust sign X` of Docker 28.2.2 prints each of these messages.
    #[test]
    fn what_is_no_reference_is_refused() {
        let long = format!("example.com/{}", "a/".repeat(128) + "a");
        for (typed, error) in [
            ("", InvalidReference::Format),
            (":tag", InvalidReference::Format),
            ("a//b", InvalidReference::Format),
            ("/a", InvalidReference::Format),
            ("a/", InvalidReference::Format),
            ("http://x/y", InvalidReference::Format),
            ("alpine:", InvalidReference::Format),
            ("alpine@", InvalidReference::Format),
            ("alpine:tag with space", InvalidReference::Format),
            ("-foo/bar", InvalidReference::Format),
            ("foo.com/-bar", InvalidReference::Format),
            ("foo-/bar", InvalidReference::Format),
            ("foo___bar", InvalidReference::Format),
            ("a..b", InvalidReference::Format),
            ("a_.b", InvalidReference::Format),
            ("_foo", InvalidReference::Format),
            ("docker/dücker", InvalidReference::Format),
            ("ｆｏｏ", InvalidReference::Format),
            ("[fe80::1%eth0]:5000/foo", InvalidReference::Format),
            ("[::1]foo/x", InvalidReference::Format),
            ("[]:5000/foo", InvalidReference::Format),
            ("x.com:/foo", InvalidReference::Format),
            ("foo@sha256:1234", InvalidReference::Format),
            ("foo\n", InvalidReference::Format),
            ("../x", InvalidReference::Format),
            ("alpine:\u{212a}", InvalidReference::Uppercase),
            ("ALPINE", InvalidReference::UppercasePath("library/ALPINE".to_owned())),
            ("library/ALPINE:1", InvalidReference::UppercasePath("library/ALPINE".to_owned())),
            ("test:5000/Uppercase/repo", InvalidReference::UppercasePath("Uppercase/repo".to_owned())),
            ("Foo", InvalidReference::UppercasePath("library/Foo".to_owned())),
            (&format!("foo@sha256:{}", "f".repeat(40)), InvalidReference::DigestLength),
            (&format!("foo@sha256:{}", "F".repeat(64)), InvalidReference::DigestFormat),
            (&format!("foo@SHA256:{}", "f".repeat(64)), InvalidReference::UppercasePath("library/foo@SHA256".to_owned())),
            (&format!("foo@md5:{}", "f".repeat(32)), InvalidReference::DigestUnsupported),
            (HEX64, InvalidReference::Identifier(HEX64.to_owned())),
            (&long, InvalidReference::TooLong),
            (&format!("alpine:{}", "t".repeat(129)), InvalidReference::Format),
        ] {
            assert_eq!(ImageName::parse(typed).unwrap_err(), error, "{typed:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_taken_stays_as_it_is(typed in "[a-zA-Z0-9.:/@_\\[\\]-]{1,40}|\\PC{0,20}") {
            if let Ok(taken) = ImageName::parse(&typed) {
                // normalised once, it is normal
                proptest::prop_assert_eq!(ImageName::parse(taken.gun.as_str()).map(|again| again.gun), Ok(taken.gun));
            }
        }
    }
}
