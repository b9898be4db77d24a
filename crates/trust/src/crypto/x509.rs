//! X.509 certificates as Notary uses them: carriers of a key, a name and a validity.

use der::{Decode as _, Encode as _, asn1::ObjectIdentifier};
use jiff::{SignedDuration, Timestamp, ToSpan as _, tz::TimeZone};
use x509_cert::ext::pkix::{BasicConstraints, name::DirectoryString};

use super::{
    error::CryptoError,
    pem::{self, PemBlock},
    verifying_key::{KeyKind, VerifyingKey},
};

/// The PEM type of a certificate.
const LABEL: &str = "CERTIFICATE";

/// Signature algorithms over SHA-1: RSA, ECDSA, DSA.
const SHA1_SIGNATURES: [ObjectIdentifier; 4] = [
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5"),
    ObjectIdentifier::new_unwrap("1.3.14.3.2.29"),
    ObjectIdentifier::new_unwrap("1.2.840.10045.4.1"),
    ObjectIdentifier::new_unwrap("1.2.840.10040.4.3"),
];

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// A certificate that cannot be read or used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The text has a PEM block of another type.
    #[error("invalid pem block type: {0}")]
    BlockType(String),
    /// The text has no PEM block.
    #[error("no valid certificates found")]
    NoCertificate,
    /// A block is not an X.509 certificate in DER.
    #[error("malformed certificate: {0}")]
    Malformed(String),
    /// The key in it is not one that we can use.
    #[error("certificate with CN {common_name}: {source}")]
    Key {
        /// The subject's common name.
        common_name: String,
        /// What is wrong with the key.
        source: CryptoError,
    },
    /// `NotBefore` is after `NotAfter`.
    #[error("certificate validity window is invalid")]
    Window,
    /// It is signed over SHA-1.
    #[error("certificate with CN {0} uses invalid SHA1 signature algorithm")]
    Sha1(String),
    /// Its RSA key has fewer than 2048 bits.
    #[error("RSA bit length is too short")]
    RsaTooShort,
    /// It is expired.
    #[error("certificate with CN {0} is expired")]
    Expired(String),
    /// It begins to be valid more than a day after now. The peers say that it is expired.
    #[error("certificate with CN {common_name} is not valid before {from}")]
    NotValidYet {
        /// Whose it is.
        common_name: String,
        /// From when on it is valid.
        from: Timestamp,
    },
    /// A bundle does not begin with its only certificate that is no CA's.
    #[error("the bundle has {leaves} certificates that are no CA's; it must have exactly one, and that first")]
    Leaves {
        /// How many there are.
        leaves: usize,
    },
}

/// A certificate.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    spki: Vec<u8>,
    key: VerifyingKey,
    common_name: String,
    not_before: Timestamp,
    not_after: Timestamp,
    is_ca: bool,
    is_self_issued: bool,
    sha1: bool,
}

