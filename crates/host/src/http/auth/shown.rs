//! What a server is shown for its challenge: nothing, a credential, or a token that one bought.

use std::sync::Arc;

use reqwest::header::HeaderMap;

use super::{
    ask::Ask,
    authorization,
    challenge::Challenge,
    credential::{Credential, Found},
    failure::{FailureKind, HttpFailure},
    logins::Logins,
    patience,
    permissions::Permissions,
    realm::Realm,
    terms,
    token::{self, Token, TokenRequest},
    who::{self, Who},
};
use crate::http::{
    memo::Memo,
    transport::{exchange::Outgoing, hosts::Hosts},
};
use client::ports::{Step, trace::Errand};

/// What is shown to a server.
pub(super) struct Shown {
    pub(super) headers: HeaderMap,
    pub(super) user: Option<String>,
    pub(super) who: Who,
    /// Where the login came from.
    pub(super) login: Option<String>,
    pub(super) token: Option<Token>,
    /// Whether the token served an earlier request, so that it may have been revoked since.
    pub(super) is_reused: bool,
}

impl Shown {
    fn nothing(who: Who) -> Self {
        Self { headers: HeaderMap::new(), user: None, who, login: None, token: None, is_reused: false }
    }
}

/// What can be shown: logins, as far as they are permitted, and the tokens of this command.
pub(super) struct Wallet {
    pub(super) permissions: Permissions,
    pub(super) logins: Logins,
    pub(super) tokens: Memo<TokenRequest, Token, HttpFailure>,
}

impl Wallet {
    /// What is shown for a challenge; another token than the one that was refused.
    pub(super) fn show(
        &self,
        hosts: &Hosts,
        challenge: &Challenge,
        ask: &Ask<'_>,
        refused: Option<&Token>,
    ) -> Result<Shown, HttpFailure> {
        if ask.api.is_plain() && *challenge != Challenge::None {
            let reason = "it wants credentials, which are not sent over http".to_owned();
            return Err(ask.server_failed(FailureKind::Unauthorized(reason)));
        }
        match challenge {
            Challenge::None => Ok(Shown::nothing(Who::Unasked)),
            Challenge::Basic => self.show_directly(ask),
            Challenge::Bearer { realm, service } => self.show_token(hosts, realm, service.as_ref(), ask, refused),
        }
    }

    fn show_token(
        &self,
        hosts: &Hosts,
        realm: &Realm,
        service: Option<&String>,
        ask: &Ask<'_>,
        refused: Option<&Token>,
    ) -> Result<Shown, HttpFailure> {
        let (server, receiver) = (ask.api.host(), realm.authority());
        let found = self.logins.of(ask)?;
        let (credential, who) = who::to_realm(&self.permissions, ask.registry, found.as_deref(), &receiver, &server);
        if matches!(credential, Some(Credential::RegistryToken(_))) {
            return self.show_directly(ask);
        }
        let (registry, scope) = (ask.registry.to_owned(), ask.scope.to_owned());
        let (realm, service, is_anonymous) = (realm.clone(), service.cloned(), credential.is_none());
        let wanted = TokenRequest { realm, service, scope, registry, is_anonymous, receiver: server };
        let login = source(credential, found.as_deref());
        let mut is_reused = true;
        let usable = |token: &Token| token.is_alive() && refused.is_none_or(|refused| !Arc::ptr_eq(&token.value, &refused.value));
        let token = self.tokens.get(&wanted, ask.begun, usable, || {
            is_reused = false;
            self.fetch_token(hosts, &wanted, credential, &who, ask.errand(Step::Token, login.clone()))
        })?;
        let user = credential.and_then(Credential::user).map(str::to_owned);
        Ok(Shown { headers: authorization::bearer(&token.value), user, who, login, token: Some(token), is_reused })
    }

    fn fetch_token(
        &self,
        hosts: &Hosts,
        wanted: &TokenRequest,
        credential: Option<&Credential>,
        who: &Who,
        errand: Errand,
    ) -> Result<Token, HttpFailure> {
        let mut url = wanted.realm.url().clone();
        url.set_query(None);
        let TokenRequest { realm, registry, receiver, is_anonymous, .. } = wanted;
        let terms = terms::of_realm(&self.permissions, registry, &realm.authority(), receiver, *is_anonymous);
        let exchange = |outgoing: Outgoing| patience::exchange(hosts, &terms, &outgoing);
        token::fetch(exchange, wanted, credential, who, errand).map_err(|kind| HttpFailure::at(Step::Token, &url, kind))
    }

    /// Shows a credential to the server itself: Basic, or a registry's own token.
    fn show_directly(&self, ask: &Ask<'_>) -> Result<Shown, HttpFailure> {
        let found = self.logins.of(ask)?;
        let (credential, who) = who::to_server(&self.permissions, ask.registry, found.as_deref(), &ask.api.host());
        let headers = match credential {
            Some(Credential::Basic { user, password }) => authorization::basic(user, password),
            Some(Credential::RegistryToken(token)) => authorization::bearer(token),
            Some(Credential::IdentityToken { .. }) => {
                let reason = format!("the server wants a password, and there is only the {who}");
                return Err(ask.server_failed(FailureKind::Unauthorized(reason)));
            }
            None => return Err(ask.server_failed(who.refused(None))),
        };
        let user = credential.and_then(Credential::user).map(str::to_owned);
        let login = source(credential, found.as_deref());
        Ok(Shown { headers, user, login, ..Shown::nothing(who) })
    }
}

/// Where the credential came from that is shown.
fn source(credential: Option<&Credential>, found: Option<&Found>) -> Option<String> {
    credential.and(found).map(|found| found.source.clone())
}
