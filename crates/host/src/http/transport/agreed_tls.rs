//! Which version of TLS the connections to one host speak: what the last handshake agreed on.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use client::ports::trace::TlsVersion;

/// The version, as whoever verifies a handshake notes it. A resumed session speaks the version of its first handshake.
#[derive(Clone, Debug, Default)]
pub(in crate::http) struct AgreedTls(Arc<AtomicU8>);

impl AgreedTls {
    /// A handshake speaks this version.
    pub(in crate::http) fn note(&self, version: TlsVersion) {
        let minor = match version {
            TlsVersion::V1_2 => 2,
            TlsVersion::V1_3 => 3,
        };
        self.0.store(minor, Ordering::Relaxed);
    }

    /// The version; none before the first handshake.
    pub(in crate::http) fn version(&self) -> Option<TlsVersion> {
        match self.0.load(Ordering::Relaxed) {
            2 => Some(TlsVersion::V1_2),
            3 => Some(TlsVersion::V1_3),
            _ => None,
        }
    }
}
