//! Certificates and keys for TLS, in PEM files.

use std::{fs::File, path::Path};

use rustls::pki_types::{
    CertificateDer, PrivateKeyDer,
    pem::{self, PemObject},
};
use zeroize::Zeroizing;

use super::tls_files::{ClientPair, TlsFileError, TlsMaterial};
use crate::bounded::read_secret;

/// Longest certificate or key file that is read, in bytes.
const MAX_FILE: u64 = 4 << 20;

/// A client's certificate with its chain, and its key.
pub fn client_pair(certificate: &Path, key: &Path) -> Result<ClientPair, TlsFileError> {
    let pem = read(key)?;
    let private = PrivateKeyDer::from_pem_slice(&pem).map_err(|e| match e {
        pem::Error::NoItemsFound if contains(&pem, b"ENCRYPTED") => unusable(key, "it is encrypted".to_owned()),
        pem::Error::NoItemsFound => unusable(key, "it holds no private key in PEM".to_owned()),
        e => unusable(key, e.to_string()),
    })?;
    Ok(ClientPair { chain: certificates(certificate)?, key: private, file: certificate.to_owned() })
}

/// Trusts the CA certificates of a PEM file, too.
pub fn trust(material: &mut TlsMaterial, file: &Path) -> Result<(), TlsFileError> {
    material.roots.extend(certificates(file)?);
    material.files.push(file.to_owned());
    Ok(())
}

/// All certificates of a PEM file; it must hold one.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFileError> {
    let pem = read(path)?;
    let found = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>().map_err(|e| unusable(path, e.to_string()))?;
    if found.is_empty() {
        return Err(unusable(path, "it holds no certificate in PEM".to_owned()));
    }
    for certificate in &found {
        // what cannot become a trust anchor would fail later without the file's name
        webpki::anchor_from_trusted_cert(certificate)
            .map_err(|_| unusable(path, "it holds a certificate that cannot be used: it does not keep to X.509".to_owned()))?;
    }
    Ok(found)
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, TlsFileError> {
    File::open(path).and_then(|file| read_secret(file, MAX_FILE)).map_err(|e| unusable(path, e.to_string()))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

fn unusable(path: &Path, reason: String) -> TlsFileError {
    TlsFileError::Unusable { path: path.to_owned(), reason }
}
