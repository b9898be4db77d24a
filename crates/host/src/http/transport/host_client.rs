//! The client for one host, with what is known of the way there, and who is told of each request.

use std::{sync::Arc, thread};

use reqwest::blocking::Client;

use super::{
    agreed_tls::AgreedTls,
    proxy::Proxy,
    tls_files::{Authorities, TlsMaterial},
};
use client::ports::trace::{Route, Trace, TrustedAuthorities};

/// Who is told of each request, where anyone is.
pub(in crate::http) type Told = Option<Arc<dyn Trace>>;

/// A client, and the way that its requests take. Clones share the connections.
#[derive(Clone)]
pub(in crate::http) struct HostClient {
    pub(in crate::http) client: DroppedApart,
    pub(in crate::http) route: Route,
    pub(in crate::http) proxy: Option<Proxy>,
    pub(in crate::http) agreed: AgreedTls,
    pub(in crate::http) told: Told,
}

/// A client whose last owner does not wait for its end: that may be the end of a look-up of a name, which has no time-out of its own. So it is
/// dropped in a thread of its own.
#[derive(Clone)]
pub(in crate::http) struct DroppedApart(Arc<Owned>);

/// It is there until it is dropped.
struct Owned(Option<Client>);

impl DroppedApart {
    pub(in crate::http) fn new(client: Client) -> Self {
        Self(Arc::new(Owned(Some(client))))
    }

    /// The client.
    pub(in crate::http) fn get(&self) -> Option<&Client> {
        self.0.0.as_ref()
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if let Some(client) = self.0.take() {
            // where there is no thread to be had, it is waited for
            let _ = thread::Builder::new().name("http-end".to_owned()).spawn(move || drop(client));
        }
    }
}

/// What TLS material means for the way to a host.
pub(in crate::http) fn route_of(material: &TlsMaterial) -> Route {
    let is_alone = material.authorities == Authorities::Alone && !material.roots.is_empty();
    Route {
        authorities: Some(TrustedAuthorities { system: !is_alone, files: material.files.clone() }),
        certificate: material.client.as_ref().map(|pair| pair.file.clone()),
        ..Route::default()
    }
}
