//! Docker's `config.json`: which credentials or helper it names for a registry, and which context is chosen. It is only ever read.

use std::{collections::BTreeMap, fs::File, io, path::Path};

use base64ct::{Base64, Base64Unpadded, Encoding};
use serde::{Deserialize, Deserializer};
use zeroize::{Zeroize, Zeroizing};

use crate::{
    bounded::read_secret,
    http::credential::{Credential, Secret},
};
use trust::model::gun::{DOCKER_HUB, OLD_DOCKER_HUB, login_key};

/// Longest file that is read, in bytes.
const MAX_FILE: u64 = 4 << 20;

/// What we read of `config.json`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Config {
    #[serde(deserialize_with = "or_nothing")]
    auths: BTreeMap<String, Option<Entry>>,
    #[serde(rename = "credHelpers", deserialize_with = "or_nothing")]
    cred_helpers: BTreeMap<String, String>,
    #[serde(rename = "credsStore", deserialize_with = "or_nothing")]
    creds_store: String,
    #[serde(rename = "currentContext", deserialize_with = "or_nothing")]
    current_context: String,
}

/// A value, or nothing where there is `null`, as Go reads it: programs write that for an empty map.
fn or_nothing<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<T, D::Error> {
    Option::deserialize(value).map(Option::unwrap_or_default)
}

/// An entry of `auths`.
#[derive(Deserialize)]
struct Entry {
    #[serde(default, deserialize_with = "or_nothing")]
    auth: String,
    #[serde(default, deserialize_with = "or_nothing")]
    username: String,
    #[serde(default, deserialize_with = "or_nothing")]
    password: String,
    #[serde(default, deserialize_with = "or_nothing")]
    identitytoken: String,
    #[serde(default, deserialize_with = "or_nothing")]
    registrytoken: String,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.auth.zeroize();
        self.password.zeroize();
        self.identitytoken.zeroize();
        self.registrytoken.zeroize();
    }
}

impl Config {
    /// Reads the file; a file that does not exist says nothing.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(e.to_string()),
        };
        Self::parse(&read_secret(file, MAX_FILE).map_err(|e| e.to_string())?)
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        // an empty file, and what a program writes that has nothing to write
        if matches!(bytes.trim_ascii(), b"" | b"null") {
            return Ok(Self::default());
        }
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return Err("it is not a JSON object".to_owned()); // serde would take an array for one
        }
        // serde's own words could repeat a value, which may be a secret
        serde_json::from_slice(bytes).map_err(|e| format!("it is not Docker's JSON (line {}, column {})", e.line(), e.column()))
    }

    /// The context that `docker context use` chose; empty for none.
    pub(super) fn current_context(&self) -> &str {
        &self.current_context
    }

    /// The helper for a registry: its own, or the one for all (docker/cli `GetCredentialsStore`).
    pub(super) fn helper(&self, registry: &str) -> Option<&str> {
        let own = self.cred_helpers.get(login_key(registry)).or_else(|| self.cred_helpers.get(registry));
        own.map(String::as_str).or_else(|| Some(self.creds_store.as_str()).filter(|name| !name.is_empty()))
    }

    /// The credential that stands in the file itself. An error names the entry.
    pub(super) fn credential(&self, registry: &str) -> Result<Option<Credential>, String> {
        let Some((name, entry)) = self.entry(registry) else { return Ok(None) };
        entry.credential().map_err(|reason| format!("auths[\"{}\"]: {reason}", name.escape_debug()))
    }

    /// The exact key, or the first one with the registry's host (docker/cli `ConvertToHostname`).
    fn entry(&self, registry: &str) -> Option<(&str, &Entry)> {
        let of_host = |host: &str| {
            let is_hub = registry == DOCKER_HUB && host == OLD_DOCKER_HUB;
            is_hub || host == registry
        };
        let exact = self.auths.get_key_value(login_key(registry));
        let (name, entry) = exact.or_else(|| self.auths.iter().find(|(name, _)| of_host(host_of(name))))?;
        Some((name, entry.as_ref()?))
    }
}

