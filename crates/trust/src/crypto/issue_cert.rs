//! The self-signed certificate that carries a root key (Notary `cryptoservice.GenerateCertificate`).

use der::{
    Any, Decode as _, Encode as _,
    asn1::{BitString, ObjectIdentifier, PrintableStringRef, SetOfVec, Utf8StringRef},
    flagset::FlagSet,
};
use jiff::{SignedDuration, Timestamp};
use p256::ecdsa::signature::Keypair;
use pkcs8::spki::{
    self, AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, EncodePublicKey, SubjectPublicKeyInfoOwned,
    SubjectPublicKeyInfoRef,
};
use x509_cert::{
    attr::AttributeTypeAndValue,
    builder::{self, Builder as _, CertificateBuilder, profile::BuilderProfile},
    certificate::TbsCertificate,
    ext::{
        Extension, ToExtension as _,
        pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages},
    },
    name::{Name, RdnSequence, RelativeDistinguishedName},
    serial_number::SerialNumber,
    time::{Time, Validity},
};

use super::{
    error::CryptoError,
    scheme::Scheme,
    signing_key::{SigningError, SigningKey, sign},
    verifying_key::{KeyKind, VerifyingKey},
    x509::{Certificate, CertificateError},
};

/// How long a root certificate is valid.
const DAYS: i64 = 3650;

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const CODE_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.3");
const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");

/// A certificate that could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// Ed25519 keys cannot be root keys: Notary has no such certificates.
    #[error("an Ed25519 key cannot be a root key")]
    Ed25519,
    /// The name or the time cannot be encoded.
    #[error("the certificate cannot be encoded: {0}")]
    Encoding(String),
    /// There are no random bytes, or the key cannot stand in a certificate.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// The key has not signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
}

/// Issues the certificate of a root key for one repository, valid from `now` for 3650 days, in PEM.
pub fn root_certificate(key: &dyn SigningKey, common_name: &str, now: Timestamp) -> Result<String, IssueError> {
    let public = key.verifying_key();
    let scheme = public.kind().certificate_scheme().ok_or(IssueError::Ed25519)?;
    let issuer = Issuer { key, public, scheme };
    let mut builder =
        CertificateBuilder::new(RootProfile { name: name(common_name)? }, serial_number()?, validity(now)?, issuer.spki()?)?;
    let tbs = builder.finalize(&issuer)?;
    let certificate = builder.assemble(BitString::from_bytes(&issuer.sign(&tbs)?)?, &issuer)?.to_der()?;
    let certificate = Certificate::from_der(&certificate).map_err(|e: CertificateError| IssueError::Encoding(e.to_string()))?;
    Ok(certificate.to_pem())
}

/// The names and extensions that Notary gives.
struct RootProfile {
    name: Name,
}

impl BuilderProfile for RootProfile {
    fn get_issuer(&self, subject: &Name) -> Name {
        subject.clone()
    }

    fn get_subject(&self) -> Name {
        self.name.clone()
    }

    fn build_extensions(
        &self,
        _: SubjectPublicKeyInfoRef<'_>,
        _: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> builder::Result<Vec<Extension>> {
        let usage: FlagSet<KeyUsages> = KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment;
        Ok(vec![
            KeyUsage(usage).to_extension(tbs.subject(), &[])?,
            ExtendedKeyUsage(vec![CODE_SIGNING]).to_extension(tbs.subject(), &[])?,
            BasicConstraints { ca: false, path_len_constraint: None }.to_extension(tbs.subject(), &[])?,
        ])
    }
}

/// A private key in the form that the certificate builder asks for.
struct Issuer<'a> {
    key: &'a dyn SigningKey,
    public: VerifyingKey,
    scheme: Scheme,
}

/// The public half of an `Issuer`, encoded.
#[derive(Clone)]
struct IssuerPublic(Vec<u8>);

