//! Certificates made on the spot: an authority, the server's, and those of client bundles. All keys are on P-256.

use std::{net::IpAddr, str::FromStr as _, time::Duration};

use der::{
    Encode as _,
    asn1::{GeneralizedTime, Ia5String, ObjectIdentifier, OctetString},
};
use jiff::{SignedDuration, Timestamp};
use p256::{
    SecretKey,
    ecdsa::{DerSignature, SigningKey},
};
use pkcs8::spki::{EncodePublicKey as _, SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef, der::pem::LineEnding};
use x509_cert::{
    Certificate,
    builder::{self, Builder as _, CertificateBuilder, profile::BuilderProfile},
    certificate::TbsCertificate,
    ext::{
        Extension, ToExtension as _,
        pkix::{
            AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName, SubjectKeyIdentifier,
            name::GeneralName,
        },
    },
    name::Name,
    serial_number::SerialNumber,
    time::{Time, Validity},
};
use zeroize::Zeroizing;

use trust::crypto::pem::{self, PemBlock};

/// How long each is valid. Clients refuse server certificates of more than 825 days.
const DAYS: i64 = 825;

const SERVER_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");

/// A certificate cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("a certificate cannot be made: {0}")]
pub struct IssueError(String);

/// A certificate with its private key.
pub struct Issued {
    /// The certificate, PEM.
    pub certificate: String,
    /// The private key, SEC1 PEM (`EC PRIVATE KEY`).
    pub key: Zeroizing<String>,
    /// The public key, PEM (`PUBLIC KEY`).
    pub public_key: String,
}

/// A certificate authority that lives as long as it is needed: its key is never written down.
pub struct Authority {
    key: SigningKey,
    name: Name,
    certificate: String,
    validity: Validity,
}

impl Authority {
    /// Makes one.
    pub fn new(now: Timestamp) -> Result<Self, IssueError> {
        let secret = new_key()?;
        let (key, name) = (SigningKey::from(&secret), name("dct sandbox CA")?);
        let validity = validity(now)?;
        let profile = Profile { issuer: name.clone(), subject: name.clone(), kind: Kind::Authority };
        let certificate = build(profile, &secret, &key, validity)?;
        Ok(Self { key, name, certificate, validity })
    }

    /// Its certificate, PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// A certificate for a server under `localhost` and the addresses of loopback.
    pub fn server(&self) -> Result<Issued, IssueError> {
        self.issue("localhost", Kind::Server, &new_key()?)
    }

    /// A certificate for a person, as in a UCP client bundle, for the private key of an earlier one (SEC1 PEM) or for a new one.
    pub fn client(&self, name: &str, key: Option<&str>) -> Result<Issued, IssueError> {
        let secret = match key {
            Some(key) => SecretKey::from_sec1_pem(key).map_err(failed)?,
            None => new_key()?,
        };
        self.issue(name, Kind::Client, &secret)
    }

    fn issue(&self, common_name: &str, kind: Kind, secret: &SecretKey) -> Result<Issued, IssueError> {
        let profile = Profile { issuer: self.name.clone(), subject: name(common_name)?, kind };
        let certificate = build(profile, secret, &self.key, self.validity)?;
        let key = secret.to_sec1_pem(LineEnding::LF).map_err(failed)?;
        let public_key = secret.public_key().to_public_key_pem(LineEnding::LF).map_err(failed)?;
        Ok(Issued { certificate, key, public_key })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Authority,
    Server,
    Client,
}

struct Profile {
    issuer: Name,
    subject: Name,
    kind: Kind,
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, _: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        own: SubjectPublicKeyInfoRef<'_>,
        issuer: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> builder::Result<Vec<Extension>> {
        let subject = tbs.subject();
        let usage = match self.kind {
            Kind::Authority => KeyUsages::KeyCertSign | KeyUsages::CRLSign,
            Kind::Server | Kind::Client => KeyUsages::DigitalSignature.into(),
        };
        let mut extensions = vec![
            BasicConstraints { ca: self.kind == Kind::Authority, path_len_constraint: None }.to_extension(subject, &[])?,
            KeyUsage(usage).to_extension(subject, &[])?,
            SubjectKeyIdentifier::try_from(own)?.to_extension(subject, &[])?,
        ];
        match self.kind {
            Kind::Authority => {}
            Kind::Server => {
                let mut names = vec![GeneralName::DnsName(Ia5String::new("localhost")?)];
                for address in [IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1_u16])] {
                    let bytes = match address {
                        IpAddr::V4(address) => address.octets().to_vec(),
                        IpAddr::V6(address) => address.octets().to_vec(),
                    };
                    names.push(GeneralName::IpAddress(OctetString::new(bytes)?));
                }
                extensions.push(SubjectAltName(names).to_extension(subject, &[])?);
                extensions.push(ExtendedKeyUsage(vec![SERVER_AUTH]).to_extension(subject, &[])?);
            }
            Kind::Client => extensions.push(ExtendedKeyUsage(vec![CLIENT_AUTH]).to_extension(subject, &[])?),
        }
        if self.kind != Kind::Authority {
            extensions.push(AuthorityKeyIdentifier::try_from(issuer)?.to_extension(subject, &[])?);
        }
        Ok(extensions)
    }
}

