//! What notary is told by flags and by its configuration file.
//!
//! Paths are taken as notary takes them: `trust_dir` and the files of `trust_pinning.ca` from the current folder, the TLS files of
//! `remote_server` from the folder of the configuration file, and those of flags from the current folder. docs/notary.md has the table.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::notary_file::{self, Presence, Table};
use crate::{
    face::edit_distance::distance,
    options::{
        notary::GlobalFlags,
        setting::{Setting, SettingOrigin},
    },
    term::error::{CliError, os_words},
};
use trust::{
    model::key_id::TufKeyId,
    verify::pinning::{Authorities, FirstUse, Pin, TrustPinning},
};

/// The server where none is named.
const SERVER: &str = "https://notary-server:4443";

/// The settings that are known.
const KNOWN: [&str; 3] = ["trust_dir", "remote_server", "trust_pinning"];
const TABLES: [&str; 2] = ["remote_server", "trust_pinning"];
const KNOWN_OF_SERVER: [&str; 5] = ["url", "root_ca", "tls_client_cert", "tls_client_key", "skipTLSVerify"];
const KNOWN_OF_PINNING: [&str; 3] = ["disable_tofu", "ca", "certs"];

/// What a command works with.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The folder of keys and trust data.
    pub trust_dir: Setting<PathBuf>,
    /// The server's address; or why none may be spoken to, which is told when one would be.
    pub server: Result<Setting<String>, String>,
    /// The CA certificates that alone are trusted.
    pub root_ca: Option<Setting<PathBuf>>,
    /// The client's certificate.
    pub client_cert: Option<Setting<PathBuf>>,
    /// Its key.
    pub client_key: Option<Setting<PathBuf>>,
    /// Which roots may be trusted.
    pub pins: TrustPinning,
    /// What a person should know of the file.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads the file that a flag names, or the usual one.
    pub(crate) fn read(flags: &GlobalFlags) -> Result<Self, CliError> {
        let home = dirs::home_dir();
        let named = flags.config_file.as_deref().filter(|path| !path.as_os_str().is_empty());
        let usual = home.as_ref().map(|home| home.join(".notary").join("config.json"));
        let (path, presence) = match (named, &usual) {
            (Some(path), _) => (Some(path), Presence::Needed),
            (None, usual) => (usual.as_deref(), Presence::Usual),
        };
        let file = match path {
            Some(path) => {
                notary_file::read(path, presence).map_err(|reason| CliError::new(format!("error opening config file: {reason}")))?
            }
            None => Table::default(),
        };
        let path = path.map(Path::to_owned).unwrap_or_default();
        NotaryConfigFile { file, path, home }.merged(flags)
    }

    /// What counts, by the names of the file, for a person who debugs.
    pub(crate) fn shown(&self) -> Vec<(String, Setting<String>)> {
        let settings = [
            ("trust_dir", Some(self.trust_dir.shown())),
            ("remote_server.url", self.server.clone().ok()),
            ("remote_server.root_ca", self.root_ca.as_ref().map(Setting::shown)),
            ("remote_server.tls_client_cert", self.client_cert.as_ref().map(Setting::shown)),
            ("remote_server.tls_client_key", self.client_key.as_ref().map(Setting::shown)),
        ];
        settings.into_iter().filter_map(|(name, set)| Some((name.to_owned(), set?))).collect()
    }
}

/// A file that was read, and what its paths are relative to.
struct NotaryConfigFile {
    file: Table,
    path: PathBuf,
    home: Option<PathBuf>,
}