impl Issuer<'_> {
    fn spki(&self) -> Result<SubjectPublicKeyInfoOwned, IssueError> {
        SubjectPublicKeyInfoOwned::try_from(self.public.public_bytes().as_slice()).map_err(|e| IssueError::Encoding(e.to_string()))
    }

    fn sign(&self, tbs: &[u8]) -> Result<Vec<u8>, IssueError> {
        Ok(self.public.signature_in_certificate(sign(self.key, self.scheme, tbs)?)?)
    }
}

impl Keypair for Issuer<'_> {
    type VerifyingKey = IssuerPublic;

    fn verifying_key(&self) -> IssuerPublic {
        IssuerPublic(self.public.public_bytes())
    }
}

impl EncodePublicKey for IssuerPublic {
    fn to_public_key_der(&self) -> spki::Result<der::Document> {
        Ok(der::Document::try_from(self.0.as_slice())?)
    }
}

impl DynSignatureAlgorithmIdentifier for Issuer<'_> {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        Ok(match self.public.kind() {
            KeyKind::Rsa => AlgorithmIdentifierOwned { oid: SHA256_WITH_RSA, parameters: Some(Any::null()) },
            KeyKind::Ecdsa | KeyKind::Ed25519 => AlgorithmIdentifierOwned { oid: ECDSA_WITH_SHA256, parameters: None },
        })
    }
}

/// A name of just a common name, as a `PrintableString` where its characters allow, as Go writes it.
fn name(common_name: &str) -> Result<Name, IssueError> {
    let value = match PrintableStringRef::new(common_name) {
        Ok(printable) => Any::from(printable),
        Err(_) => Any::from(Utf8StringRef::new(common_name)?),
    };
    let mut set = SetOfVec::new();
    set.insert(AttributeTypeAndValue { oid: COMMON_NAME, value })?;
    let mut sequence = RdnSequence::default();
    sequence.push(RelativeDistinguishedName::from(set));
    Ok(Name::from_der(&sequence.to_der()?)?)
}

/// 128 random bits, positive.
fn serial_number() -> Result<SerialNumber, IssueError> {
    let mut bytes = [0; 17];
    let random = bytes.split_at_mut(1).1;
    getrandom::fill(random).map_err(|e| CryptoError::NoRandomness(e.to_string()))?;
    Ok(SerialNumber::new(&bytes)?)
}

fn validity(now: Timestamp) -> Result<Validity, IssueError> {
    let far = |_| IssueError::Encoding("the time is out of range".to_owned());
    let end = now.checked_add(SignedDuration::from_hours(24 * DAYS)).map_err(far)?;
    let time = |timestamp: Timestamp| -> Result<Time, IssueError> {
        let seconds =
            u64::try_from(timestamp.as_second()).map_err(|_| IssueError::Encoding("the time is before 1970".to_owned()))?;
        Ok(Time::GeneralTime(der::asn1::GeneralizedTime::from_unix_duration(std::time::Duration::from_secs(seconds))?))
    };
    Ok(Validity::new(time(now)?, time(end)?))
}

impl From<der::Error> for IssueError {
    fn from(error: der::Error) -> Self {
        Self::Encoding(error.to_string())
    }
}

