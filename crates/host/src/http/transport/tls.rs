//! The TLS settings of the connections to one host.

use std::sync::Arc;

use rustls::{
    ClientConfig, Error, RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs},
};
use rustls_platform_verifier::Verifier;

use super::{
    agreed_tls::AgreedTls,
    self_signed::SelfSignedVerifier,
    tls_files::{Authorities, TlsMaterial},
};

/// TLS 1.2 and 1.3, the system's roots and the configured ones, HTTP/2 where the server has it. Certificates are always verified. `agreed` learns
/// which version it is.
pub(in crate::http) fn client_config(material: TlsMaterial, agreed: AgreedTls) -> Result<ClientConfig, String> {
    if material.authorities == Authorities::Alone {
        return exclusive_client_config(material, agreed);
    }
    beside_the_system(material, agreed)
}

fn beside_the_system(material: TlsMaterial, agreed: AgreedTls) -> Result<ClientConfig, String> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Verifier::new_with_extra_roots(material.roots.iter().cloned(), Arc::clone(&provider))
        .map_err(|_| "the system has no certificate authorities that can be read, and no other is named".to_owned())?;
    configured(material, provider, Arc::new(verifier), agreed)
}

/// The same for a server of which the authority is named: then no other authority counts, the system's neither (docker's `ExclusiveRootPools`).
pub(in crate::http) fn exclusive_client_config(material: TlsMaterial, agreed: AgreedTls) -> Result<ClientConfig, String> {
    if material.roots.is_empty() {
        return beside_the_system(material, agreed);
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    for root in &material.roots {
        roots.add(root.clone()).map_err(|_| "a certificate authority cannot be used: it does not keep to X.509".to_owned())?;
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()
        .map_err(|_| "no certificate authority can be trusted".to_owned())?;
    configured(material, provider, verifier, agreed)
}

fn configured(
    material: TlsMaterial,
    provider: Arc<CryptoProvider>,
    verifier: Arc<dyn ServerCertVerifier>,
    agreed: AgreedTls,
) -> Result<ClientConfig, String> {
    let verifier = SelfSignedVerifier { inner: verifier, configured: material.roots, agreed };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .dangerous() // rustls' word for any verifier but its own; this one adds to the platform's
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match material.client {
        None => builder.with_no_client_auth(),
        Some(pair) => builder
            .with_client_auth_cert(pair.chain, pair.key)
            .map_err(|error| format!("{}: the certificate and its key cannot be used: {}", pair.file.display(), of_pair(&error)))?,
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// What is wrong with a client certificate and its key.
fn of_pair(error: &Error) -> &'static str {
    match error {
        Error::InconsistentKeys(_) => "the key is another certificate's",
        Error::InvalidCertificate(_) => "the certificate does not keep to X.509",
        _ => "a key of this kind is not taken here",
    }
}
