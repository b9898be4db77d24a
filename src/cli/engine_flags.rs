//! What Docker's global flags say of the Engine: each is another value of a variable that Docker reads for the same.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::{Path, PathBuf},
};

/// What comes before the environment where the Engine is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EngineFlags {
    values: BTreeMap<&'static str, OsString>,
    files: TlsFileFlags,
}

/// The files that flags name for TLS with the Engine, each in place of the one of `DOCKER_CERT_PATH`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsFileFlags {
    /// In place of `ca.pem`.
    pub ca: Option<PathBuf>,
    /// In place of `cert.pem`.
    pub certificate: Option<PathBuf>,
    /// In place of `key.pem`.
    pub key: Option<PathBuf>,
}

impl EngineFlags {
    /// What `--host` says. It comes before every context.
    pub fn host(&mut self, host: &str) {
        self.values.insert("DOCKER_HOST", host.into());
    }

    /// What `--context` says. It comes before `DOCKER_HOST`.
    pub fn context(&mut self, name: &str) {
        self.values.insert("DOCKER_CONTEXT", name.into());
        self.values.insert("DOCKER_HOST", OsString::new());
    }

    /// What `--tls` says.
    pub fn tls(&mut self, spoken: bool) {
        self.values.insert("DOCKER_TLS", if spoken { "1" } else { "" }.into());
    }

    /// Which files TLS is spoken with.
    pub fn tls_files(&mut self, files: TlsFileFlags) {
        self.files = files;
    }

    /// The value of one of Docker's variables for this command; `environment` has those that no flag speaks of. One that is empty counts as not
    /// set.
    pub fn variable(&self, name: &str, environment: impl FnOnce(&str) -> Option<OsString>) -> Option<OsString> {
        self.values.get(name).cloned().or_else(|| environment(name)).filter(|value| !value.is_empty())
    }

    /// A file for TLS: the flag's, else that of this name (`ca.pem`, `cert.pem`, `key.pem`) in the folder.
    #[must_use]
    pub fn tls_file(&self, name: &str, folder: &Path) -> PathBuf {
        let named = match name {
            "ca.pem" => &self.files.ca,
            "cert.pem" => &self.files.certificate,
            "key.pem" => &self.files.key,
            _ => &None,
        };
        named.clone().unwrap_or_else(|| folder.join(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_comes_before_its_variable() {
        let environment = |name: &str| (name != "DOCKER_TLS").then(|| OsString::from("of the environment"));
        let seen = |flags: &EngineFlags, name: &str| flags.variable(name, environment).map(|value| value.into_string().unwrap());
        let mut flags = EngineFlags::default();
        assert_eq!(seen(&flags, "DOCKER_HOST").as_deref(), Some("of the environment"));
        flags.tls(true);
        assert_eq!(seen(&flags, "DOCKER_TLS").as_deref(), Some("1"));
        flags.context("far");
        assert_eq!(seen(&flags, "DOCKER_CONTEXT").as_deref(), Some("far"));
        assert_eq!(seen(&flags, "DOCKER_HOST"), None);
        flags.host("tcp://near:2375");
        assert_eq!(seen(&flags, "DOCKER_HOST").as_deref(), Some("tcp://near:2375"));
    }

    #[test]
    fn a_file_that_is_not_named_is_that_of_the_folder() {
        let mut flags = EngineFlags::default();
        flags.tls_files(TlsFileFlags { ca: Some("/own/authority.crt".into()), ..TlsFileFlags::default() });
        assert_eq!(flags.tls_file("ca.pem", Path::new("/certs")), Path::new("/own/authority.crt"));
        assert_eq!(flags.tls_file("key.pem", Path::new("/certs")), Path::new("/certs/key.pem"));
    }
}
