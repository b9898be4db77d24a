//! What is wrong with a server's certificate, with the facts that it holds itself.

use std::{fmt, net::IpAddr, sync::Arc};

use client::{
    ports::{CertificateFault, RefusedCertificate},
    safe_text::printable,
};
use jiff::Timestamp;
use rustls::{
    CertificateError, Error, OtherError,
    pki_types::{CertificateDer, ServerName},
};
use x509_cert::{
    Certificate, Version,
    der::{Decode, asn1::ObjectIdentifier},
    ext::{
        Extension,
        pkix::{ExtendedKeyUsage, SubjectAltName, name::GeneralName},
    },
    name::Name,
};

/// id-kp-serverAuth and anyExtendedKeyUsage, RFC 5280 4.2.1.12
pub(super) const SERVER_AUTH: [ObjectIdentifier; 2] =
    [ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1"), ObjectIdentifier::new_unwrap("2.5.29.37.0")];

/// The names of other purposes that a certificate is made for by mistake.
const PURPOSES: [(&str, &str); 4] = [
    ("1.3.6.1.5.5.7.3.1", "serverAuth"),
    ("1.3.6.1.5.5.7.3.2", "clientAuth"),
    ("1.3.6.1.5.5.7.3.3", "codeSigning"),
    ("1.3.6.1.5.5.7.3.4", "emailProtection"),
];

/// The extensions that are known where paths are built: key usage, alternative name, basic constraints, name constraints, CRL distribution
/// points, extended key usage.
const KNOWN_EXTENSIONS: [&str; 6] = ["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.31", "2.5.29.37"];

/// Most certificates of a chain that are looked at for who issued the last.
const MAX_CHAIN: usize = 16;

/// A refusal with its facts, as the TLS library carries it from the handshake to whoever asked.
#[derive(Debug)]
struct Carried(RefusedCertificate);

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Carried {}

/// The same refusal with the facts of the certificate.
pub(super) fn with_facts(
    error: Error,
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    name: &ServerName<'_>,
    now: Timestamp,
) -> Error {
    let Error::InvalidCertificate(reason) = error else { return error };
    let read = Certificate::from_der(leaf).ok();
    let mut facts = RefusedCertificate::unread(printable(&name.to_str()), CertificateFault::Unreadable);
    if let Some(leaf) = &read {
        facts.names = names(leaf);
        facts.subject = shown(leaf.tbs_certificate().subject());
        facts.issuer = last_issuer(leaf, intermediates);
        facts.validity = validity(leaf);
        facts.purposes = purposes(leaf);
        facts.unknown_extensions = unknown_extensions(leaf);
    }
    facts.why = fault(&reason, read.as_ref(), &facts);
    facts.is_of_chain = match (facts.why, facts.validity) {
        (CertificateFault::Expired, Some((_, ends))) => ends >= now,
        (CertificateFault::NotYetValid, Some((begins, _))) => begins <= now,
        (CertificateFault::Extension, _) => facts.unknown_extensions.is_empty(),
        (CertificateFault::Purpose, _) => read.as_ref().is_none_or(serves),
        _ => false,
    };
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(Carried(facts)))))
}

/// The facts that were carried.
pub(super) fn carried(reason: &CertificateError) -> Option<RefusedCertificate> {
    let CertificateError::Other(other) = reason else { return None };
    other.0.downcast_ref::<Carried>().map(|carried| carried.0.clone())
}

fn fault(reason: &CertificateError, leaf: Option<&Certificate>, facts: &RefusedCertificate) -> CertificateFault {
    use CertificateError as Reason;
    match reason {
        Reason::Expired | Reason::ExpiredContext { .. } => CertificateFault::Expired,
        Reason::NotValidYet | Reason::NotValidYetContext { .. } => CertificateFault::NotYetValid,
        Reason::UnknownIssuer => CertificateFault::UnknownAuthority,
        Reason::NotValidForName | Reason::NotValidForNameContext { .. } if facts.names.is_empty() => CertificateFault::NoName,
        Reason::NotValidForName | Reason::NotValidForNameContext { .. } => CertificateFault::Name,
        Reason::InvalidPurpose | Reason::InvalidPurposeContext { .. } => CertificateFault::Purpose,
        Reason::UnhandledCriticalExtension => CertificateFault::Extension,
        Reason::Revoked => CertificateFault::Revoked,
        Reason::BadSignature => CertificateFault::Signature,
        Reason::UnsupportedSignatureAlgorithmContext { .. } | Reason::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            CertificateFault::Algorithm
        }
        Reason::Other(other) => match other.0.downcast_ref() {
            Some(error) => fault_of_webpki(error),
            // the platform's verifier has an error of its own for this alone, which it does not show
            None if leaf.is_some_and(|leaf| !serves(leaf)) => CertificateFault::Purpose,
            None => CertificateFault::Unreadable,
        },
        _ if leaf.is_some_and(is_of_version_1) => CertificateFault::Version,
        _ => CertificateFault::Unreadable,
    }
}