impl NotaryConfigFile {
    fn merged(&self, flags: &GlobalFlags) -> Result<Config, CliError> {
        let refuse = |reason: String| CliError::new(format!("error opening config file: {reason}"));
        let file = self.file.clone().undotted(&TABLES).map_err(refuse)?;
        let server = file.table("remote_server").map_err(refuse)?;
        let pinning = file.table("trust_pinning").map_err(refuse)?;
        let trust_dir = match flags.trust_dir.as_deref().filter(|path| !path.as_os_str().is_empty()) {
            Some(folder) => Setting::of_flag("--trustDir", folder.to_owned()),
            None => self.trust_dir(file.text("trust_dir").map_err(refuse)?)?,
        };
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let tls = |flag: &Option<PathBuf>, option: &'static str, name: &str| -> Result<Option<Setting<PathBuf>>, CliError> {
            Ok(match flag.as_deref().filter(|path| !path.as_os_str().is_empty()) {
                Some(path) => Some(Setting::of_flag(option, absolute(path)?)),
                None => server.text(name).map_err(refuse)?.map(|path| self.of_file(folder.join(path))),
            })
        };
        let url = flags.server.clone().filter(|url| !url.is_empty()).map(|url| Setting::of_flag("--server", url));
        let url = url.map_or_else(|| Ok(server.text("url").map_err(refuse)?.map(|url| self.of_file(url))), |url| Ok(Some(url)))?;
        let skips = server.switch("skipTLSVerify").map_err(refuse)?;
        if let Some(name) = misspelt_pinning(&file) {
            return Err(refuse(format!("there is no setting {name}")).hinted("is trust_pinning meant, or disable_tofu in it?"));
        }
        let (pins, mut warnings) = pins(&pinning)?;
        warnings.extend(unknown(&file, "", &KNOWN));
        warnings.extend(unknown(&server, "remote_server.", &KNOWN_OF_SERVER));
        Ok(Config {
            trust_dir: Setting { value: absolute(&trust_dir.value)?, origin: trust_dir.origin },
            server: if skips { Err(SKIPS.to_owned()) } else { Ok(url.unwrap_or_else(|| Setting::default(SERVER.to_owned()))) },
            root_ca: tls(&flags.tls_ca, "--tlscacert", "root_ca")?,
            client_cert: tls(&flags.tls_cert, "--tlscert", "tls_client_cert")?,
            client_key: tls(&flags.tls_key, "--tlskey", "tls_client_key")?,
            pins,
            warnings,
        })
    }

    /// `~` is the home folder here, and in no other place.
    fn trust_dir(&self, setting: Option<String>) -> Result<Setting<PathBuf>, CliError> {
        let home =
            || self.home.clone().ok_or_else(|| CliError::new("no home folder is known").hinted("name the trust folder with -d"));
        let Some(path) = setting else { return Ok(Setting::default(home()?.join(".notary"))) };
        let folder = match path.strip_prefix('~') {
            Some("") => home()?,
            Some(rest) if rest.starts_with('/') => home()?.join(rest.trim_start_matches('/')),
            _ => path.into(),
        };
        Ok(self.of_file(folder))
    }

    fn of_file<T>(&self, value: T) -> Setting<T> {
        Setting { value, origin: SettingOrigin::File { path: self.path.clone(), line: None } }
    }
}

/// Why `skipTLSVerify` is none of our settings.
const SKIPS: &str = "remote_server.skipTLSVerify is set: certificates are always verified here; name the server's CA in remote_server.root_ca instead";

fn unknown(table: &Table, path: &str, known: &[&str]) -> Vec<String> {
    table.others(known).map(|name| format!("the configuration file has a setting that has no meaning: {path}{name}")).collect()
}

/// A setting that is nearly `trust_pinning`, or nearly the one in it that turns first use off. Others without a meaning are warned of, and of these the
/// warning would come too late: what they are to keep out is in.
fn misspelt_pinning(file: &Table) -> Option<&str> {
    let letters = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    file.others(&KNOWN).find(|name| {
        let table = letters(name.split('.').next().unwrap_or(name));
        distance(&table, "trustpinning") <= 3 || table.contains("pinning") || distance(&letters(name), "disabletofu") <= 2
    })
}

/// `trust_pinning`, and what cannot be used of it.
fn pins(table: &Table) -> Result<(TrustPinning, Vec<String>), CliError> {
    // a pin that is passed over would let in what it is to keep out
    if let Some(name) = table.others(&KNOWN_OF_PINNING).next() {
        return Err(CliError::new(format!("error opening config file: there is no setting trust_pinning.{name}"))
            .hinted("those of trust_pinning are disable_tofu, certs and ca"));
    }
    let mut warnings = Vec::new();
    let mut pins = TrustPinning::default();
    let invalid = || CliError::new("invalid format for trust_pinning.certs");
    for (gun, ids) in table.entries("certs").map_err(|_| invalid())? {
        let Value::Array(ids) = ids else { return Err(invalid()) };
        let mut list = Vec::new();
        for id in ids {
            let text = id.as_str().ok_or_else(invalid)?;
            match TufKeyId::from_hex(text) {
                Some(id) => list.push(id),
                // it matches nothing, as with notary
                None => warnings.push(format!("trust_pinning.certs: {text:?}, for {gun}, is no ID of a certificate")),
            }
        }
        pins.pins.insert(gun, Pin { certificates: list, ..Pin::default() });
    }
    pins.authorities = authorities(table, &mut warnings)?;
    let off = table
        .switch("disable_tofu")
        .map_err(|reason| CliError::new(format!("error opening config file: trust_pinning.{reason}")))?;
    pins.first_use = if off { FirstUse::Refuse } else { FirstUse::Trust };
    Ok((pins, warnings))
}

