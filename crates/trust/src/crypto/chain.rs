//! Paths from a certificate to a trusted CA.

use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::x509::{Certificate, CertificateBundle};

/// No path to a CA.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("certificate with CN {common_name} has no path to a trusted CA: {cause}")]
pub struct ChainError {
    /// The leaf's name.
    pub common_name: String,
    /// Why none was found.
    pub cause: String,
}

/// Checks that the bundle's first certificate leads to one of `roots` at `now`, through the CA certificates of the bundle.
///
/// As in Notary (`trustpinning`, Go's default options) a leaf with extended key usages must have the server's among them.
/// A root that is itself no CA certificate of X.509 version 3 anchors nothing.
pub fn verify(bundle: &CertificateBundle, roots: &[Certificate], now: Timestamp) -> Result<(), ChainError> {
    let fail = |cause: String| ChainError { common_name: bundle.leaf().common_name().to_owned(), cause };
    let time = u64::try_from(now.as_second()).map_err(|_| fail("the time is before 1970".to_owned()))?;
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(time));
    let roots: Vec<CertificateDer<'_>> =
        roots.iter().filter(|root| root.check(Some(now)).is_ok()).map(|root| root.der().into()).collect();
    let anchors: Vec<TrustAnchor<'_>> = roots.iter().filter_map(|root| anchor_from_trusted_cert(root).ok()).collect();
    let intermediates: Vec<CertificateDer<'_>> = bundle.intermediates().map(|certificate| certificate.der().into()).collect();
    let leaf = CertificateDer::from(bundle.leaf().der());
    EndEntityCert::try_from(&leaf)
        .and_then(|leaf| {
            leaf.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, &intermediates, time, KeyUsage::server_auth(), None, None)
                .map(drop)
        })
        .map_err(|e| fail(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(text: &[u8]) -> CertificateBundle {
        CertificateBundle::from_pem(text).unwrap()
    }

    #[test]
    fn a_leaf_leads_to_its_ca_and_to_no_other() {
        let leaf = bundle(include_bytes!("../../../../testdata/certs/chain-leaf-intermediate.pem"));
        let ca = Certificate::first_in_pem(include_bytes!("../../../../testdata/certs/chain-ca.pem")).unwrap();
        let other = Certificate::first_in_pem(include_bytes!("../../../../testdata/certs/ec-ca-signer.pem")).unwrap();
        let now = "2030-01-01T00:00:00Z".parse().unwrap();
        verify(&leaf, std::slice::from_ref(&ca), now).unwrap();
        verify(&leaf, &[other.clone(), ca.clone()], now).unwrap();
        assert!(verify(&leaf, &[other], now).is_err());
        assert!(verify(&leaf, &[], now).is_err());
        assert!(verify(&leaf, std::slice::from_ref(&ca), "2050-01-01T00:00:00Z".parse().unwrap()).is_err());
        let stranger = bundle(include_bytes!("../../../../testdata/certs/ec-signer.pem"));
        assert!(verify(&stranger, &[ca], now).is_err());
    }
}
