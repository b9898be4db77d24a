//! Where logins come from: Docker's configuration and its helpers, and a person.

use std::sync::Arc;

use crate::term::{prompter::Prompter, ui::Ui};
use host::{
    docker::credentials::DockerCredentials,
    http::credential::{Credential, CredentialError, Credentials, Found, Secret},
};

/// Docker's credentials. A helper may ask on the terminal, so nothing is drawn there meanwhile.
pub(super) struct Undisturbed {
    pub(super) docker: DockerCredentials,
    pub(super) ui: Arc<Ui>,
}

impl Credentials for Undisturbed {
    fn for_registry(&self, registry: &str) -> Result<Option<Found>, CredentialError> {
        let _aside = self.ui.aside();
        self.docker.for_registry(registry)
    }
}

/// Docker's credentials, and a person's where there are none.
pub(super) struct AskedFor {
    pub(super) docker: Undisturbed,
    pub(super) prompter: Arc<Prompter>,
}

impl Credentials for AskedFor {
    fn for_registry(&self, registry: &str) -> Result<Option<Found>, CredentialError> {
        if let Some(found) = self.docker.for_registry(registry)? {
            return Ok(Some(found));
        }
        login_of(&self.prompter)
    }
}

/// What a person answers at a terminal; none elsewhere.
pub(super) fn login_of(prompter: &Prompter) -> Result<Option<Found>, CredentialError> {
    let fail = |reason: String| CredentialError { origin: "prompt".to_owned(), reason };
    let Some(login) = prompter.login().map_err(|error| fail(error.to_string()))? else { return Ok(None) };
    let password = Secret::new(login.password.to_string()).ok_or_else(|| fail("a password is one line".to_owned()))?;
    Ok(Some(Found { credential: Credential::Basic { user: login.username, password }, source: "the prompt".to_owned() }))
}
