//! Configured TLS material, and the port through which it is found.

use std::path::PathBuf;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What is configured for the TLS connections to one host.
#[derive(Debug, Default)]
pub struct TlsMaterial {
    /// CA certificates that are trusted.
    pub roots: Vec<CertificateDer<'static>>,
    /// The files that they are of.
    pub files: Vec<PathBuf>,
    /// Whether the system's are trusted too.
    pub authorities: Authorities,
    /// Our own certificate and its key, where the host wants one.
    pub client: Option<ClientPair>,
}

/// What configured CA certificates are to the system's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Authorities {
    /// They are trusted beside the system's.
    #[default]
    Beside,
    /// Where there are any, no others are trusted.
    Alone,
}

/// A client certificate with its chain, and its key.
#[derive(Debug)]
pub struct ClientPair {
    /// The certificate first, then its chain.
    pub chain: Vec<CertificateDer<'static>>,
    /// The private key.
    pub key: PrivateKeyDer<'static>,
    /// The certificate's file, for messages.
    pub file: PathBuf,
}

/// Where TLS material comes from.
pub trait TlsFiles: Send + Sync {
    /// What is configured for `host[:port]`, where it is asked about the images of a registry. A file that is there and cannot be used is an
    /// error that names it.
    fn for_host(&self, authority: &str, registry: &str) -> Result<TlsMaterial, TlsFileError>;
}

/// A TLS file is there and cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsFileError {
    /// A certificate without its key, or a key without its certificate. Notary's words.
    #[error("either pass both client key and cert, or neither")]
    HalfAPair,
    /// A key without its certificate. Docker's words.
    #[error("missing client certificate {certificate} for key {key}")]
    MissingCertificate {
        /// The name of the absent file.
        certificate: String,
        /// The key's file name.
        key: String,
    },
    /// A certificate without its key. Docker's words.
    #[error("missing key {key} for client certificate {certificate}. CA certificates must use the extension .crt")]
    MissingKey {
        /// The name of the absent file.
        key: String,
        /// The certificate's file name.
        certificate: String,
    },
    /// The one CA file that is named cannot be used. Notary's words.
    #[error("unable to configure TLS: could not read CA certificate {path:?}: {reason}")]
    UnusableCa {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The client's certificate or its key that is named cannot be used. Notary's words.
    #[error("unable to configure TLS: Could not load X509 key pair: {reason}")]
    UnusablePair {
        /// Why, with the file.
        reason: String,
    },
    /// The file cannot be read, or does not hold what it should.
    #[error("{path}: {reason}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}
