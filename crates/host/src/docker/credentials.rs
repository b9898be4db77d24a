//! Credentials as `docker login` left them.

use std::{ffi::OsString, path::PathBuf, sync::Arc, time::Duration};

use zeroize::Zeroizing;

use super::{config::Config, helper::Helpers};
use crate::http::credential::{CredentialError, Credentials, Found};
use trust::model::gun::login_key;

/// How long a credential helper may take before it is killed; a person may have to unlock a keychain.
const HELPER_DEADLINE: Duration = Duration::from_secs(20);

/// The credentials of a Docker configuration folder: `config.json` and the helpers that it names.
///
/// Unlike Docker's, an error is not passed over: a broken file or a failing helper would otherwise turn into an anonymous request.
#[derive(Clone)]
pub struct DockerCredentials {
    file: PathBuf,
    variable: Option<Arc<Zeroizing<String>>>,
    helpers: Helpers,
}

/// The variable that holds the `auths` of a `config.json` (docker/cli `DockerEnvConfigKey`).
pub const VARIABLE: &str = "DOCKER_AUTH_CONFIG";

impl DockerCredentials {
    /// Reads `config.json` in `config_dir` (`DOCKER_CONFIG`, or `~/.docker`) when it is asked.
    #[must_use]
    pub fn new(mut config_dir: PathBuf) -> Self {
        config_dir.push("config.json");
        Self { file: config_dir, variable: None, helpers: Helpers { deadline: HELPER_DEADLINE, path: None } }
    }

    /// Has logins from `DOCKER_AUTH_CONFIG` too: those come before the file's and the helpers', as with docker.
    #[must_use]
    pub fn with_variable(mut self, value: Option<String>) -> Self {
        self.variable = value.map(|value| Arc::new(Zeroizing::new(value)));
        self
    }

    /// The login of the variable.
    fn of_variable(&self, registry: &str) -> Result<Option<Found>, CredentialError> {
        let Some(value) = &self.variable else { return Ok(None) };
        let fail = |reason| CredentialError { origin: VARIABLE.to_owned(), reason };
        let credential = Config::parse(value.as_bytes()).and_then(|config| config.credential(registry)).map_err(fail)?;
        Ok(credential.map(|credential| Found { credential, source: VARIABLE.to_owned() }))
    }

    /// Kills a helper after `deadline`, and searches helpers in `path` where one is given.
    #[must_use]
    pub fn with_helpers(mut self, deadline: Duration, path: Option<OsString>) -> Self {
        self.helpers = Helpers { deadline, path };
        self
    }
}

impl Credentials for DockerCredentials {
    fn for_registry(&self, registry: &str) -> Result<Option<Found>, CredentialError> {
        if let Some(found) = self.of_variable(registry)? {
            return Ok(Some(found));
        }
        let fail = |reason| CredentialError { origin: self.file.display().to_string(), reason };
        let config = Config::read(&self.file).map_err(fail)?;
        if let Some(helper) = config.helper(registry) {
            return self.helpers.get(helper, login_key(registry));
        }
        let credential = config.credential(registry).map_err(fail)?;
        Ok(credential.map(|credential| Found { credential, source: self.file.display().to_string() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::credential::Credential;

    fn found(file: &str, variable: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.json"), file).unwrap();
        let credentials = DockerCredentials::new(folder.path().to_owned()).with_variable(Some(variable.to_owned()));
        match credentials.for_registry("r:5000") {
            Ok(Some(Found { credential: Credential::Basic { user, .. }, source })) if source == VARIABLE => {
                format!("{user} of the variable")
            }
            Ok(Some(Found { credential: Credential::Basic { user, .. }, .. })) => user,
            Ok(_) => "none".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_variable_comes_before_the_file_and_its_helpers() {
        let (jeff, ann) =
            (r#"{"auths":{"r:5000":{"auth":"amVmZjpwdw=="}}}"#, r#"{"auths":{"https://r:5000/v2/":{"auth":"YW5uOnB3"}}}"#);
        assert_eq!(found(jeff, ann), "ann of the variable");
        assert_eq!(found(r#"{"credsStore":"no-such-helper"}"#, ann), "ann of the variable");
        for nothing in [r#"{"auths":{"other":{"auth":"YW5uOnB3"}}}"#, "{}", "null", r#"{"auths":null}"#, r#"{"credsStore":"x"}"#] {
            assert_eq!(found(jeff, nothing), "jeff", "{nothing}");
        }
    }

    #[test]
    fn a_variable_that_cannot_be_read_is_told_of_without_its_secret() {
        for broken in ["hunter2", r#"{"auths":{"r:5000":{"auth":"hunter2!"}}}"#, r#"{"auths":["hunter2"]}"#] {
            let error = found("{}", broken);
            assert!(error.starts_with("DOCKER_AUTH_CONFIG: ") && !error.contains("hunter2"), "{error}");
        }
    }
}
