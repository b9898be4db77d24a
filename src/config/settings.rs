//! Our own settings: `dct/config.toml` in the person's configuration folder (`~/.config` on Linux).
//!
//! What a setting says is overruled by a variable of the environment, and that by a flag; Docker's own files come last. A key that is not
//! known is an error, so that a slip of the pen never means a default silently.
//!
//! ```toml
//! [registry."dtr.example.com"]
//! server = "https://notary.example.org"
//! ca = "company-ca.pem"
//! token-realms = ["auth.example.org"]
//! token-receivers = ["notary.example.org"]
//! unreleased = "refuse"
//!
//! [network]
//! timeout = 30
//! ```
//!
//! Which roots are let in stands in [`super::root_settings`].

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use url::Url;

use super::{
    root_settings::{RootDefaults, RootSettings},
    written::{WrittenSetting, line_of, written, written_key},
};
use crate::options::setting::{Setting, SettingOrigin};

/// Everything that can be set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct DctSettings {
    /// By registry, as its name stands before the first `/` of an image: `dtr.example.com`, `localhost:5000`, `docker.io`.
    registry: BTreeMap<String, RegistrySettings>,
    /// For all servers.
    pub network: NetworkSettings,
    /// For the roots of all registries' repositories.
    pub root: RootDefaults,
    #[serde(skip)]
    source: Source,
}

/// The file as it was read: it is taken apart once more where a person wants to know what stands where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Source {
    path: PathBuf,
    text: String,
}

/// What can be set for one registry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RegistrySettings {
    /// The Notary server that holds this registry's trust data: an `https` URL. Default: the registry itself.
    pub server: Option<String>,
    /// A PEM file of certificate authorities to trust for this registry and its Notary server, beside the system's, where it is about this
    /// registry's images. Relative to the folder of the settings file.
    pub ca: Option<PathBuf>,
    /// Hosts of token servers that may see this registry's credentials, though they belong to another site. Default: none.
    pub token_realms: Vec<String>,
    /// Hosts of servers that may see the tokens that these credentials buy, though they belong to another site. Default: none.
    pub token_receivers: Vec<String>,
    /// Which roots its repositories may have.
    pub root: RootSettings,
    /// Whether `dct sign` signs a released content again though the registry serves another one, or none, as `docker trust sign` does. Default: no.
    pub sign_unserved: bool,
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
}

impl Default for NetworkSettings {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30) }
    }
}

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
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

impl DctSettings {
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

    /// What the file says, as it is written, by key.
    pub(crate) fn written(&self) -> impl Iterator<Item = (String, Setting<String>)> {
        written(&self.source.text).into_iter().map(|set| {
            let origin = SettingOrigin::File { path: self.source.path.clone(), line: Some(set.line) };
            (set.key, Setting { value: set.value, origin })
        })
    }

    fn parse(text: &str, path: &Path) -> Result<Self, SettingsError> {
        let invalid = |line, reason| SettingsError::Invalid { path: path.to_owned(), line, reason };
        let mut settings: Self = toml::from_str(text)
            .map_err(|error| invalid(error.span().map(|span| line_of(text, span.start)), words(error.message())))?;
        settings.source = Source { path: path.to_owned(), text: text.to_owned() };
        let bad = |key: String, reason: String| {
            let is_it = |set: &WrittenSetting| set.key == key || set.key.starts_with(&format!("{key}."));
            let line = written(text).into_iter().find(is_it).map(|set| set.line);
            invalid(line, format!("{key}: {reason}"))
        };
        for (host, registry) in &mut settings.registry {
            let place = format!("registry.{}", written_key(host));
            if let Some(server) = registry.server.as_ref().filter(|server| !is_https(server)) {
                return Err(bad(format!("{place}.server"), format!("not an https URL: {server}")));
            }
            for (key, hosts) in [("token-realms", &registry.token_realms), ("token-receivers", &registry.token_receivers)] {
                if let Some(wrong) = hosts.iter().find(|host| !is_host(host)) {
                    return Err(bad(format!("{place}.{key}"), format!("not a host: {wrong}")));
                }
            }
            if registry.root != RootSettings::default() && !is_host(host) {
                return Err(bad(format!("{place}.root"), format!("not a host: {host}")));
            }
            if let Some(problem) = registry.root.problem(host) {
                return Err(bad(format!("{place}.root"), problem));
            }
            if let Some(folder) = path.parent() {
                let pinned = registry.root.pins.values_mut().filter_map(|pin| pin.ca.as_mut());
                registry.ca.iter_mut().chain(pinned).for_each(|ca| *ca = folder.join(&ca));
            }
        }
        Ok(settings)
    }
}

