//! The client for one host, with what is known of the way there, and who is told of each request.

use std::sync::Arc;

use reqwest::blocking::Client;

use super::{
    agreed_tls::AgreedTls,
    tls_files::{Authorities, TlsMaterial},
};
use client::ports::trace::{Route, Trace, TrustedAuthorities};

/// Who is told of each request, where anyone is.
pub(in crate::http) type Told = Option<Arc<dyn Trace>>;

/// A client, and the way that its requests take. Clones share the connections.
#[derive(Clone)]
pub(in crate::http) struct HostClient {
    pub(in crate::http) client: Client,
    pub(in crate::http) route: Route,
    pub(in crate::http) agreed: AgreedTls,
    pub(in crate::http) told: Told,
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
