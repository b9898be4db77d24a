//! Our own settings: `dct/config.toml` in the person's configuration folder (`~/.config` on Linux).
//!
//! What a setting says is overruled by a variable of the environment, and that by a flag; Docker's own files come last. A key that is not
//! known is an error, so that a slip of the pen never means a default silently.
//!
//! ```toml
//! [registry."dtr.example.com"]
//! server = "https://notary.example.com"
//! ca = "company-ca.pem"
//! unreleased = "refuse"
//!
//! [network]
//! timeout = 30
//! token-realms = ["auth.example.com"]
//! ```

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use url::Url;

/// Everything that can be set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// By registry, as its name stands before the first `/` of an image: `dtr.example.com`, `localhost:5000`, `docker.io`.
    registry: BTreeMap<String, RegistrySettings>,
    /// For all servers.
    pub network: NetworkSettings,
}

/// What can be set for one registry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RegistrySettings {
    /// The Notary server that holds this registry's trust data: an `https` URL. Default: the registry itself.
    pub server: Option<String>,
    /// A PEM file of certificate authorities to trust for this registry and its Notary server, beside the system's. Relative to the folder of
    /// the settings file.
    pub ca: Option<PathBuf>,
    /// What is done where `targets/releases` is delegated and the server has no file of it. Default: a warning.
    pub unreleased: OnUnreleased,
}

/// What is done where nothing is known to be released.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnUnreleased {
    /// What `targets` signs is the answer, with a warning.
    #[default]
    Warn,
    /// There is no answer.
    Refuse,
}

/// What can be set for all servers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct NetworkSettings {
    /// Seconds that an answer of up to 1 MiB may take, from the look-up of the server's name to the last byte; a longer answer needs a least
    /// throughput. Default 30.
    #[serde(deserialize_with = "seconds")]
    pub timeout: Duration,
    /// Hosts of token servers that may see the credentials of every registry, though they belong to another site. Default: none.
    pub token_realms: Vec<String>,
}

impl Default for NetworkSettings {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), token_realms: Vec::new() }
    }
}

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The file says something that has no meaning.
    #[error("{path}{}: {reason}", line.map(|line| format!(", line {line}")).unwrap_or_default())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line, from 1, where it is known.
        line: Option<usize>,
        /// What is wrong, with the key's name.
        reason: String,
    },
    /// The file cannot be read.
    #[error("read {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
}

impl Settings {
    /// The file in the person's configuration folder; none where there is no such folder.
    #[must_use]
    pub fn path() -> Option<PathBuf> {
        dirs::config_dir().map(|folder| folder.join("dct").join("config.toml"))
    }

    /// Reads a file; one that does not exist sets nothing.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(SettingsError::Io { path: path.to_owned(), source }),
        }
    }

    /// The registries that something is set for.
    pub fn registries(&self) -> impl Iterator<Item = (&str, &RegistrySettings)> {
        self.registry.iter().map(|(host, settings)| (host.as_str(), settings))
    }

    fn parse(text: &str, path: &Path) -> Result<Self, SettingsError> {
        let invalid = |line, reason| SettingsError::Invalid { path: path.to_owned(), line, reason };
        let mut settings: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text.bytes().take(span.start).filter(|b| *b == b'\n').count() + 1);
            invalid(line, error.message().to_owned())
        })?;
        for (host, registry) in &mut settings.registry {
            if let Some(server) = registry.server.as_ref().filter(|server| !is_https(server)) {
                return Err(invalid(None, format!("registry.\"{host}\".server: not an https URL: {server}")));
            }
            if let (Some(ca), Some(folder)) = (&mut registry.ca, path.parent()) {
                *ca = folder.join(&ca);
            }
        }
        match settings.network.token_realms.iter().find(|host| !is_host(host)) {
            Some(host) => Err(invalid(None, format!("network.token-realms: not a host: {host}"))),
            None => Ok(settings),
        }
    }
}

/// A host with its port where it has one, and nothing else.
fn is_host(text: &str) -> bool {
    !text.contains(['/', '?', '#', '@', '\\']) && Url::parse(&format!("https://{text}")).is_ok_and(|url| url.has_host())
}

fn is_https(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.scheme() == "https" && url.has_host())
}

fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    const RANGE: std::ops::RangeInclusive<u64> = 1..=3600;
    let seconds = u64::deserialize(deserializer)?;
    if RANGE.contains(&seconds) {
        Ok(Duration::from_secs(seconds))
    } else {
        Err(serde::de::Error::custom(format!("{seconds} is not a number of seconds from 1 to 3600")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, String> {
        Settings::parse(text, Path::new("/etc/dct/config.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn every_key_is_read() {
        let settings = parse(
            "[registry.\"dtr.example.com\"]\nserver = \"https://notary.example.com\"\nca = \"ca.pem\"\nunreleased = \"refuse\"\n\
             [network]\ntimeout = 60\ntoken-realms = [\"auth.example.com:5001\"]\n",
        )
        .unwrap();
        let registry = RegistrySettings {
            server: Some("https://notary.example.com".to_owned()),
            ca: Some("/etc/dct/ca.pem".into()),
            unreleased: OnUnreleased::Refuse,
        };
        assert_eq!(settings.registries().collect::<Vec<_>>(), [("dtr.example.com", &registry)]);
        assert_eq!(settings.network.timeout, Duration::from_secs(60));
        assert_eq!(settings.network.token_realms, ["auth.example.com:5001"]);
    }

    #[test]
    fn an_empty_file_and_none_set_nothing() {
        assert_eq!(parse(""), Ok(Settings::default()));
        let nowhere = tempfile::tempdir().unwrap();
        assert_eq!(Settings::load(&nowhere.path().join("config.toml")).unwrap(), Settings::default());
    }

    #[test]
    fn an_unknown_key_is_named_with_its_file_and_line() {
        let error = parse("[registry.\"dtr.example.com\"]\nsever = \"https://x\"\n").unwrap_err();
        assert!(error.starts_with("/etc/dct/config.toml, line 2: ") && error.contains("`sever`"), "{error}");
        let error = parse("server = \"https://x\"\n").unwrap_err();
        assert!(error.starts_with("/etc/dct/config.toml, line 1: ") && error.contains("`server`"), "{error}");
    }

    #[test]
    fn a_value_without_meaning_is_refused() {
        for (text, reason) in [
            ("[registry.h]\nserver = \"http://h\"", "registry.\"h\".server: not an https URL: http://h"),
            ("[network]\ntoken-realms = [\"https://auth\"]", "network.token-realms: not a host: https://auth"),
            ("[registry.h]\nunreleased = \"deny\"", "unknown variant `deny`"),
            ("[network]\ntimeout = 0", "0 is not a number of seconds from 1 to 3600"),
            ("[network]\ntimeout = -1", "invalid value"),
            ("[network]\ntimeout = \"soon\"", "invalid type"),
            ("[network", "line 1: unclosed table"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
