//! The ends behind the ports for the face `notary`.

use std::sync::Arc;

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

use super::{Access, Wiring, logins::login_of, network, of_settings::unreleased, trace};
use crate::{
    compose::settings::{Settings, variable},
    config::notary::Config,
    options::setting::Setting,
    term::{prompter::Prompter, ui::Ui},
};
use host::{
    http::{
        Net,
        api::Api,
        credential::{Credential, CredentialError, Credentials, Found, Secret},
        named_tls::NamedTlsFiles,
    },
    keyfiles::key_folder::KeyFolder,
    notary::{Account, NotaryServers, servers::Servers},
    registry::Registries,
    store::TrustFolder,
};

/// What a command of notary needs of its ends.
pub(crate) struct NotaryNeeds<'a> {
    /// Flags and configuration.
    pub config: &'a Config,
    /// Where a broken variable is told of.
    pub ui: &'a Arc<Ui>,
    /// What the command may do on the server.
    pub access: Access,
    /// Who is asked for a login.
    pub prompter: &'a Arc<Prompter>,
}

impl Wiring {
    /// Chooses the ends; nothing is read or asked before a command needs it.
    pub(crate) fn for_notary(settings: Settings, needs: &NotaryNeeds<'_>) -> Self {
        let config = needs.config;
        let server = config.server.as_ref().ok().and_then(|address| Api::parse_also_http(&address.value).ok());
        let tls = NamedTlsFiles {
            // where there is none, none is spoken to
            server: server.map(|api| api.host()).unwrap_or_default(),
            ca: Setting::value_of(config.root_ca.as_ref()),
            certificate: Setting::value_of(config.client_cert.as_ref()),
            key: Setting::value_of(config.client_key.as_ref()),
        };
        let logins = NotaryLogins { access: needs.access, variable: auth_variable(needs.ui), prompter: Arc::clone(needs.prompter) };
        let net = Arc::new(Net::new(network(&settings), Box::new(logins), Box::new(tls)).traced(trace(needs.ui)));
        let servers = match &config.server {
            Ok(address) => Servers::of_notary(&address.value),
            Err(reason) => Servers::refused(reason.clone()),
        };
        Self {
            store: TrustFolder::new(config.trust_dir.value.clone()),
            remote: NotaryServers::new(Arc::clone(&net), servers, needs.access).with_account(Account::OfServer),
            registry: Registries::new(Arc::clone(&net)),
            net,
            keys: KeyFolder::new(&config.trust_dir.value),
            pins: config.pins.clone(),
            unreleased: unreleased(&settings.file),
            trace: trace(needs.ui),
            settings,
        }
    }
}

/// A user's name and password.
struct Pair {
    user: String,
    password: Zeroizing<String>,
}

/// Logins as notary has them: of `NOTARY_AUTH`, else of the person. To read, notary first tries without one.
struct NotaryLogins {
    access: Access,
    variable: Option<Pair>,
    prompter: Arc<Prompter>,
}

impl Credentials for NotaryLogins {
    fn for_registry(&self, _: &str) -> Result<Option<Found>, CredentialError> {
        if let Some(Pair { user, password }) = &self.variable {
            return found(user.clone(), password, "NOTARY_AUTH").map(Some);
        }
        if self.access == Access::Read { Ok(None) } else { self.asked() }
    }

    fn after_refusal(&self, _: &str) -> Result<Option<Found>, CredentialError> {
        if self.access == Access::Read { self.asked() } else { Ok(None) }
    }
}

impl NotaryLogins {
    fn asked(&self) -> Result<Option<Found>, CredentialError> {
        login_of(&self.prompter)
    }
}

fn found(user: String, password: &str, source: &str) -> Result<Found, CredentialError> {
    let origin = source.to_owned();
    match Secret::new(password.to_owned()) {
        Some(password) => Ok(Found { credential: Credential::Basic { user, password }, source: origin }),
        None => Err(CredentialError { origin, reason: "a password is one line".to_owned() }),
    }
}

/// `NOTARY_AUTH`: base64 of `user:password`. Where it cannot be used, that is told in notary's words, and the command goes on without.
fn auth_variable(ui: &Ui) -> Option<Pair> {
    let text = Zeroizing::new(variable("NOTARY_AUTH")?.value.into_string().ok()?);
    match pair(&text) {
        Ok(pair) => Some(pair),
        Err(words) => {
            ui.warning("unusable-login", words);
            None
        }
    }
}

fn pair(text: &str) -> Result<Pair, &'static str> {
    let bytes = Base64::decode_vec(text).map_err(|_| "Could not base64-decode authentication string")?;
    let decoded = String::from_utf8(bytes).map_err(|_| "Could not base64-decode authentication string")?;
    let decoded = Zeroizing::new(decoded);
    match decoded.trim().split_once(':') {
        Some(("", _)) => Err("Authentication string with zero-length username"),
        Some((user, password)) => Ok(Pair { user: user.to_owned(), password: Zeroizing::new(password.to_owned()) }),
        None => Err("Malformatted authentication string; format must be <username>:<password>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_of_the_environment_is_read_as_notary_reads_it() {
        let read = |text: &str| pair(&Base64::encode_string(text.as_bytes())).map(|pair| (pair.user, pair.password.to_string()));
        assert_eq!(read("jeff:pass:word"), Ok(("jeff".to_owned(), "pass:word".to_owned())));
        assert_eq!(read(":x"), Err("Authentication string with zero-length username"));
        assert_eq!(read("jeff"), Err("Malformatted authentication string; format must be <username>:<password>"));
        assert!(pair("%%%").is_err());
    }
}
