//! Manifests in an OCI registry (the distribution specification's `GET /v2/<name>/manifests/<reference>`).
//!
//! What is signed is a digest and a length, and neither is taken from what a registry claims: both are of the bytes that it sends.

use std::{sync::Arc, time::Instant};

use reqwest::header::CONTENT_TYPE;

use crate::http::{
    Ask, HttpAnswer, Method, Net,
    api::{Api, InvalidApi},
    server_error,
};
use client::{
    ports::{Manifest, Registry, RegistryError, RemoteError, Service},
    safe_text::printable,
};
use trust::model::{
    digest::Sha256,
    gun::{DOCKER_HUB, Gun},
    tag::Tag,
};

/// Longest manifest, in bytes: what registries themselves take.
const MAX_MANIFEST: u64 = 4 << 20;

/// Where Docker Hub's images are.
const HUB_REGISTRY: &str = "registry-1.docker.io";

const ACCEPT: &str = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json, \
                      application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json";

/// The registries of a command: each repository's own.
pub struct Registries {
    net: Arc<Net>,
}

impl Registries {
    /// Registries that are asked over `net`.
    #[must_use]
    pub fn new(net: Arc<Net>) -> Self {
        Self { net }
    }
}

/// The address of a registry, named as in a GUN.
pub fn address(registry: &str) -> Result<Api, InvalidApi> {
    Api::of_host(if registry == DOCKER_HUB { HUB_REGISTRY } else { registry })
}

impl Registries {
    fn ask(&self, gun: &Gun, reference: &str) -> Result<HttpAnswer, RemoteError> {
        let unusable = |reason: String| RemoteError::Unusable(format!("{gun}: {reason}"));
        let api = address(gun.host()).map_err(|e| unusable(format!("{} cannot be the address of a registry: {e}", gun.host())))?;
        // within its own registry a repository's name has no host
        let name = gun.as_str().split_once('/').map(|(_, name)| name).ok_or_else(|| unusable("it names no registry".to_owned()))?;
        self.net.send(&Ask {
            service: Service::Registry,
            api: &api,
            method: Method::Get,
            path: &format!("{name}/manifests/{reference}"),
            accept: Some(ACCEPT),
            content: None,
            limit: MAX_MANIFEST,
            registry: gun.host(),
            scope: &format!("repository:{name}:pull"),
            begun: Instant::now(),
        })
    }
}

impl Registry for Registries {
    fn resolve(&self, gun: &Gun, tag: &Tag) -> Result<Manifest, RegistryError> {
        let answer = self.ask(gun, tag.as_str())?;
        match answer.status {
            200 => Ok(manifest(&answer)?),
            404 if is_about_the_tag(&answer) => Err(RegistryError::NoSuchTag { url: answer.asked.url }),
            _ => Err(answer.into_failure().into()),
        }
    }

    fn confirm(&self, gun: &Gun, digest: Sha256) -> Result<Manifest, RegistryError> {
        let answer = self.ask(gun, &format!("sha256:{digest}"))?;
        match answer.status {
            200 => {
                let manifest = manifest(&answer)?;
                if manifest.digest == digest {
                    return Ok(manifest);
                }
                let reason = format!("the registry sent sha256:{} in place of it", manifest.digest);
                Err(RemoteError::BadAnswer { asked: answer.asked, reason }.into())
            }
            404 => Err(RegistryError::NoSuchDigest { url: answer.asked.url }),
            _ => Err(answer.into_failure().into()),
        }
    }
}

/// Whether a 404 says that the tag or its repository is not there; a body without the specification's errors says no more than its status.
fn is_about_the_tag(answer: &HttpAnswer) -> bool {
    let errors = server_error::parse(&answer.body);
    errors.is_empty() || errors.iter().any(|e| matches!(e.code.as_str(), "MANIFEST_UNKNOWN" | "NAME_UNKNOWN" | "NOT_FOUND"))
}

fn header(answer: &HttpAnswer, name: &str) -> Option<String> {
    answer.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// What the bytes of an answer are.
fn manifest(answer: &HttpAnswer) -> Result<Manifest, RemoteError> {
    let (digest, length) = (Sha256::of(&answer.body), answer.body.len() as u64);
    let refuse = |reason: String| Err(RemoteError::BadAnswer { asked: answer.asked.clone(), reason });
    let media_type = header(answer, CONTENT_TYPE.as_str()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media_type.starts_with("application/vnd.docker.distribution.manifest.v1+") {
        return refuse(
            "the image has a manifest of schema 1, which cannot be signed by its digest; push it again with a current Docker"
                .to_owned(),
        );
    }
    let is_json = media_type.strip_prefix("application/").is_some_and(|kind| kind == "json" || kind.ends_with("+json"));
    if !is_json {
        return refuse(format!("\"{}\" is not the media type of a manifest", printable(&media_type)));
    }
    if let Some(claimed) = header(answer, "docker-content-digest").as_deref().and_then(|digest| digest.strip_prefix("sha256:"))
        && claimed != digest.to_hex()
    {
        return refuse(format!("the registry calls the manifest sha256:{}, but its bytes are sha256:{digest}", printable(claimed)));
    }
    Ok(Manifest { digest, length, media_type })
}
