//! The Docker Engine's API: inspect, push, pull and tag.

mod message;
mod push_report;
mod registry_auth;

use std::{
    cell::Cell,
    sync::{Arc, OnceLock},
    time::Duration,
};

use self::{message::Message, push_report::PushReport};
use crate::http::{
    Net,
    endpoint::{Call, Endpoint, Reply},
};
use client::{
    ports::{ConnectFault, Engine, EngineError, Progress, Pushed, RemoteError},
    safe_text::printable,
};
use trust::model::{digest::Sha256, gun::Gun, tag::Tag};

/// The newest version of the API that is spoken here. What is asked for has had the same form since 1.24.
const NEWEST: Version = Version(1, 50);

/// What an Engine speaks that does not tell its version (docker's `fallbackAPIVersion`).
const UNTOLD: Version = Version(1, 24);

/// Longest silence in a push or a pull. A registry may take minutes to take a large layer in.
const IDLE: Duration = Duration::from_secs(600);

/// Longest description of an image, in bytes.
const MAX_INSPECT: u64 = 16 << 20;

/// Longest other answer, in bytes.
const MAX_ANSWER: u64 = 64 << 10;

/// An Engine at an address.
pub struct EngineApi {
    endpoint: Endpoint,
    /// The address as a person wrote it.
    host: String,
    net: Arc<Net>,
    fixed: Option<String>,
    /// The path's beginning for the version that both sides speak: `/v1.41`.
    prefix: OnceLock<String>,
}

/// A version of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version(u32, u32);

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.trim().split_once('.')?;
        Some(Self(major.parse().ok()?, minor.parse().ok()?))
    }
}

impl EngineApi {
    /// The Engine behind an endpoint, which messages call `host`; `net` knows the credentials for registries. A version that is fixed
    /// (`DOCKER_API_VERSION`) is not negotiated.
    #[must_use]
    pub fn new(endpoint: Endpoint, host: String, net: Arc<Net>, fixed: Option<String>) -> Self {
        Self { endpoint, host, net, fixed, prefix: OnceLock::new() }
    }

    /// The version that both sides speak, as Docker's client finds it: of the ping's header.
    fn prefix(&self) -> Result<&str, EngineError> {
        if let Some(prefix) = self.prefix.get() {
            return Ok(prefix);
        }
        let version = match &self.fixed {
            Some(fixed) => Version::parse(fixed.trim_start_matches('v'))
                .ok_or_else(|| EngineError::Unusable(format!("DOCKER_API_VERSION is not a version: {fixed}")))?,
            None => self.negotiated()?,
        };
        Ok(self.prefix.get_or_init(|| format!("/v{}.{}", version.0, version.1)))
    }

    fn negotiated(&self) -> Result<Version, EngineError> {
        let reply = self.ask("GET", "/_ping", MAX_ANSWER)?;
        let told = reply.headers.get("api-version").and_then(|version| version.to_str().ok());
        match (reply.status, told) {
            // an Engine in trouble tells its version all the same
            (200 | 500, Some(told)) => {
                let version = Version::parse(told).ok_or_else(|| self.bad(format!("its API version is {}", printable(told))))?;
                Ok(version.min(NEWEST))
            }
            (200, None) => Ok(UNTOLD),
            _ => Err(refused(&reply)),
        }
    }

    fn ask(&self, method: &'static str, path: &str, limit: u64) -> Result<Reply, EngineError> {
        self.endpoint.call(&Call { method, path, header: None, login: None, limit }).map_err(|error| self.failed(error))
    }

    /// A push or a pull: its messages, one a line.
    fn stream(&self, gun: &Gun, path: &str, mut heard: impl FnMut(Message) -> Result<(), EngineError>) -> Result<(), EngineError> {
        let path = format!("{}{path}", self.prefix()?);
        let found = self.net.credential(gun.host()).map_err(EngineError::Credentials)?;
        let auth = registry_auth::header(gun.host(), found.as_deref().map(|found| &found.credential));
        let login = found.as_deref().map(|found| found.source.as_str());
        let call = Call { method: "POST", path: &path, header: Some(("x-registry-auth", &auth)), login, limit: 0 };
        let begun = Cell::new(false);
        let refusal = self
            .endpoint
            .lines(&call, IDLE, |line| {
                begun.set(true);
                if line.is_empty() {
                    return Ok(());
                }
                heard(Message::parse(line).map_err(|reason| Broken::Here(self.bad(reason)))?).map_err(Broken::Here)
            })
            .map_err(|broken| match broken {
                Broken::Here(error) => error,
                // what came of it before is not known
                Broken::Wire(RemoteError::Unreachable { cause, .. } | RemoteError::BadAnswer { reason: cause, .. })
                    if begun.get() =>
                {
                    EngineError::Lost { host: self.host.clone(), cause }
                }
                Broken::Wire(error) => self.failed(error),
            })?;
        refusal.map_or(Ok(()), |reply| Err(refused(&reply)))
    }