fn fault_of_webpki(error: &webpki::Error) -> CertificateFault {
    use webpki::Error as Reason;
    match error {
        Reason::CaUsedAsEndEntity => CertificateFault::Authority,
        Reason::EndEntityUsedAsCa => CertificateFault::IssuerIsNone,
        Reason::NameConstraintViolation => CertificateFault::NameConstraints,
        Reason::PathLenConstraintViolated | Reason::MaximumPathDepthExceeded => CertificateFault::PathLength,
        Reason::UnsupportedCertVersion => CertificateFault::Version,
        Reason::UnsupportedCriticalExtension => CertificateFault::Extension,
        Reason::EmptyEkuExtension => CertificateFault::Purpose,
        Reason::SignatureAlgorithmMismatch => CertificateFault::Algorithm,
        _ => CertificateFault::Unreadable,
    }
}

/// The extensions; of a certificate of version 1 there are none.
fn extensions(certificate: &Certificate) -> impl Iterator<Item = &Extension> {
    certificate.tbs_certificate().extensions().into_iter().flatten()
}

fn is_of_version_1(certificate: &Certificate) -> bool {
    certificate.tbs_certificate().version() != Version::V3
}

/// A distinguished name, fit for a message.
fn shown(name: &Name) -> String {
    printable(&name.to_string())
}

/// Who issued the last certificate of the chain, as far as the server sent it: the one that an authority here would have to be.
fn last_issuer(leaf: &Certificate, intermediates: &[CertificateDer<'_>]) -> String {
    let sent: Vec<Certificate> = intermediates.iter().take(MAX_CHAIN).filter_map(|der| Certificate::from_der(der).ok()).collect();
    let mut last = leaf;
    for _ in 0..MAX_CHAIN {
        let tbs = last.tbs_certificate();
        let issuer = sent.iter().find(|it| it.tbs_certificate().subject() == tbs.issuer());
        match issuer {
            Some(issuer) if tbs.issuer() != tbs.subject() => last = issuer,
            _ => break,
        }
    }
    shown(last.tbs_certificate().issuer())
}

/// The DNS names and addresses of its alternative name.
fn names(certificate: &Certificate) -> Vec<String> {
    let alternative = certificate.tbs_certificate().get_extension::<SubjectAltName>().ok().flatten();
    let name = |name: GeneralName| match name {
        GeneralName::DnsName(name) => Some(printable(name.as_str())),
        GeneralName::IpAddress(bytes) => address(bytes.as_bytes()).map(|ip| ip.to_string()),
        _ => None,
    };
    alternative.into_iter().flat_map(|(_, names)| names.0).filter_map(name).collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

fn validity(certificate: &Certificate) -> Option<(Timestamp, Timestamp)> {
    let validity = certificate.tbs_certificate().validity();
    let moment = |seconds: u64| Timestamp::from_second(i64::try_from(seconds).ok()?).ok();
    let (begins, ends) = (validity.not_before.to_unix_duration(), validity.not_after.to_unix_duration());
    Some((moment(begins.as_secs())?, moment(ends.as_secs())?))
}

/// What it may be used for; empty where it does not say.
fn usage(certificate: &Certificate) -> Vec<ObjectIdentifier> {
    let usage = certificate.tbs_certificate().get_extension::<ExtendedKeyUsage>().ok().flatten();
    usage.map(|(_, usage)| usage.0).unwrap_or_default()
}

/// The same in words.
fn purposes(certificate: &Certificate) -> Vec<String> {
    let name = |id: ObjectIdentifier| {
        let id = id.to_string();
        PURPOSES.iter().find(|(known, _)| *known == id).map_or(id.clone(), |(_, name)| (*name).to_owned())
    };
    usage(certificate).into_iter().map(name).collect()
}

/// Whether a server may use it.
fn serves(certificate: &Certificate) -> bool {
    let usage = usage(certificate);
    usage.is_empty() || usage.iter().any(|purpose| SERVER_AUTH.contains(purpose))
}

fn unknown_extensions(certificate: &Certificate) -> Vec<String> {
    let ids = extensions(certificate).filter(|extension| extension.critical).map(|extension| extension.extn_id.to_string());
    ids.filter(|id| !KNOWN_EXTENSIONS.contains(&id.as_str())).collect()
}