fn build(profile: Profile, own: &SecretKey, signer: &SigningKey, validity: Validity) -> Result<String, IssueError> {
    let builder = CertificateBuilder::new(profile, serial_number()?, validity, spki(own)?).map_err(failed)?;
    let certificate: Certificate = builder.build::<_, DerSignature>(signer).map_err(failed)?;
    let block = PemBlock::new("CERTIFICATE", certificate.to_der().map_err(failed)?);
    Ok(pem::encode(&block).map_err(failed)?.to_string())
}

fn new_key() -> Result<SecretKey, IssueError> {
    loop {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *bytes).map_err(failed)?;
        // all but one in 2^32 are on the curve
        if let Ok(key) = SecretKey::from_slice(&*bytes) {
            return Ok(key);
        }
    }
}

fn spki(key: &SecretKey) -> Result<SubjectPublicKeyInfoOwned, IssueError> {
    SubjectPublicKeyInfoOwned::from_key(&key.public_key()).map_err(failed)
}

fn name(common_name: &str) -> Result<Name, IssueError> {
    Name::from_str(&format!("CN={common_name}")).map_err(failed)
}

fn serial_number() -> Result<SerialNumber, IssueError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(failed)?;
    SerialNumber::new(&bytes).map_err(failed)
}

/// From an hour ago, for clocks that differ.
fn validity(now: Timestamp) -> Result<Validity, IssueError> {
    let at = |hours: i64| -> Result<Time, IssueError> {
        let time = now.checked_add(SignedDuration::from_hours(hours)).map_err(failed)?;
        let seconds = u64::try_from(time.as_second()).map_err(failed)?;
        Ok(Time::GeneralTime(GeneralizedTime::from_unix_duration(Duration::from_secs(seconds)).map_err(failed)?))
    };
    Ok(Validity::new(at(-1)?, at(24 * DAYS)?))
}

fn failed(error: impl std::fmt::Display) -> IssueError {
    IssueError(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::{fs, process::Command};

    use super::*;

    #[test]
    fn openssl_verifies_what_is_issued() {
        let authority = Authority::new("2026-11-21T12:00:00Z".parse().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path.to_string_lossy().into_owned()
        };
        let (server, client) = (authority.server().unwrap(), authority.client("jeff", None).unwrap());
        let ca = file("ca.pem", authority.certificate());
        let verify = |certificate: &str, purpose: &[&str]| {
            let file = file("cert.pem", certificate);
            let when = ["verify", "-x509_strict", "-attime", "1795262400", "-CAfile", &ca];
            let run = Command::new("openssl").args(when).args(purpose).arg(&file).output().unwrap();
            assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        };
        verify(&server.certificate, &["-purpose", "sslserver", "-verify_hostname", "localhost"]);
        verify(&server.certificate, &["-purpose", "sslserver", "-verify_ip", "127.0.0.1"]);
        verify(&client.certificate, &["-purpose", "sslclient"]);
        let key = file("key.pem", &client.key);
        let public = Command::new("openssl").args(["ec", "-pubout", "-in", &key]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&public.stdout), client.public_key);
        let again = Authority::new("2026-11-21T12:00:00Z".parse().unwrap()).unwrap().client("jeff", Some(&client.key)).unwrap();
        assert_eq!((again.public_key, &*again.key), (client.public_key, &*client.key));
    }
}