    fn failed(&self, error: RemoteError) -> EngineError {
        let host = self.host.clone();
        match error {
            RemoteError::Unreachable { fault, cause, .. } => EngineError::Unreachable { host, fault, cause },
            RemoteError::Tls { fault, .. } => {
                EngineError::Unreachable { host, fault: ConnectFault::Other, cause: fault.to_string() }
            }
            RemoteError::BadAnswer { reason, .. } => EngineError::BadAnswer { host, reason },
            error => EngineError::Unusable(error.to_string()),
        }
    }

    fn bad(&self, reason: String) -> EngineError {
        EngineError::BadAnswer { host: self.host.clone(), reason }
    }
}

/// Why a stream ended early.
enum Broken {
    Wire(RemoteError),
    Here(EngineError),
}

impl From<RemoteError> for Broken {
    fn from(error: RemoteError) -> Self {
        Self::Wire(error)
    }
}

impl Engine for EngineApi {
    fn inspect(&self, image: &str) -> Result<(), EngineError> {
        let path = format!("{}/images/{}/json", self.prefix()?, in_path(image));
        let reply = self.ask("GET", &path, MAX_INSPECT)?;
        match reply.status {
            200 => Ok(()),
            404 => Err(EngineError::NoSuchImage(words(&reply))),
            _ => Err(refused(&reply)),
        }
    }

    fn push(&self, gun: &Gun, tag: &Tag, heard: &dyn Fn(&Progress)) -> Result<Pushed, EngineError> {
        let mut report = PushReport::default();
        let path = format!("/images/{}/push?tag={tag}", in_path(gun.as_str()));
        self.stream(gun, &path, |message| {
            report.take(&message, tag);
            message.told().map(|progress| progress.as_ref().map_or((), heard))
        })?;
        report.finish().map_err(|reason| self.bad(reason))
    }

    fn pull(&self, gun: &Gun, digest: Sha256, platform: Option<&str>, heard: &dyn Fn(&Progress)) -> Result<(), EngineError> {
        let platform = platform.map(|platform| format!("&platform={}", in_path(platform))).unwrap_or_default();
        let path = format!("/images/create?fromImage={}&tag=sha256:{digest}{platform}", in_path(gun.as_str()));
        self.stream(gun, &path, |message| message.told().map(|progress| progress.as_ref().map_or((), heard)))
    }

    fn tag(&self, gun: &Gun, digest: Sha256, tag: &Tag) -> Result<(), EngineError> {
        let name = in_path(gun.as_str());
        let path = format!("{}/images/{name}@sha256:{digest}/tag?repo={name}&tag={tag}", self.prefix()?);
        let reply = self.ask("POST", &path, MAX_ANSWER)?;
        match reply.status {
            201 => Ok(()),
            404 => Err(EngineError::NoSuchImage(words(&reply))),
            _ => Err(refused(&reply)),
        }
    }
}

/// An image's name as a part of a path or a query. A name that a person typed may hold anything.
fn in_path(name: &str) -> String {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-._~/:@".contains(b);
    name.bytes()
        .fold(String::new(), |path, b| if plain(&b) { path + &char::from(b).to_string() } else { format!("{path}%{b:02X}") })
}

fn refused(reply: &Reply) -> EngineError {
    EngineError::Refused { status: reply.status, message: words(reply) }
}

/// The Engine's own words of a refusal.
fn words(reply: &Reply) -> String {
    #[derive(serde::Deserialize)]
    struct Refusal {
        message: String,
    }
    match serde_json::from_slice::<Refusal>(&reply.body) {
        Ok(refusal) => printable(refusal.message.trim()),
        Err(_) if reply.body.trim_ascii().is_empty() => format!("status {}", reply.status),
        Err(_) => printable(String::from_utf8_lossy(reply.body.trim_ascii()).as_ref()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(Version::parse("1.9") < Version::parse("1.24"));
        assert_eq!(Version::parse("1.41").map(|version| version.min(NEWEST)), Some(Version(1, 41)));
        assert_eq!(Version::parse("1.99").map(|version| version.min(NEWEST)), Some(NEWEST));
        for text in ["", "1", "1.", "x.y", "1.4294967296", "-1.2"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_cannot_leave_its_place_in_a_path() {
        assert_eq!(in_path("localhost:5000/a/b"), "localhost:5000/a/b");
        assert_eq!(in_path("a?x=1#y z%"), "a%3Fx=1%23y%20z%25".replace('=', "%3D"));
    }
}