/// The host, and port where there is one, of a URL or of a name without scheme.
pub(super) fn host_of(name: &str) -> &str {
    let rest = name.split_once("://").map_or(name, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

impl Entry {
    fn credential(&self) -> Result<Option<Credential>, String> {
        const LINE_BREAK: &str = "a value holds a line break or NUL";
        let secret = |text: &str| Secret::new(text.to_owned()).ok_or_else(|| LINE_BREAK.to_owned());
        if !self.registrytoken.is_empty() {
            return Ok(Some(Credential::RegistryToken(secret(&self.registrytoken)?)));
        }
        let pair = self.pair()?;
        if !self.identitytoken.is_empty() {
            let user = pair.as_deref().map(|(user, _)| user.clone()).filter(|user| !user.is_empty() && user != "<token>");
            return Ok(Some(Credential::IdentityToken { user, token: secret(&self.identitytoken)? }));
        }
        match pair.as_deref() {
            Some((user, password)) if !(user.is_empty() && password.is_empty()) => basic(user, secret(password)?).map(Some),
            _ => Ok(None),
        }
    }

    /// The user's name and the password, of `auth` or else of the older members.
    fn pair(&self) -> Result<Option<Zeroizing<(String, String)>>, String> {
        if self.auth.is_empty() {
            let is_complete = !self.username.is_empty() && !self.password.is_empty();
            return Ok(is_complete.then(|| Zeroizing::new((self.username.clone(), self.password.clone()))));
        }
        let decoded = decode_base64(&self.auth).ok_or("auth is not base64")?;
        let (user, password) = decoded.split_once(':').ok_or("auth holds no colon between user and password")?;
        // Docker's own file stores trim NUL bytes off the end
        Ok(Some(Zeroizing::new((user.to_owned(), password.trim_end_matches('\0').to_owned()))))
    }
}

fn basic(user: &str, password: Secret) -> Result<Credential, String> {
    if user.is_empty() || user.contains(['\r', '\n', '\0', ':']) {
        return Err("the user's name is empty, or holds a colon or a line break".to_owned());
    }
    Ok(Credential::Basic { user: user.to_owned(), password })
}

fn decode_base64(text: &str) -> Option<Zeroizing<String>> {
    // `base64` breaks its lines; Go passes over that
    let text: Zeroizing<String> = Zeroizing::new(text.chars().filter(|c| !c.is_ascii_whitespace()).collect());
    let bytes = if text.ends_with('=') { Base64::decode_vec(&text) } else { Base64Unpadded::decode_vec(&text) };
    String::from_utf8(bytes.ok()?).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str, registry: &str) -> String {
        let config = match Config::parse(json.as_bytes()) {
            Ok(config) => config,
            Err(e) => return e,
        };
        if let Some(helper) = config.helper(registry) {
            return format!("helper {helper}");
        }
        match config.credential(registry) {
            Ok(None) => "none".to_owned(),
            Ok(Some(Credential::Basic { user, password })) => format!("{user} {}", password.expose()),
            Ok(Some(Credential::IdentityToken { user, token })) => {
                format!("identity {} {}", user.unwrap_or_default(), token.expose())
            }
            Ok(Some(Credential::RegistryToken(token))) => format!("registry {}", token.expose()),
            Err(e) => e,
        }
    }

    #[test]
    fn every_form_of_an_entry_is_found() {
        let auth = r#"{"auth":"amVmZjpwOnc="}"#; // jeff:p:w
        for (name, registry) in [
            ("dtr.example.com", "dtr.example.com"),
            ("https://dtr.example.com", "dtr.example.com"),
            ("https://dtr.example.com/v1/", "dtr.example.com"),
            ("http://dtr.example.com/v2/", "dtr.example.com"),
            ("dtr.example.com:5000", "dtr.example.com:5000"),
            ("https://dtr.example.com:5000/v2/", "dtr.example.com:5000"),
            ("[::1]:5000", "[::1]:5000"),
            ("https://index.docker.io/v1/", "docker.io"),
            ("index.docker.io", "docker.io"),
            ("docker.io", "docker.io"),
        ] {
            assert_eq!(found(&format!(r#"{{"auths":{{"{name}":{auth}}}}}"#), registry), "jeff p:w", "{name}");
        }
        let other = format!(r#"{{"auths":{{"example.com":{auth},"https://dtr.example.com:444/":{auth}}}}}"#);
        assert_eq!(found(&other, "dtr.example.com"), "none");
        assert_eq!(found(r#"{"auths":{"r":{"auth":"amVmZjpwdw"}}}"#, "r"), "jeff pw");
        assert_eq!(found(r#"{"auths":{"r":{"auth":"amVmZjpwdw==","identitytoken":"t"}}}"#, "r"), "identity jeff t");
        assert_eq!(found(r#"{"auths":{"r":{"identitytoken":"t"}}}"#, "r"), "identity  t");
        assert_eq!(found(r#"{"auths":{"r":{"registrytoken":"t"}}}"#, "r"), "registry t");
        assert_eq!(found(r#"{"auths":{"r":{"username":"u","password":"p"}}}"#, "r"), "u p");
        assert_eq!(found(r#"{"auths":{"r":{}}}"#, "r"), "none");
        assert_eq!(found(r#"{"auths":{"r":null},"HttpHeaders":{},"detachKeys":"x"}"#, "r"), "none");
        assert_eq!(found("{}", "r"), "none");
        assert_eq!(found(r#"{"auths":{"r":{"auth":"amVm\nZjpw\r\nOnc= "}}}"#, "r"), "jeff p:w");
    }

    #[test]
    fn what_is_empty_or_null_sets_nothing() {
        for nothing in ["", " \n", "null", "\tnull\n", r#"{"auths":null}"#, r#"{"auths":{"r":{"auth":null}},"credsStore":null}"#] {
            assert_eq!(found(nothing, "r"), "none", "{nothing:?}");
        }
        assert_eq!(found(r#"{"credHelpers":null,"auths":{"r":{"auth":"amVmZjpwOnc=","identitytoken":null}}}"#, "r"), "jeff p:w");
    }

    #[test]
    fn the_helper_of_a_registry_goes_before_the_one_for_all() {
        let json = r#"{"credsStore":"all","credHelpers":{"dtr.example.com":"own","https://index.docker.io/v1/":"hub"}}"#;
        assert_eq!(found(json, "dtr.example.com"), "helper own");
        assert_eq!(found(json, "docker.io"), "helper hub");
        assert_eq!(found(json, "other.example.com"), "helper all");
        assert_eq!(found(r#"{"credHelpers":{"docker.io":"hub"}}"#, "docker.io"), "helper hub");
    }

    #[test]
    fn errors_name_the_entry_and_no_secret() {
        assert_eq!(found(r#"{"auths":{"r":{"auth":"hunter2!"}}}"#, "r"), r#"auths["r"]: auth is not base64"#);
        assert_eq!(
            found(r#"{"auths":{"r":{"auth":"aHVudGVyMg=="}}}"#, "r"),
            r#"auths["r"]: auth holds no colon between user and password"#
        );
        assert!(found(r#"{"auths":{"r":{"identitytoken":"a\nb"}}}"#, "r").contains("line break"));
        for broken in ["nul", "{", "[]", r#"{"auths":["hunter2"]}"#, &"[".repeat(100_000), r#"{"auths":{"r":{"auth":7}}}"#] {
            let error = found(broken, "r");
            assert!(error.contains("it is not ") && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_missing_file_says_nothing() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Config::read(&dir.path().join("config.json")).is_ok());
        assert!(Config::read(dir.path()).is_err());
    }
}
