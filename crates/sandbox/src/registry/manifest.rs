//! What a manifest says: its kind, and what it is made of.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// `application/vnd.docker.distribution.manifest.v2+json`
pub(super) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// `application/vnd.docker.distribution.manifest.list.v2+json`
pub(super) const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// `application/vnd.oci.image.manifest.v1+json`
pub(super) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// `application/vnd.oci.image.index.v1+json`
pub(super) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Layers of these types may say to be elsewhere; 2.8 as it is installed allows no such place.
const ELSEWHERE_DOCKER: &str = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
const ELSEWHERE_OCI: [&str; 4] = [
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
];

/// The kinds of manifests. Schema 1, which Docker gave up in 2019, is not among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Docker's image.
    DockerManifest,
    /// Docker's list of images for several platforms.
    DockerList,
    /// An OCI image.
    OciManifest,
    /// An OCI list of images for several platforms.
    OciIndex,
}

/// A manifest that was read.
#[derive(Clone, Debug)]
pub(super) struct Manifest {
    /// Its kind.
    pub(super) kind: Kind,
    /// What it says.
    pub(super) body: Body,
}

/// The fields of all kinds; what is missing is empty.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Body {
    /// 2.
    #[serde(deserialize_with = "null_is_default")]
    pub(super) schema_version: i64,
    /// The media type by its own word; OCI manifests need not say it.
    #[serde(deserialize_with = "null_is_default")]
    pub(super) media_type: String,
    /// What kind of artifact this is, if no image.
    pub(super) artifact_type: Option<String>,
    /// An image's configuration.
    pub(super) config: Option<Descriptor>,
    /// An image's layers.
    pub(super) layers: Option<Vec<Descriptor>>,
    /// An index's manifests.
    pub(super) manifests: Option<Vec<Descriptor>>,
    /// What this is attached to.
    pub(super) subject: Option<Descriptor>,
    /// Notes.
    pub(super) annotations: Option<BTreeMap<String, String>>,
}

/// Names a content.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Descriptor {
    /// Its media type.
    #[serde(deserialize_with = "null_is_default")]
    pub(super) media_type: String,
    /// Its digest, as written.
    #[serde(deserialize_with = "null_is_default")]
    pub(super) digest: String,
    /// Its length in bytes; 2.8 checks no more than that it is a number.
    #[serde(deserialize_with = "null_is_default")]
    pub(super) size: i64,
    /// Where else it is.
    pub(super) urls: Option<Vec<String>>,
    /// The platform that it is for.
    pub(super) platform: Option<Platform>,
}

/// A platform.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Platform {
    /// Such as `amd64`.
    #[serde(deserialize_with = "null_is_default")]
    pub(super) architecture: String,
    /// Such as `linux`.
    #[serde(deserialize_with = "null_is_default")]
    pub(super) os: String,
}

impl Kind {
    /// The kind of a media type, written as in a header: its case is free, and parameters may follow.
    pub(super) fn of_media_type(header: &str) -> Option<Self> {
        let media_type = header.split_once(';').map_or(header, |(media_type, _)| media_type).trim().to_ascii_lowercase();
        [Self::DockerManifest, Self::DockerList, Self::OciManifest, Self::OciIndex]
            .into_iter()
            .find(|kind| kind.media_type() == media_type)
    }

    /// The media type.
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::DockerManifest => DOCKER_MANIFEST,
            Self::DockerList => DOCKER_LIST,
            Self::OciManifest => OCI_MANIFEST,
            Self::OciIndex => OCI_INDEX,
        }
    }
}

impl Manifest {
    /// Reads a manifest that was sent as one of a kind. None where it is none.
    pub(super) fn read_as(kind: Kind, bytes: &[u8]) -> Option<Self> {
        let body = Body::read(bytes)?;
        let unnamed = body.media_type.is_empty();
        let named = body.media_type == kind.media_type();
        let right = match kind {
            Kind::DockerManifest | Kind::DockerList => named,
            // CVE-2021-41190: what reads as a manifest and as an index is neither
            Kind::OciManifest => (named || unnamed) && body.manifests.is_none(),
            Kind::OciIndex => (named || unnamed) && body.config.is_none() && body.layers.is_none(),
        };
        right.then_some(Self { kind, body })
    }

