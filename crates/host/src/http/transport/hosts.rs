//! The HTTP clients, one a host: each host has its own CAs and client certificate.

use std::time::{Duration, Instant};

use reqwest::{Url, blocking::Client, redirect::Policy};

use super::{
    agreed_tls::AgreedTls,
    causes::causes,
    exchange::{Incoming, Outgoing, exchange},
    failure::Failure,
    host_client::{DroppedApart, HostClient, Told, route_of},
    pace::Pace,
    proxy::Proxies,
    proxy_answer, tls,
    tls_files::TlsFiles,
};
use crate::http::memo::Memo;
use client::ports::{ProxyFault, trace::Route};

/// The hosts that are spoken to, and the clients that were made so far.
pub(in crate::http) struct Hosts {
    files: Box<dyn TlsFiles>,
    user_agent: String,
    proxies: Proxies,
    pace: Pace,
    pub(in crate::http) told: Told,
    /// By the authority that is asked.
    clients: Memo<(String, Terms), HostClient, Failure>,
}

/// On what terms a host is spoken to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::http) struct Terms {
    /// What it is spoken to for, as the files for TLS know it: a file may count for one purpose alone.
    pub(in crate::http) purpose: String,
    /// Another host whose configured authorities vouch for this one, too.
    pub(in crate::http) voucher: Option<String>,
    /// Whether our own certificate is shown where one is configured.
    pub(in crate::http) shows_certificate: bool,
}

impl Hosts {
    pub(in crate::http) fn new(files: Box<dyn TlsFiles>, user_agent: String, proxies: Proxies, pace: Pace) -> Self {
        Self { files, user_agent, proxies, pace, told: None, clients: Memo::default() }
    }

    /// Sends a request to a host on these terms, and reads the answer.
    pub(in crate::http) fn exchange(&self, terms: &Terms, outgoing: Outgoing) -> Result<Incoming, Failure> {
        let (host, url) = (self.client(&outgoing.url, terms)?, outgoing.url.clone());
        let answer = exchange(&host, outgoing, self.pace);
        let Some(proxy) = &host.proxy else { return answer };
        answer.and_then(|incoming| proxy_answer::in_place(proxy, incoming)).map_err(|failure| match failure {
            Failure::TunnelRefused => Failure::Proxy(Box::new(proxy.name()), proxy_answer::of(proxy, &url)),
            Failure::Unreachable(cause) => Failure::Proxy(Box::new(proxy.name()), ProxyFault::Unreachable(cause)),
            failure => failure,
        })
    }

    /// How long an exchange may take that is not a long one.
    pub(in crate::http) fn timeout(&self) -> Duration {
        self.pace.timeout
    }

    fn client(&self, url: &Url, terms: &Terms) -> Result<HostClient, Failure> {
        let own = authority(url);
        self.clients.get(&(own.clone(), terms.clone()), Instant::now(), |_| true, || self.build(url, &own, terms))
    }

    fn build(&self, url: &Url, own: &str, terms: &Terms) -> Result<HostClient, Failure> {
        let files = |host: &str| self.files.for_host(host, &terms.purpose).map_err(|e| Failure::Unusable(e.to_string()));
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
        let unusable = |reason: String| Failure::Unusable(format!("{own}: {reason}"));
        let proxy = self.proxies.before(url).map_err(unusable)?;
        let route = Route { proxy: proxy.as_ref().map(|proxy| proxy.name().address), ..route };
        let agreed = AgreedTls::default();
        let config = tls::client_config(material, agreed.clone()).map_err(unusable)?;
        let mut builder = Client::builder()
            .tls_backend_preconfigured(config)
            .https_only(url.scheme() != "http")
            .redirect(Policy::none())
            .referer(false)
            .user_agent(&self.user_agent);
        builder = builder.no_proxy(); // the client's own rules
        if let Some(proxy) = &proxy {
            builder = builder.proxy(proxy.for_client().map_err(unusable)?);
        }
        let client = builder.build().map_err(|e| unusable(causes(&e)))?;
        let client = DroppedApart::new(client);
        Ok(HostClient { client, route, proxy, agreed, told: self.told.clone() })
    }
}

/// A URL's host, with its port where that is not the usual one.
pub(in crate::http) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