impl From<builder::Error> for IssueError {
    fn from(error: builder::Error) -> Self {
        Self::Encoding(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::crypto::{pem, private_key::PrivateKey, token_double::token};

    fn key(text: &[u8]) -> PrivateKey {
        PrivateKey::from_pem_block(&pem::first_block(text).unwrap(), None).unwrap()
    }

    /// What OpenSSL makes of a certificate, white space reduced. `@` in the arguments is the certificate's file.
    fn openssl(pem: &str, arguments: &[&str]) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), pem).unwrap();
        let path = file.path().to_str().unwrap();
        let output = Command::new("openssl").args(arguments.iter().map(|a| if *a == "@" { path } else { a })).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn certificates_are_those_that_notary_makes() {
        let now = "2026-11-21T10:57:27.5Z".parse().unwrap();
        let keys = [
            (include_bytes!("../../../../testdata/keys/openssl/p256-sec1.pem").as_slice(), "ecdsa-with-SHA256"),
            (include_bytes!("../../../../testdata/keys/openssl/p384-sec1.pem"), "ecdsa-with-SHA256"),
            (include_bytes!("../../../../testdata/keys/openssl/p521-sec1.pem"), "ecdsa-with-SHA256"),
            (include_bytes!("../../../../testdata/keys/openssl/rsa2048-pkcs1.pem"), "sha256WithRSAEncryption"),
        ];
        for (text, algorithm) in keys {
            let key = key(text);
            let pem = root_certificate(&key, "dtr.example.com/prod/nginx", now).unwrap();
            let certificate = Certificate::first_in_pem(pem.as_bytes()).unwrap();
            assert_eq!(certificate.common_name(), "dtr.example.com/prod/nginx");
            assert_eq!(certificate.spki_der(), key.verifying_key().public_bytes());
            assert_eq!(certificate.key_kind() == KeyKind::Rsa, algorithm.contains("RSA"));
            assert_eq!(certificate.not_before().to_string(), "2026-11-21T10:57:27Z");
            assert_eq!(certificate.not_after().to_string(), "2036-11-18T10:57:27Z");
            certificate.check(Some(now)).unwrap();
            let shown = openssl(&pem, &["x509", "-in", "@", "-noout", "-text"]);
            for part in [
                "Version: 3 (0x2)",
                &format!("Signature Algorithm: {algorithm} Issuer: CN = dtr.example.com/prod/nginx Validity"),
                "Subject: CN = dtr.example.com/prod/nginx Subject Public Key Info",
                "X509v3 extensions: X509v3 Key Usage: critical Digital Signature, Key Encipherment X509v3 Extended Key Usage: Code Signing \
                 X509v3 Basic Constraints: critical CA:FALSE Signature Algorithm",
            ] {
                assert!(shown.contains(part), "{part}\n{shown}");
            }
            // the certificate signs itself: OpenSSL builds the path from it to itself, whatever its usage
            openssl(&pem, &["verify", "-check_ss_sig", "-partial_chain", "-no_check_time", "-CAfile", "@", "@"]);
        }
    }

    #[test]
    fn names_are_printable_strings_where_they_can_be() {
        let key = PrivateKey::generate_p256().unwrap();
        let tags = |name: &str| {
            let pem = root_certificate(&key, name, Timestamp::UNIX_EPOCH).unwrap();
            let shown = openssl(&pem, &["asn1parse", "-in", "@"]);
            (shown.matches("PRINTABLESTRING").count(), shown.matches("UTF8STRING").count())
        };
        assert_eq!(tags("localhost:5000/x"), (2, 0));
        assert_eq!(tags("docker.io/a_b"), (0, 2));
    }

    #[test]
    fn serial_numbers_are_random_and_ed25519_keys_are_refused() {
        let key = PrivateKey::generate_p256().unwrap();
        let serial = || {
            let pem = root_certificate(&key, "x", Timestamp::UNIX_EPOCH).unwrap();
            openssl(&pem, &["x509", "-in", "@", "-noout", "-serial"])
        };
        assert_ne!(serial(), serial());
        let ed25519 = PrivateKey::from_ed25519_seed(&[1; 32]).unwrap();
        assert_eq!(root_certificate(&ed25519, "x", Timestamp::UNIX_EPOCH), Err(IssueError::Ed25519));
    }

    #[test]
    fn a_key_that_gives_no_signature_of_its_own_makes_no_certificate() {
        let faulty = token(|_| Ok(vec![1; 64]));
        let issued = root_certificate(&faulty, "x", Timestamp::UNIX_EPOCH);
        assert_eq!(issued, Err(IssueError::Signing(SigningError::NotItsSignature)));
        root_certificate(&token(Ok), "x", Timestamp::UNIX_EPOCH).unwrap();
    }
}
