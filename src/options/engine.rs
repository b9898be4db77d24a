//! What Docker's global flags say of the Engine: each is another value of a variable that Docker reads for the same.

use std::{collections::BTreeMap, ffi::OsString, path::PathBuf};

use super::setting::Setting;

/// The context that `DOCKER_HOST`, or the usual socket, is.
const DEFAULT_CONTEXT: &str = "default";

/// What comes before the environment where the Engine is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EngineFlags {
    values: BTreeMap<&'static str, Setting<OsString>>,
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
            self.set("DOCKER_HOST", "--host", "");
            self.set("DOCKER_CONTEXT", "--host", DEFAULT_CONTEXT);
        } else {
            self.set("DOCKER_HOST", "--host", host);
        }
    }

    /// What `--context` says. It comes before `DOCKER_HOST`, which is what the context `default` is made of. An empty name says nothing.
    pub fn context(&mut self, name: &str) {
        if name.is_empty() {
            return;
        }
        self.set("DOCKER_CONTEXT", "--context", name);
        if name != DEFAULT_CONTEXT {
            self.set("DOCKER_HOST", "--context", "");
        }
    }

    /// What `--tls` says.
    pub fn tls(&mut self, spoken: bool) {
        self.set("DOCKER_TLS", "--tls", if spoken { "1" } else { "" });
    }

    fn set(&mut self, variable: &'static str, flag: &'static str, value: &str) {
        self.values.insert(variable, Setting::of_flag(flag, value.into()));
    }

    /// The value of one of Docker's variables for this command; `environment` has those that no flag speaks of. One that is empty counts as not
    /// set.
    pub(crate) fn setting(
        &self,
        name: &'static str,
        environment: impl FnOnce(&'static str) -> Option<Setting<OsString>>,
    ) -> Option<Setting<OsString>> {
        self.values.get(name).cloned().or_else(|| environment(name)).filter(|set| !set.value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_comes_before_its_variable() {
        let environment = |name| (name != "DOCKER_TLS").then(|| Setting::of_variable(name, "of the environment".into()));
        let seen = |flags: &EngineFlags, name| flags.setting(name, environment).map(|set| set.value.into_string().unwrap());
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
        let environment = |name| Some(Setting::of_variable(name, "of the environment".into()));
        let seen = |flags: &EngineFlags, name| flags.setting(name, environment).map(|set| set.value.into_string().unwrap());
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