impl Certificate {
    /// Reads a certificate in DER.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let malformed = |e: der::Error| CertificateError::Malformed(e.to_string());
        let certificate = x509_cert::Certificate::from_der(der).map_err(malformed)?;
        let tbs = certificate.tbs_certificate();
        let common_name = common_name(tbs.subject());
        let spki = tbs.subject_public_key_info().to_der().map_err(malformed)?;
        let key =
            VerifyingKey::from_spki(&spki).map_err(|source| CertificateError::Key { common_name: common_name.clone(), source })?;
        let constraints = tbs.get_extension::<BasicConstraints>().map_err(malformed)?;
        Ok(Self {
            der: der.to_vec(),
            spki,
            key,
            common_name,
            not_before: timestamp(tbs.validity().not_before),
            not_after: timestamp(tbs.validity().not_after),
            is_ca: constraints.is_some_and(|(_, constraints)| constraints.ca),
            is_self_issued: tbs.issuer() == tbs.subject(),
            sha1: SHA1_SIGNATURES.contains(&certificate.signature_algorithm().oid),
        })
    }

    /// The first certificate of a PEM text; other blocks are passed over (Notary `utils.LoadCertFromPEM`).
    pub fn first_in_pem(text: &[u8]) -> Result<Self, CertificateError> {
        let block = pem::blocks(text).into_iter().find(|block| block.label == LABEL && block.headers.is_empty());
        Self::from_der(&block.ok_or(CertificateError::NoCertificate)?.content)
    }

    /// The certificate as it was read.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate as Go's `pem.EncodeToMemory` writes it: the public bytes of a TUF key of the types `ecdsa-x509` and `rsa-x509`.
    #[must_use]
    pub fn to_pem(&self) -> String {
        // a block without headers can always be written
        pem::encode(&PemBlock::new(LABEL, self.der.clone())).map(|text| text.to_string()).unwrap_or_default()
    }

    /// The subject's common name; empty where it has none.
    #[must_use]
    pub fn common_name(&self) -> &str {
        &self.common_name
    }

    /// The key's `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// The key.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.key
    }

    /// The kind of its key.
    #[must_use]
    pub fn key_kind(&self) -> KeyKind {
        self.key.kind()
    }

    /// When it begins to be valid.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The last moment at which it is valid.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whether its issuer has the name of its subject: no authority vouches for it.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.is_self_issued
    }

    /// Whether it is a CA's (basic constraints).
    #[must_use]
    pub fn is_ca(&self) -> bool {
        self.is_ca
    }

    /// Notary `utils.ValidateCertificate`: a sane window, no SHA-1, RSA of 2048 bits and more; with `now` also that it is not expired
    /// and begins at most a day after now.
    pub fn check(&self, now: Option<Timestamp>) -> Result<(), CertificateError> {
        if self.not_before > self.not_after {
            return Err(CertificateError::Window);
        }
        if self.sha1 {
            return Err(CertificateError::Sha1(self.common_name.clone()));
        }
        if let Err(CryptoError::RsaSize { bits: 0..2048 }) = self.key.check_size() {
            return Err(CertificateError::RsaTooShort);
        }
        let Some(now) = now else { return Ok(()) };
        let tomorrow = now.checked_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
        if now > self.not_after {
            return Err(CertificateError::Expired(self.common_name.clone()));
        }
        if tomorrow < self.not_before {
            return Err(CertificateError::NotValidYet { common_name: self.common_name.clone(), from: self.not_before });
        }
        Ok(())
    }

    /// Whether it expires within six months: Notary then warns `certificate with CN … is near expiry`.
    #[must_use]
    pub fn near_expiry(&self, now: Timestamp) -> bool {
        let in_six_months = now.to_zoned(TimeZone::UTC).checked_add(6.months()).map_or(Timestamp::MAX, |then| then.timestamp());
        self.not_after < in_six_months
    }
}

/// The certificates of one key: its own and those that lead to a CA.
#[derive(Clone)]
pub struct CertificateBundle {
    leaf: Certificate,
    others: Vec<Certificate>,
}

impl CertificateBundle {
    /// Reads PEM text that holds certificates and nothing else (Notary `utils.LoadCertBundleFromPEM`).
    pub fn from_pem(text: &[u8]) -> Result<Self, CertificateError> {
        let mut certificates = pem::blocks(text).into_iter().map(|block| {
            if block.label == LABEL { Certificate::from_der(&block.content) } else { Err(CertificateError::BlockType(block.label)) }
        });
        let leaf = certificates.next().ok_or(CertificateError::NoCertificate)??;
        Ok(Self { leaf, others: certificates.collect::<Result<_, _>>()? })
    }

    /// The first certificate, whose key the bundle carries.
    #[must_use]
    pub fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    /// The CA certificates after the first (Notary `utils.GetIntermediateCerts`).
    pub fn intermediates(&self) -> impl Iterator<Item = &Certificate> {
        self.others.iter().filter(|certificate| certificate.is_ca)
    }

    /// That exactly one certificate is no CA's, and that it is the first: what a root key's bundle must be (Notary
    /// `trustpinning.parseAllCerts`; the key itself is always taken from the first).
    pub fn check_one_leaf(&self) -> Result<(), CertificateError> {
        let leaves = self.others.iter().chain([&self.leaf]).filter(|certificate| !certificate.is_ca).count();
        if leaves == 1 && !self.leaf.is_ca { Ok(()) } else { Err(CertificateError::Leaves { leaves }) }
    }
}

/// The last common name, as Go takes it.
pub(super) fn common_name(name: &x509_cert::name::Name) -> String {
    let values = name.iter().filter(|attribute| attribute.oid == COMMON_NAME);
    let text = |any: &der::Any| any.decode_as::<DirectoryString>().map(|text| text.value().into_owned()).ok();
    values.filter_map(|attribute| text(&attribute.value)).last().unwrap_or_default()
}

