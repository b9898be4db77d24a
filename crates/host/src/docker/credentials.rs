//! Credentials as `docker login` left them.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use super::{config::Config, helper::Helpers};
use crate::http::credential::{CredentialError, Credentials, Found};
use trust::model::gun::login_key;

/// How long a credential helper may take before it is killed; a person may have to unlock a keychain.
const HELPER_DEADLINE: Duration = Duration::from_secs(20);

/// The credentials of a Docker configuration folder: `config.json` and the helpers that it names.
///
/// Unlike Docker's, an error is not passed over: a broken file or a failing helper would otherwise turn into an anonymous request.
#[derive(Clone, Debug)]
pub struct DockerCredentials {
    file: PathBuf,
    helpers: Helpers,
}

impl DockerCredentials {
    /// Reads `config.json` in `config_dir` (`DOCKER_CONFIG`, or `~/.docker`) when it is asked.
    #[must_use]
    pub fn new(mut config_dir: PathBuf) -> Self {
        config_dir.push("config.json");
        Self { file: config_dir, helpers: Helpers { deadline: HELPER_DEADLINE, path: None } }
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
        let fail = |reason| CredentialError { origin: self.file.display().to_string(), reason };
        let config = Config::read(&self.file).map_err(fail)?;
        if let Some(helper) = config.helper(registry) {
            return self.helpers.get(helper, login_key(registry));
        }
        let credential = config.credential(registry).map_err(fail)?;
        Ok(credential.map(|credential| Found { credential, source: self.file.display().to_string() }))
    }
}
