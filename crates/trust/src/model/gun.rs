//! The globally unique name of a repository.

use std::fmt;

/// A repository's name as Notary knows it, such as `dtr.example.com/prod/nginx`.
///
/// It becomes part of a URL and of a folder's path, so it holds nothing that could leave either: components
/// separated by `/`, none of them empty, `.` or `..`, or beginning with a dot; no control character, white space,
/// backslash, `?`, `#` or `%`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gun(String);

/// Docker Hub as a registry: the one that is meant where a name has none.
pub const DOCKER_HUB: &str = "docker.io";

/// The older name of the same registry.
pub const OLD_DOCKER_HUB: &str = "index.docker.io";

/// The name under which Docker keeps a login for a registry, and tells an Engine of it.
#[must_use]
pub fn login_key(registry: &str) -> &str {
    if registry == DOCKER_HUB { "https://index.docker.io/v1/" } else { registry }
}

/// Longest GUN accepted, in bytes: Notary's server stores it in a column of 255.
const MAX_LEN: usize = 255;

/// A name that cannot be a GUN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid repository name {name:?}: {reason}")]
pub struct InvalidGun {
    /// What was given.
    pub name: String,
    /// Which rule it breaks.
    pub reason: &'static str,
}

impl Gun {
    /// Checks a name and takes it as it is.
    pub fn parse(name: &str) -> Result<Self, InvalidGun> {
        let refuse = |reason| Err(InvalidGun { name: name.to_owned(), reason });
        if name.is_empty() {
            return refuse("it is empty");
        }
        if name.len() > MAX_LEN {
            return refuse("it is longer than 255 bytes");
        }
        if name.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, '\\' | '?' | '#' | '%')) {
            return refuse("it holds a character that a repository's name cannot have");
        }
        if name.split('/').any(|component| component.is_empty() || component.starts_with('.')) {
            return refuse("a component is empty or begins with a dot");
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first `/`: the registry's host, with its port where it has one.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }
}

impl fmt::Display for Gun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_images_are_taken_as_they_are() {
        for name in ["docker.io/library/alpine", "localhost:5000/foo", "dtr.example.com/prod/nginx", "[::1]:5000/foo"] {
            assert_eq!(Gun::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(Gun::parse("localhost:5000/foo").unwrap().host(), "localhost:5000");
    }

    #[test]
    fn nothing_leaves_the_trust_folder_or_the_server() {
        for name in [
            "",
            "..",
            ".",
            "../x",
            "a/../b",
            "a/./b",
            "/a",
            "a//b",
            "a/",
            "a/.dct",
            "a?b",
            "a#b",
            "a%2e",
            "a b",
            "a\nb",
            "a\\b",
            &"x".repeat(256),
        ] {
            assert!(Gun::parse(name).is_err(), "{name:?}");
        }
    }
}