/// A file that cannot be read pins to nothing: no root chains to it.
fn authorities(table: &Table, warnings: &mut Vec<String>) -> Result<BTreeMap<String, Authorities>, CliError> {
    let invalid = || CliError::new("invalid format for trust_pinning.ca");
    let mut authorities = BTreeMap::new();
    for (prefix, file) in table.entries("ca").map_err(|_| invalid())? {
        let file = file.as_str().ok_or_else(invalid)?;
        let pem = std::fs::read(file).unwrap_or_else(|error: io::Error| {
            warnings.push(format!("trust_pinning.ca: {file}, for {prefix}: {}", os_words(&error)));
            Vec::new()
        });
        authorities.insert(prefix, Authorities::Pem(pem));
    }
    Ok(authorities)
}

fn absolute(path: &Path) -> Result<PathBuf, CliError> {
    std::path::absolute(path).map_err(|error| CliError::new(format!("{}: {}", path.display(), os_words(&error))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str, flags: &GlobalFlags) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, text).unwrap();
        let file = notary_file::read(&path, Presence::Needed).unwrap();
        NotaryConfigFile { file, path: "/etc/notary/config.json".into(), home: Some("/home/jeff".into()) }
            .merged(flags)
            .map_err(|error| error.message().join("\n"))
    }

    fn shown(config: &Config) -> Vec<String> {
        config.shown().into_iter().map(|(_, set)| format!("{} ({})", set.value, set.origin)).collect()
    }

    #[test]
    fn paths_are_relative_to_what_notary_takes_them_to() {
        let text = r#"{"trust_dir": "~/trust", "remote_server": {"url": "http://n", "root_ca": "ca.pem", "tls_client_cert": "/c.pem", "TLS_client_key": "../k"}}"#;
        let read = config(text, &GlobalFlags::default()).unwrap();
        let of_file = ["/home/jeff/trust", "http://n", "/etc/notary/ca.pem", "/c.pem", "/etc/notary/../k"];
        assert_eq!(shown(&read), of_file.map(|value| format!("{value} (/etc/notary/config.json)")));
        let here = std::env::current_dir().unwrap();
        let flags = GlobalFlags {
            trust_dir: Some("~/x".into()),
            server: Some("https://flag".to_owned()),
            tls_ca: Some("ca.pem".into()),
            ..GlobalFlags::default()
        };
        let read = config(text, &flags).unwrap();
        let of_flags = [
            format!("{} (--trustDir)", here.join("~/x").display()),
            "https://flag (--server)".to_owned(),
            format!("{} (--tlscacert)", here.join("ca.pem").display()),
        ];
        assert_eq!(shown(&read)[..3], of_flags);
        assert_eq!(config(r#"{"trust_dir": "t"}"#, &GlobalFlags::default()).unwrap().trust_dir.value, here.join("t"));
        assert_eq!(config(r#"{"trust_dir": "~"}"#, &GlobalFlags::default()).unwrap().trust_dir.value, Path::new("/home/jeff"));
        assert_eq!(config(r#"{"trust_dir": "~x"}"#, &GlobalFlags::default()).unwrap().trust_dir.value, here.join("~x"));
    }

    #[test]
    fn nothing_set_is_notary_s_usual() {
        let read = config("{}", &GlobalFlags { server: Some(String::new()), ..GlobalFlags::default() }).unwrap();
        assert_eq!(shown(&read), ["/home/jeff/.notary (default)", "https://notary-server:4443 (default)"]);
        assert!(read.pins.pins.is_empty() && read.pins.authorities.is_empty() && read.pins.first_use == FirstUse::Trust);
        assert!(read.warnings.is_empty() && read.root_ca.is_none());
    }

    #[test]
    fn pins_keep_the_case_of_their_repositories() {
        let id = "ab".repeat(32);
        let text = format!(
            r#"{{"trust_pinning": {{"disable_tofu": true, "certs": {{"Dtr.Example.com/A": ["{id}", "nonsense"], "b/*": []}}, "ca": {{"c/": "/nowhere/ca.pem"}}}}}}"#
        );
        let read = config(&text, &GlobalFlags::default()).unwrap();
        assert_eq!(read.pins.pins["Dtr.Example.com/A"].certificates, [TufKeyId::from_hex(&id).unwrap()]);
        assert!(read.pins.pins["b/*"] == Pin::default() && read.pins.authorities["c/"] == Authorities::Pem(Vec::new()));
        assert_eq!(read.pins.first_use, FirstUse::Refuse);
        assert_eq!(read.warnings.len(), 2, "{:?}", read.warnings);
    }

    #[test]
    fn pins_count_by_dotted_names_too() {
        let id = "ab".repeat(32);
        let text = format!(r#"{{"trust_pinning.disable_tofu": true, "Trust_Pinning.certs": {{"dtr.example.com/a": ["{id}"]}}}}"#);
        let read = config(&text, &GlobalFlags::default()).unwrap();
        assert_eq!(read.pins.pins["dtr.example.com/a"].certificates, [TufKeyId::from_hex(&id).unwrap()]);
        assert_eq!((read.pins.first_use, read.warnings.len()), (FirstUse::Refuse, 0));
    }

    #[test]
    fn a_pin_under_a_name_that_is_not_quite_its_own_is_refused() {
        for name in [
            "trust_pining",
            "trust-pinning",
            "trustpinning",
            "trustPinning",
            "TRUST_PINNINGS",
            "Trust Pinning",
            "trust_pinnig",
            "trust_pinned",
            "trust_pining.disable_tofu",
            "pinning",
            "notary_trust_pinning",
            "disable_tofu",
            "disableTOFU",
            "disable-tofo",
        ] {
            let text = serde_json::json!({ name: {"disable_tofu": true} }).to_string();
            let error = config(&text, &GlobalFlags::default()).unwrap_err();
            assert_eq!(error, format!("error opening config file: there is no setting {name}"));
        }
        for name in ["trust_dirs", "trust", "logging", "storage", "truststore", "reporting", "tofu", "certs"] {
            let read = config(&serde_json::json!({ name: {} }).to_string(), &GlobalFlags::default()).unwrap();
            assert_eq!(read.warnings.len(), 1, "{name}: {:?}", read.warnings);
        }
    }

    #[test]
    fn what_loosens_a_check_or_has_no_meaning_is_named() {
        let skips = config(r#"{"remote_server": {"SkipTlsVerify": true}}"#, &GlobalFlags::default()).unwrap();
        assert!(skips.server.unwrap_err().starts_with("remote_server.skipTLSVerify is set"));
        assert!(config(r#"{"remote_server": {"skipTLSVerify": false}}"#, &GlobalFlags::default()).unwrap().server.is_ok());
        for (text, words) in [
            (r#"{"trust_pinning": {"certs": {"a": "b"}}}"#, "invalid format for trust_pinning.certs"),
            (r#"{"trust_pinning": {"certs": ["a"]}}"#, "invalid format for trust_pinning.certs"),
            (r#"{"trust_pinning": {"disable_tofu": "maybe"}}"#, "error opening config file: trust_pinning.disable_tofu is neither"),
            (
                r#"{"trust_pinning": {"disableTofu": true}}"#,
                "error opening config file: there is no setting trust_pinning.disableTofu",
            ),
            (r#"{"trust_pinning.certs.a/b": []}"#, "error opening config file: there is no setting trust_pinning.certs.a/b"),
            (r#"{"trust_pinning": {"certs": {}, "Certs": {}}}"#, "error opening config file: Certs and certs are one setting"),
            (r#"{"trust_dir": 1}"#, "error opening config file: trust_dir is no text"),
            (r#"{"remote_server": []}"#, "error opening config file: remote_server is no table"),
        ] {
            let error = config(text, &GlobalFlags::default()).unwrap_err();
            assert!(error.starts_with(words), "{error}");
        }
        let odd = config(r#"{"trust_dirs": {}, "remote_server": {"uri": "x"}}"#, &GlobalFlags::default()).unwrap();
        assert_eq!(odd.warnings.len(), 2, "{:?}", odd.warnings);
    }
}
