//! What Docker's global flags say of the Engine: each is another value of a variable that Docker reads for the same.

use std::{collections::BTreeMap, ffi::OsString, path::PathBuf};

/// The context that `DOCKER_HOST`, or the usual socket, is.
const DEFAULT_CONTEXT: &str = "default";

/// What comes before the environment where the Engine is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EngineFlags {
    values: BTreeMap<&'static str, OsString>,
    /// The files for TLS.
    pub tls_files: TlsFileFlags,
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
    /// What `--host` says. It comes before every context; one of nothing but blanks means the default host.
    pub fn host(&mut self, host: &str) {
        if host.trim().is_empty() {
            self.values.insert("DOCKER_HOST", OsString::new());
            self.values.insert("DOCKER_CONTEXT", DEFAULT_CONTEXT.into());
        } else {
            self.values.insert("DOCKER_HOST", host.into());
        }
    }

    /// What `--context` says. It comes before `DOCKER_HOST`, which is what the context `default` is made of. An empty name says nothing.
    pub fn context(&mut self, name: &str) {
        if name.is_empty() {
            return;
        }
        self.values.insert("DOCKER_CONTEXT", name.into());
        if name != DEFAULT_CONTEXT {
            self.values.insert("DOCKER_HOST", OsString::new());
        }
    }

    /// What `--tls` says.
    pub fn tls(&mut self, spoken: bool) {
        self.values.insert("DOCKER_TLS", if spoken { "1" } else { "" }.into());
    }

    /// The value of one of Docker's variables for this command; `environment` has those that no flag speaks of. One that is empty counts as not
    /// set.
    pub fn variable(&self, name: &str, environment: impl FnOnce(&str) -> Option<OsString>) -> Option<OsString> {
        self.values.get(name).cloned().or_else(|| environment(name)).filter(|value| !value.is_empty())
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
        flags.context("default");
        assert_eq!(seen(&flags, "DOCKER_HOST").as_deref(), Some("of the environment"));
        flags.context("far");
        assert_eq!(seen(&flags, "DOCKER_CONTEXT").as_deref(), Some("far"));
        assert_eq!(seen(&flags, "DOCKER_HOST"), None);
        flags.host("tcp://near:2375");
        assert_eq!(seen(&flags, "DOCKER_HOST").as_deref(), Some("tcp://near:2375"));
    }

    // compared with docker 28.2.2
    #[test]
    fn an_empty_context_says_nothing_and_an_empty_host_means_the_default() {
        let environment = |_: &str| Some(OsString::from("of the environment"));
        let seen = |flags: &EngineFlags, name: &str| flags.variable(name, environment).map(|value| value.into_string().unwrap());
        let mut flags = EngineFlags::default();
        flags.context("");
        assert_eq!(flags, EngineFlags::default());
        for host in ["", " "] {
            flags.host(host);
            assert_eq!(seen(&flags, "DOCKER_HOST"), None);
            assert_eq!(seen(&flags, "DOCKER_CONTEXT").as_deref(), Some("default"));
        }
    }
}
