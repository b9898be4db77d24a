//! Server certificates that a person configured as their own CA.
//!
//! `openssl req -x509`, as Docker's documentation has it, makes a self-signed certificate with `CA:TRUE`; people serve it, and configure it as
//! the CA. Go and OpenSSL take it. webpki refuses a CA as a server's certificate, so this verifier takes on exactly that case.

use std::sync::Arc;

use jiff::Timestamp;
use rustls::{
    CertificateError, DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use x509_cert::{
    Certificate,
    der::{Decode, oid::AssociatedOid},
    ext::pkix::ExtendedKeyUsage,
};

use super::{
    agreed_tls::AgreedTls,
    certificate::{SERVER_AUTH, with_facts},
};
use client::ports::trace::TlsVersion;

/// Asks another verifier first; where that one finds nothing wrong but that the server's certificate is a CA, and the certificate is byte for
/// byte a configured one, its name, dates and purpose are checked here.
#[derive(Debug)]
pub(in crate::http) struct SelfSignedVerifier {
    pub(in crate::http) inner: Arc<dyn ServerCertVerifier>,
    pub(in crate::http) configured: Vec<CertificateDer<'static>>,
    /// Where it is noted which version of TLS was agreed on.
    pub(in crate::http) agreed: AgreedTls,
}

impl ServerCertVerifier for SelfSignedVerifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = match self.inner.verify_server_cert(leaf, intermediates, name, ocsp, now) {
            Err(error) if is_ca_used_as_end_entity(&error) && self.configured.iter().any(|own| own.as_ref() == leaf.as_ref()) => {
                check(leaf, name, now)
            }
            verdict => verdict,
        };
        let now = i64::try_from(now.as_secs()).ok().and_then(|now| Timestamp::from_second(now).ok()).unwrap_or_default();
        verdict.map_err(|error| with_facts(error, leaf, intermediates, name, now))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.agreed.note(TlsVersion::V1_2);
        self.inner.verify_tls12_signature(message, leaf, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.agreed.note(TlsVersion::V1_3);
        self.inner.verify_tls13_signature(message, leaf, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

fn is_ca_used_as_end_entity(error: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(other)) = error else { return false };
    matches!(other.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

fn check(leaf: &CertificateDer<'_>, name: &ServerName<'_>, now: UnixTime) -> Result<ServerCertVerified, Error> {
    let refuse = |reason| Err(Error::InvalidCertificate(reason));
    let Ok(certificate) = Certificate::from_der(leaf) else { return refuse(CertificateError::BadEncoding) };
    let certificate = certificate.tbs_certificate();
    let validity = certificate.validity();
    if now.as_secs() < validity.not_before.to_unix_duration().as_secs() {
        return refuse(CertificateError::NotValidYet);
    }
    if now.as_secs() > validity.not_after.to_unix_duration().as_secs() {
        return refuse(CertificateError::Expired);
    }
    let mut usages = certificate.extensions().into_iter().flatten().filter(|e| e.extn_id == ExtendedKeyUsage::OID);
    if !usages.all(|e| {
        ExtendedKeyUsage::from_der(e.extn_value.as_bytes()).is_ok_and(|usage| usage.0.iter().any(|u| SERVER_AUTH.contains(u)))
    }) {
        return refuse(CertificateError::InvalidPurpose);
    }
    let Ok(end_entity) = webpki::EndEntityCert::try_from(leaf) else { return refuse(CertificateError::BadEncoding) };
    if end_entity.verify_is_valid_for_subject_name(name).is_err() {
        let presented = end_entity.valid_dns_names().map(str::to_owned).collect();
        return refuse(CertificateError::NotValidForNameContext { expected: name.to_owned(), presented });
    }
    Ok(ServerCertVerified::assertion())
}
