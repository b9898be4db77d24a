//! Which roots a person lets in: the settings `root` of `dct/config.toml`.
//!
//! ```toml
//! [root]
//! first-use = false
//!
//! [registry."dtr.example.com".root.pins]
//! "prod/*" = { keys = ["5b1f…"], ca = "company-root-ca.pem" }
//! "prod/nginx" = { certificates = ["9c40…"] }
//! ```

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Deserializer, de::Error as _};

use trust::model::{
    gun::{DOCKER_HUB, OLD_DOCKER_HUB},
    key_id::{CanonicalKeyId, TufKeyId},
};

/// What holds for the repositories of every registry that says nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RootDefaults {
    /// Whether a first root may be trusted that nothing is pinned for. Default: yes.
    pub first_use: bool,
}

/// What can be set for the roots of one registry's repositories.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RootSettings {
    /// Whether a first root may be trusted that nothing is pinned for. Default: what holds for all.
    pub first_use: Option<bool>,
    /// What vouches for the root keys of a repository, or of those whose path begins so. The narrowest pattern counts.
    pub pins: BTreeMap<Pattern, PinSettings>,
}

/// What vouches for a root key: a key counts that one of these names. Where they name nothing, no root is let in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct PinSettings {
    /// IDs of root keys with their certificates, as `dct inspect` shows them.
    #[serde(deserialize_with = "ids")]
    pub certificates: Vec<TufKeyId>,
    /// IDs of root keys, whatever their certificates, as `dct key list` shows them.
    #[serde(deserialize_with = "ids")]
    pub keys: Vec<CanonicalKeyId>,
    /// A PEM file of authorities that issue root certificates. Relative to the folder of the settings file.
    pub ca: Option<PathBuf>,
}

/// The path of a repository under its registry, or the beginning of such paths with a `*` behind it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(String);

impl Default for RootDefaults {
    fn default() -> Self {
        Self { first_use: true }
    }
}

impl RootSettings {
    /// What keeps these settings from ever counting for the repositories of a registry: then they would be passed over in silence.
    pub fn problem(&self, registry: &str) -> Option<String> {
        if *self == Self::default() {
            return None;
        }
        let lower = registry.to_ascii_lowercase();
        if lower == OLD_DOCKER_HUB {
            return Some(format!("Docker Hub's registry is {DOCKER_HUB} here"));
        }
        if lower != registry {
            return Some(format!("write the registry in lower case: {lower}"));
        }
        let short = |pattern: &&Pattern| registry == DOCKER_HUB && !pattern.0.contains(['/', '*']);
        let short = self.pins.keys().find(short)?;
        Some(format!("pins.\"{}\": the path of that repository on Docker Hub is library/{}", short.0, short.0))
    }
}

impl Pattern {
    /// The GUN, or the beginning of GUNs with a `*` behind it, that the pattern means in a registry.
    #[must_use]
    pub fn of_registry(&self, registry: &str) -> String {
        format!("{registry}/{}", self.0)
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_of_path = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | '/');
        let path = text.strip_suffix('*').unwrap_or(&text);
        let whole = path.len() == text.len();
        let has_name = !whole || !path.is_empty() && !path.ends_with('/');
        if has_name && path.chars().all(is_of_path) && !path.starts_with('/') && !path.contains("//") {
            return Ok(Self(text));
        }
        Err(format!("{text:?} is no path of a repository under its registry, nor the beginning of one with * behind it"))
    }
}

/// An ID of 64 hexadecimal digits.
trait Id: Sized {
    fn of(text: &str) -> Option<Self>;
}

impl Id for TufKeyId {
    fn of(text: &str) -> Option<Self> {
        Self::from_hex(text)
    }
}

impl Id for CanonicalKeyId {
    fn of(text: &str) -> Option<Self> {
        Self::from_hex(text)
    }
}

fn ids<'de, D: Deserializer<'de>, T: Id>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let id = |text: &String| {
        T::of(text).ok_or_else(|| D::Error::custom(format!("{text:?} is no ID of a root key: 64 hexadecimal digits in lower case")))
    };
    texts.iter().map(id).collect()
}