    /// Reads a manifest that was taken before, and finds its kind.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let body = Body::read(bytes)?;
        let kind = match body.media_type.as_str() {
            "" if body.manifests.is_some() => Kind::OciIndex,
            "" => Kind::OciManifest,
            media_type => Kind::of_media_type(media_type)?,
        };
        Some(Self { kind, body })
    }

    /// What has to be in the repository before this.
    pub(super) fn parts(&self) -> Vec<ManifestPart> {
        let body = &self.body;
        match self.kind {
            Kind::DockerList | Kind::OciIndex => body
                .manifests
                .iter()
                .flatten()
                .map(|child| ManifestPart { digest: child.digest.clone(), wanted: PartRequirement::Content })
                .collect(),
            Kind::DockerManifest | Kind::OciManifest => {
                let none = Descriptor::default();
                let config = body.config.as_ref().unwrap_or(&none);
                let all = std::iter::once(config).chain(body.layers.iter().flatten());
                all.map(|part| ManifestPart { digest: part.digest.clone(), wanted: self.wanted(part) }).collect()
            }
        }
    }

    fn wanted(&self, part: &Descriptor) -> PartRequirement {
        let media_type = part.media_type.as_str();
        let elsewhere = part.urls.as_ref().is_some_and(|urls| !urls.is_empty());
        let refused = match self.kind {
            Kind::OciManifest => elsewhere && ELSEWHERE_OCI.contains(&media_type),
            _ => media_type == ELSEWHERE_DOCKER,
        };
        match (refused, elsewhere) {
            (true, _) => PartRequirement::Refused,
            (false, true) => PartRequirement::Nothing,
            (false, false) => PartRequirement::Blob,
        }
    }
}

/// What a manifest is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ManifestPart {
    /// Its digest, as written.
    pub(super) digest: String,
    /// What the repository must have of it.
    pub(super) wanted: PartRequirement,
}

/// What a repository must have of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartRequirement {
    /// A blob.
    Blob,
    /// A manifest; 2.8 is content with a blob.
    Content,
    /// Nothing: it is elsewhere.
    Nothing,
    /// It is elsewhere, and that is not allowed.
    Refused,
}

impl Body {
    /// As Go reads it: the last of two equal keys counts, null is nothing.
    fn read(bytes: &[u8]) -> Option<Self> {
        match serde_json::from_slice(bytes).ok()? {
            Value::Null => Some(Self::default()),
            value @ Value::Object(_) => serde_json::from_value(value).ok(),
            _ => None,
        }
    }
}

fn null_is_default<'de, D: serde::Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        assert_eq!(Kind::of_media_type(&format!("{}; charset=utf-8", OCI_INDEX.to_uppercase())), Some(Kind::OciIndex));
        assert_eq!(Kind::of_media_type("application/json"), None);
        let both = br#"{"schemaVersion":2,"config":{},"layers":[],"manifests":[]}"#;
        assert!(Manifest::read_as(Kind::OciManifest, both).is_none() && Manifest::read_as(Kind::OciIndex, both).is_none());
        let index = br#"{"schemaVersion":2,"manifests":[],"x":{"y":1}}"#;
        assert_eq!(Manifest::read(index).unwrap().kind, Kind::OciIndex);
        assert_eq!(Manifest::read(br#"{"schemaVersion":2,"schemaVersion":2,"config":null}"#).unwrap().kind, Kind::OciManifest);
        for bad in ["", "[]", "[2]", "1", "{", r#"{"schemaVersion":"2"}"#, r#"{"layers":{}}"#, r#"{"mediaType":"x"}"#] {
            assert!(Manifest::read(bad.as_bytes()).is_none(), "{bad}");
        }
    }
}
