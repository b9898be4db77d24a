//! The HTTP clients, one a host: each host has its own CAs and client certificate.

use std::{mem::ManuallyDrop, sync::Arc};

use reqwest::{Url, blocking::Client, redirect::Policy};

use super::{
    agreed_tls::AgreedTls,
    failure::{FailureKind, causes},
    host_client::{HostClient, Told, route_of},
    origin::{Permissions, may_receive},
    proxy, tls,
    tls_files::TlsFiles,
};
use crate::http::memo::OnceEach;
use client::ports::trace::Route;

/// The clients that were made so far.
pub(in crate::http) struct Hosts {
    files: Box<dyn TlsFiles>,
    user_agent: String,
    pub(in crate::http) told: Told,
    /// By the authority that is asked.
    clients: OnceEach<(String, Terms), Result<Shared, FailureKind>>,
}

/// On what terms a host is spoken to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::http) struct Terms {
    /// The registry whose images it is about.
    pub(in crate::http) registry: String,
    /// Another host whose configured authorities vouch for this one, too.
    pub(in crate::http) voucher: Option<String>,
    /// Whether our own certificate is shown where one is configured.
    pub(in crate::http) shows_certificate: bool,
}

impl Terms {
    /// Those of a server that a person named: its own authorities vouch for it, and it is shown our certificate.
    pub(in crate::http) fn of_server(registry: &str) -> Self {
        Self { registry: registry.to_owned(), voucher: None, shows_certificate: true }
    }

    /// Those of a token server that `server` names, which is shown the token.
    ///
    /// The authorities of `server` vouch for it, as with Docker, but on the same site alone, and only where `server` may have itself what is
    /// sent there: whoever holds such an authority can stand in for `server`. Our certificate buys a token for `server` as a login does.
    pub(in crate::http) fn of_realm(
        permissions: &Permissions,
        registry: &str,
        realm: &str,
        server: &str,
        is_anonymous: bool,
    ) -> Self {
        if realm == server {
            return Self::of_server(registry);
        }
        let is_one_site = may_receive(server, realm);
        let vouches = is_one_site && (is_anonymous || permissions.allow_credentials(registry, server));
        let is_the_registry_s = permissions.allow_credentials(registry, realm) && permissions.allow_tokens(registry, server);
        Self {
            registry: registry.to_owned(),
            voucher: vouches.then(|| server.to_owned()),
            shows_certificate: is_one_site || is_the_registry_s,
        }
    }
}

/// A client is never dropped: that would wait for a look-up of a name, which has no time-out of its own, and a command is short.
type Shared = Arc<ManuallyDrop<HostClient>>;

impl Hosts {
    pub(in crate::http) fn new(files: Box<dyn TlsFiles>, user_agent: String) -> Self {
        Self { files, user_agent, told: None, clients: OnceEach::default() }
    }

    /// The client for a URL's host.
    pub(in crate::http) fn client(&self, url: &Url, terms: &Terms) -> Result<HostClient, FailureKind> {
        let own = authority(url);
        let make = || self.build(url, &own, terms).map(|client| Arc::new(ManuallyDrop::new(client)));
        self.clients.get((own.clone(), terms.clone()), |_| true, make).map(|client| HostClient::clone(&client))
    }

    fn build(&self, url: &Url, own: &str, terms: &Terms) -> Result<HostClient, FailureKind> {
        let files = |host: &str| self.files.for_host(host, &terms.registry).map_err(|e| FailureKind::Unusable(e.to_string()));
        let mut material = files(own)?;
        if let Some(voucher) = &terms.voucher {
            let theirs = files(voucher)?;
            material.roots.extend(theirs.roots);
            material.files.extend(theirs.files);
        }
        if !terms.shows_certificate {
            material.client = None;
        }
        let route = match url.scheme() {
            "http" => Route::default(),
            _ => route_of(&material),
        };
        let route = Route { proxy: proxy::before(url), ..route };
        let agreed = AgreedTls::default();
        let config =
            tls::client_config(material, agreed.clone()).map_err(|reason| FailureKind::Unusable(format!("{own}: {reason}")))?;
        let mut builder = Client::builder()
            .tls_backend_preconfigured(config)
            .https_only(url.scheme() != "http")
            .redirect(Policy::none())
            .referer(false)
            .user_agent(&self.user_agent);
        if proxy::is_this_machine(url) {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|e| FailureKind::Unusable(format!("{own}: {}", causes(&e))))?;
        Ok(HostClient { client, route, agreed, told: self.told.clone() })
    }
}

/// A URL's host, with its port where that is not the usual one.
pub(in crate::http) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::transport::origin::Permitted;

    #[test]
    fn an_authority_vouches_for_its_own_host_and_at_most_for_its_site() {
        let realms =
            Permitted { token_realms: vec!["auth.other.org".to_owned()], token_receivers: vec!["notary.other.org".to_owned()] };
        let none = Permissions::default();
        let third = Permissions::default().with("dtr.example.com", realms);
        // realm, server, anonymous: whether the authorities of the server vouch for the realm, whether our certificate is shown there
        for (permissions, realm, server, is_anonymous, vouches, shows) in [
            (&none, "auth.example.com", "dtr.example.com", false, true, true),
            (&none, "dtr.example.com:5001", "dtr.example.com:4443", false, true, true),
            (&none, "dtr.example.com", "notary.other.org", true, false, false),
            (&none, "auth.other.org", "notary.other.org", true, true, true),
            (&none, "127.0.0.1", "127.0.0.2", true, false, false),
            (&none, "alice.github.io", "mallory.github.io", true, false, false),
            // the credentials may go to the realm, and not to the server whose authority would vouch for it
            (&third, "auth.other.org", "notary.other.org", false, false, true),
            (&third, "auth.other.org", "notary.other.org", true, true, true),
            (&third, "auth.other.org", "dtr.example.com", false, false, true),
            (&third, "auth.example.com", "notary.other.org", false, false, true),
            (&none, "auth.other.org", "dtr.example.com", true, false, false),
            (&third, "auth.third.net", "notary.other.org", true, false, false),
        ] {
            let terms = Terms::of_realm(permissions, "dtr.example.com", realm, server, is_anonymous);
            let registry = "dtr.example.com".to_owned();
            let expected = Terms { registry, voucher: vouches.then(|| server.to_owned()), shows_certificate: shows };
            assert_eq!(terms, expected, "{realm}, named by {server}, anonymous: {is_anonymous}");
        }
        let own = Terms::of_realm(&none, "dtr.example.com", "notary.other.org", "notary.other.org", true);
        assert_eq!(own, Terms::of_server("dtr.example.com"));
    }
}