/// The parser's words. A key `token-realms` that is not one registry's would open the logins of all to each host that it names.
fn words(message: &str) -> String {
    if message.starts_with("unknown field `token-realms`") {
        return "token-realms is not for all registries: set it below [registry.\"HOST\"], for each that it is for".to_owned();
    }
    message.to_owned()
}

/// A host with its port where it has one, and nothing else; no pattern either.
fn is_host(text: &str) -> bool {
    !text.contains(['/', '?', '#', '@', '\\', '*']) && Url::parse(&format!("https://{text}")).is_ok_and(|url| url.has_host())
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

    fn parse(text: &str) -> Result<DctSettings, String> {
        DctSettings::parse(text, Path::new("/etc/dct/config.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn every_key_is_read() {
        let settings = parse(
            "[registry.\"dtr.example.com\"]\nserver = \"https://notary.example.com\"\nca = \"ca.pem\"\nsign-unserved = true\n\
             token-realms = [\"auth.example.org:5001\"]\ntoken-receivers = [\"notary.example.org\"]\nunreleased = \"refuse\"\n\
             [network]\ntimeout = 60\n",
        )
        .unwrap();
        let registry = RegistrySettings {
            server: Some("https://notary.example.com".to_owned()),
            ca: Some("/etc/dct/ca.pem".into()),
            token_realms: vec!["auth.example.org:5001".to_owned()],
            token_receivers: vec!["notary.example.org".to_owned()],
            sign_unserved: true,
            unreleased: OnUnreleased::Refuse,
            ..RegistrySettings::default()
        };
        assert_eq!(settings.registries().collect::<Vec<_>>(), [("dtr.example.com", &registry)]);
        assert_eq!(settings.network.timeout, Duration::from_secs(60));
    }

    #[test]
    fn an_empty_file_and_none_set_nothing() {
        assert_eq!(DctSettings { source: Source::default(), ..parse("").unwrap() }, DctSettings::default());
        assert_eq!(parse("").unwrap().written().count(), 0);
        let nowhere = tempfile::tempdir().unwrap();
        assert_eq!(DctSettings::load(&nowhere.path().join("config.toml")).unwrap(), DctSettings::default());
    }

    #[test]
    fn an_unknown_key_is_named_with_its_file_and_line() {
        let error = parse("[registry.\"dtr.example.com\"]\nsever = \"https://x\"\n").unwrap_err();
        assert!(error.starts_with("/etc/dct/config.toml, line 2: ") && error.contains("`sever`"), "{error}");
        let error = parse("server = \"https://x\"\n").unwrap_err();
        assert!(error.starts_with("/etc/dct/config.toml, line 1: ") && error.contains("`server`"), "{error}");
    }

    #[test]
    fn roots_are_pinned_by_the_paths_of_repositories() {
        let (one, two) = ("1".repeat(64), "2".repeat(64));
        let settings = parse(&format!(
            "[root]\nfirst-use = false\n[registry.\"dtr.example.com\".root]\nfirst-use = true\n\
             [registry.\"dtr.example.com\".root.pins]\n\"prod/*\" = {{ certificates = [\"{one}\"], ca = \"ca.pem\" }}\n\
             \"prod/nginx\" = {{ keys = [\"{two}\"] }}\n\"*\" = {{}}\n"
        ))
        .unwrap();
        let root = &settings.registries().next().unwrap().1.root;
        assert_eq!((settings.root.first_use, root.first_use), (false, Some(true)));
        let pins: Vec<String> = root.pins.keys().map(|pattern| pattern.of_registry("dtr.example.com")).collect();
        assert_eq!(pins, ["dtr.example.com/*", "dtr.example.com/prod/*", "dtr.example.com/prod/nginx"]);
        let pins: Vec<_> = root.pins.values().map(|pin| (pin.certificates.len(), pin.keys.len(), pin.ca.clone())).collect();
        assert_eq!(pins, [(0, 0, None), (1, 0, Some("/etc/dct/ca.pem".into())), (0, 1, None)]);
    }

    #[test]
    fn the_examples_of_the_document_can_be_pasted() {
        let document = include_str!("../../docs/configuration.md");
        let examples = document.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
        let parsed: Vec<DctSettings> =
            examples.map(|text| parse(text).unwrap_or_else(|error| panic!("{error} in {text}"))).collect();
        assert!(parsed.len() == 2 && !parsed[1].root.first_use && parsed[1].registries().count() == 2);
    }

    #[test]
    fn a_pin_that_would_count_for_nothing_is_refused() {
        let id = "1".repeat(64);
        let root = "[registry.\"dtr.example.com\".root]\n";
        let pins = "[registry.\"dtr.example.com\".root.pins]\n";
        let hub = "[registry.\"docker.io\".root.pins]\n";
        for (text, reason) in [
            (format!("{root}first_use = false"), "line 2: unknown field `first_use`"),
            (format!("{root}first-use = \"no\""), "line 2: invalid type"),
            (format!("{pins}\"prod/*\" = {{ key = [\"{id}\"] }}"), "line 2: unknown field `key`"),
            (format!("{pins}\"prod/*\" = {{ keys = \"{id}\" }}"), "line 2: invalid type"),
            (format!("{pins}\"prod/*\" = {{ keys = [\"{}\"] }}", "1".repeat(63)), "line 2: \"1111"),
            (format!("{pins}\"prod/*\" = {{ certificates = [\"{}\"] }}", "A".repeat(64)), "is no ID of a root key"),
            (format!("{pins}\"prod/*/x\" = {{}}"), "\"prod/*/x\" is no path of a repository"),
            (format!("{pins}\"Prod/nginx\" = {{}}"), "\"Prod/nginx\" is no path of a repository"),
            (format!("{pins}\"/prod\" = {{}}"), "is no path of a repository"),
            (format!("{pins}\"prod/\" = {{}}"), "is no path of a repository"),
            (format!("{pins}\"\" = {{}}"), "is no path of a repository"),
            (format!("{pins}\"https://x\" = {{}}"), "is no path of a repository"),
            (format!("{pins}\"a\" = {{}}\n\"a\" = {{}}"), "duplicate key"),
            (format!("{hub}\"nginx\" = {{}}"), "the path of that repository on Docker Hub is library/nginx"),
            (hub.replace("docker.io", "index.docker.io") + "\"a/b\" = {}", "Docker Hub's registry is docker.io here"),
            (pins.replace("dtr", "DTR") + "\"a/b\" = {}", "write the registry in lower case: dtr.example.com"),
            (pins.replace("dtr.example.com", "https://dtr.example.com") + "\"a/b\" = {}", "not a host"),
            ("[root]\npins = {}".to_owned(), "line 2: unknown field `pins`"),
            ("[roots]\nfirst-use = false".to_owned(), "line 1: unknown field `roots`"),
        ] {
            let error = parse(&text).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
        assert!(parse(&format!("{hub}\"*\" = {{}}\n\"library/nginx\" = {{}}\n\"lib*\" = {{}}")).is_ok());
    }

    #[test]
    fn a_value_without_meaning_is_refused() {
        for (text, reason) in [
            ("[registry.h]\nsign-unserved = \"yes\"", "invalid type"),
            ("[registry.h]\nserver = \"http://h\"", "line 2: registry.h.server: not an https URL: http://h"),
            ("[registry.h]\ntoken-realms = [\"https://auth\"]", "line 2: registry.h.token-realms: not a host: https://auth"),
            (
                "[registry.h]\ntoken-receivers = [\"*.example.org\"]",
                "line 2: registry.h.token-receivers: not a host: *.example.org",
            ),
            ("[network]\ntoken-realms = [\"auth\"]", "line 2: token-realms is not for all registries: set it below [registry"),
            ("token-realms = [\"auth\"]", "line 1: token-realms is not for all registries: set it below [registry"),
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
