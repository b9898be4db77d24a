//! The HTTP clients, one a host: each host has its own CAs and client certificate.

use std::{mem::ManuallyDrop, net::IpAddr, sync::Arc};

use reqwest::{Url, blocking::Client, redirect::Policy};

use super::{
    failure::{Kind, causes},
    once::OnceEach,
    tls,
    tls_files::TlsFiles,
};

/// The clients that were made so far.
pub(super) struct Hosts {
    files: Box<dyn TlsFiles>,
    user_agent: String,
    /// By the authority that is asked, and the one whose CAs are trusted too.
    clients: OnceEach<(String, Option<String>), Result<Shared, Kind>>,
}

/// A client is never dropped: that would wait for a look-up of a name, which has no time-out of its own, and a command is short.
type Shared = Arc<ManuallyDrop<Client>>;

impl Hosts {
    pub(super) fn new(files: Box<dyn TlsFiles>, user_agent: String) -> Self {
        Self { files, user_agent, clients: OnceEach::default() }
    }

    /// The client for a URL's host. A token server is trusted with the CAs of the server that named it, too, as Docker does.
    pub(super) fn client(&self, url: &Url, named_by: Option<&Url>) -> Result<Client, Kind> {
        let own = authority(url);
        let other = named_by.map(authority).filter(|other| *other != own);
        let make = || self.build(url, &own, other.as_deref()).map(|client| Arc::new(ManuallyDrop::new(client)));
        self.clients.get((own.clone(), other.clone()), |_| true, make).map(|client| Client::clone(&client))
    }

    fn build(&self, url: &Url, own: &str, other: Option<&str>) -> Result<Client, Kind> {
        let mut material = self.files.for_host(own).map_err(|e| Kind::Unusable(e.to_string()))?;
        if let Some(other) = other {
            material.roots.extend(self.files.for_host(other).map_err(|e| Kind::Unusable(e.to_string()))?.roots);
        }
        let config = tls::client_config(material).map_err(|reason| Kind::Unusable(format!("{own}: {reason}")))?;
        let mut builder = Client::builder()
            .tls_backend_preconfigured(config)
            .https_only(url.scheme() != "http")
            .redirect(Policy::none())
            .referer(false)
            .user_agent(&self.user_agent);
        if is_this_machine(url) {
            // as Go does: a proxy cannot reach this machine's own servers
            builder = builder.no_proxy();
        }
        builder.build().map_err(|e| Kind::Unusable(format!("{own}: {}", causes(&e))))
    }
}

/// A URL's host, with its port where that is not the usual one.
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
