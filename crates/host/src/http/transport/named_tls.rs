//! TLS files that are named for the one server of a command, as `notary` is told them.

use std::path::PathBuf;

use super::{
    pem_files::{client_pair, trust},
    site::may_receive,
    tls_files::{Authorities, TlsFileError, TlsFiles, TlsMaterial},
};

/// The files. They are for the server and its site; another server is verified by the system's authorities, and shown no certificate. Nothing
/// is read before a server is spoken to.
#[derive(Clone, Debug, Default)]
pub struct NamedTlsFiles {
    /// The server, as `host[:port]`.
    pub server: String,
    /// The CA certificates that alone are trusted; none for the system's.
    pub ca: Option<PathBuf>,
    /// The client's certificate.
    pub certificate: Option<PathBuf>,
    /// Its key.
    pub key: Option<PathBuf>,
}

impl TlsFiles for NamedTlsFiles {
    fn for_host(&self, authority: &str, _: &str) -> Result<TlsMaterial, TlsFileError> {
        if !may_receive(&self.server, authority) {
            return Ok(TlsMaterial::default());
        }
        let client = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => {
                let refuse = |error: TlsFileError| TlsFileError::UnusablePair { reason: error.to_string() };
                Some(client_pair(certificate, key).map_err(refuse)?)
            }
            (None, None) => None,
            _ => return Err(TlsFileError::HalfAPair),
        };
        let mut material = TlsMaterial { authorities: Authorities::Alone, client, ..TlsMaterial::default() };
        if let Some(file) = &self.ca {
            trust(&mut material, file).map_err(|error| {
                let reason = match error {
                    _ if !file.exists() => format!("open {}: no such file or directory", file.display()),
                    TlsFileError::Unusable { reason, .. } => reason,
                    error => error.to_string(),
                };
                TlsFileError::UnusableCa { path: file.clone(), reason }
            })?;
        }
        Ok(material)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_must_be_there() {
        let of_x = |files: NamedTlsFiles| NamedTlsFiles { server: "x".to_owned(), ..files }.for_host("x", "x");
        let message = |files: NamedTlsFiles| of_x(files).unwrap_err().to_string();
        let named = |name: &str| Some(PathBuf::from(name));
        let half = "either pass both client key and cert, or neither";
        assert_eq!(message(NamedTlsFiles { certificate: named("/c"), ..NamedTlsFiles::default() }), half);
        assert_eq!(message(NamedTlsFiles { key: named("/k"), ..NamedTlsFiles::default() }), half);
        let ca = message(NamedTlsFiles { ca: named("/no/ca.pem"), ..NamedTlsFiles::default() });
        assert!(
            ca.starts_with("unable to configure TLS: could not read CA certificate \"/no/ca.pem\": open /no/ca.pem: no such file"),
            "{ca}"
        );
        let pair = message(NamedTlsFiles { certificate: named("/no/c"), key: named("/no/k"), ..NamedTlsFiles::default() });
        assert!(pair.starts_with("unable to configure TLS: Could not load X509 key pair: /no/k: "), "{pair}");
        let system = of_x(NamedTlsFiles::default()).unwrap();
        assert!(system.roots.is_empty() && system.client.is_none());
    }

    #[test]
    fn what_is_named_for_one_server_is_not_another_s() {
        let server = "notary.example.com:4443".to_owned();
        let files = NamedTlsFiles { server, ca: Some("/no/ca.pem".into()), ..NamedTlsFiles::default() };
        for (authority, is_named) in [
            ("notary.example.com:4443", true),
            ("notary.example.com", true),
            ("auth.example.com", true),
            ("auth.other.org", false),
            ("127.0.0.1", false),
        ] {
            assert_eq!(files.for_host(authority, "notary.example.com:4443").is_err(), is_named, "{authority}");
        }
    }
}
