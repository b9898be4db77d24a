//! Names of repositories and tags, as the distribution specification spells them.

use std::fmt;

/// The longest name, as distribution has it.
const MAX_NAME: usize = 255;
const MAX_TAG: usize = 128;

/// A repository's name: `prod/nginx`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryName(String);

/// A tag: `1.27-alpine`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag(String);

/// Why a text is no repository's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAName {
    /// Its characters are not those of a name.
    Form,
    /// It has the form, and more than 255 characters.
    Length,
}

impl RepositoryName {
    /// Reads components of lower-case letters and digits between `/`; inside of one may stand `.`, `_`, `__` or any number of `-`.
    pub fn parse(text: &str) -> Result<Self, NotAName> {
        if !text.split('/').all(is_component) {
            return Err(NotAName::Form);
        }
        if text.len() > MAX_NAME {
            return Err(NotAName::Length);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Tag {
    /// Reads up to 128 letters, digits, `_`, `.` and `-`, the first of them no `.` and no `-`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let good = text.starts_with(word) && text.len() <= MAX_TAG && text.chars().all(|c| word(c) || c == '.' || c == '-');
        good.then(|| Self(text.to_owned()))
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Words of letters and digits, with a separator between each two of them.
fn is_component(text: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let good = |separator: &str| matches!(separator, "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-');
    text.starts_with(word) && text.ends_with(word) && text.split(word).all(good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["a", "prod/nginx", "a1/b2/c3", "a.b", "a_b", "a__b", "a---b", "0", &"a".repeat(255)] {
            assert_eq!(RepositoryName::parse(good).unwrap().as_str(), good);
        }
        for bad in
            ["", "/", "a/", "/a", "a//b", "A", "a___b", "a..b", "a._b", "-a", "a-", "_catalog", "a b", "é", "a:1", "a@b", ".."]
        {
            assert_eq!(RepositoryName::parse(bad), Err(NotAName::Form), "{bad:?}");
        }
        assert_eq!(RepositoryName::parse(&"a".repeat(256)), Err(NotAName::Length));
    }

    #[test]
    fn tags() {
        for good in ["1", "v1.2-rc_3", "_a", "A", &"t".repeat(128)] {
            assert_eq!(Tag::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", ".a", "-a", "a/b", "a:b", "é", &"t".repeat(129)] {
            assert_eq!(Tag::parse(bad), None, "{bad:?}");
        }
    }
}