/// A time that is beyond the calendar of `jiff` (`99991231235959Z`, which RFC 5280 has for "never") is its last.
fn timestamp(time: x509_cert::time::Time) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! certs {
        ($name:literal) => {
            include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/certs/", $name, ".pem"))
        };
    }

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn certificates_carry_name_key_and_validity() {
        let bundle = CertificateBundle::from_pem(certs!("ec-signer")).unwrap();
        let leaf = bundle.leaf();
        assert_eq!((leaf.common_name(), leaf.key_kind(), leaf.is_ca()), ("jeff", KeyKind::Ecdsa, false));
        assert_eq!(leaf.not_before(), time("2026-11-21T10:57:27Z"));
        assert_eq!(leaf.not_after(), time("2046-11-16T10:57:27Z"));
        assert_eq!(leaf.to_pem().as_bytes(), certs!("ec-signer"));
        let public = pem::first_block(include_bytes!("../../../../testdata/keys/openssl/p256.pub")).unwrap();
        assert_eq!(leaf.spki_der(), public.content.as_slice());
        bundle.check_one_leaf().unwrap();
    }

    #[test]
    fn old_and_odd_certificates_are_read() {
        let common_name = |text: &[u8]| Certificate::first_in_pem(text).unwrap().common_name().to_owned();
        assert_eq!(common_name(certs!("version1")), "version one");
        assert_eq!(common_name(certs!("ec-ca-signer")), "ian");
        assert_eq!(common_name(certs!("rsa-signer")), "rsa jeff");
        assert!(matches!(Certificate::first_in_pem(certs!("secp256k1")), Err(CertificateError::Key { .. })));
    }

    #[test]
    fn notary_s_rules_are_kept() {
        let check = |text: &[u8], now: Option<&str>| Certificate::first_in_pem(text).unwrap().check(now.map(time));
        assert_eq!(
            check(certs!("sha1"), None).unwrap_err().to_string(),
            "certificate with CN old uses invalid SHA1 signature algorithm"
        );
        assert_eq!(check(certs!("rsa1024"), None).unwrap_err().to_string(), "RSA bit length is too short");
        let signer = certs!("ec-signer");
        assert_eq!(check(signer, None), Ok(()));
        for at in ["2026-11-20T10:57:27Z", "2026-11-21T10:57:27Z", "2046-11-16T10:57:27Z"] {
            assert_eq!(check(signer, Some(at)), Ok(()), "{at}");
        }
        for (at, words) in [
            ("2026-11-20T10:57:26Z", "certificate with CN jeff is not valid before 2026-11-21T10:57:27Z"),
            ("2046-11-16T10:57:28Z", "certificate with CN jeff is expired"),
        ] {
            assert_eq!(check(signer, Some(at)).unwrap_err().to_string(), words, "{at}");
        }
        let signer = Certificate::first_in_pem(signer).unwrap();
        assert!(!signer.near_expiry(time("2046-05-16T10:57:27Z")));
        assert!(signer.near_expiry(time("2046-05-17T00:00:00Z")));
    }

    #[test]
    fn a_root_bundle_has_one_leaf_and_has_it_first() {
        let bundle = CertificateBundle::from_pem(certs!("chain-leaf-intermediate")).unwrap();
        bundle.check_one_leaf().unwrap();
        assert_eq!(bundle.intermediates().map(Certificate::common_name).collect::<Vec<_>>(), ["Example intermediate"]);
        let leaves = |text: &[u8]| CertificateBundle::from_pem(text).unwrap().check_one_leaf();
        assert_eq!(leaves(certs!("two-leaves")), Err(CertificateError::Leaves { leaves: 2 }));
        assert_eq!(leaves(certs!("intermediate-first")), Err(CertificateError::Leaves { leaves: 1 }));
        assert_eq!(leaves(certs!("chain-ca")), Err(CertificateError::Leaves { leaves: 0 }));
    }

    #[test]
    fn what_is_no_bundle_is_refused() {
        let error = |text: &[u8]| CertificateBundle::from_pem(text).err().unwrap().to_string();
        assert_eq!(error(b"junk"), "no valid certificates found");
        assert_eq!(error(include_bytes!("../../../../testdata/keys/openssl/p256.pub")), "invalid pem block type: PUBLIC KEY");
        let der = Certificate::first_in_pem(certs!("ec-signer")).unwrap().der().to_vec();
        for at in 0..der.len() {
            assert!(Certificate::from_der(&der[..at]).is_err());
            let mut flipped = der.clone();
            flipped[at] ^= 1 << (at % 8);
            drop(Certificate::from_der(&flipped).map(|certificate| certificate.check(Some(Timestamp::UNIX_EPOCH))));
        }
        assert!(Certificate::from_der(&[der, vec![0]].concat()).is_err());
    }
}
