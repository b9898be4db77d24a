//! Certificates of home-made authorities, as people make them with `openssl`: what is wrong with each is said in a person's words.

use std::{fs, path::Path};

use client::ports::{CertificateFault, RemoteError, TlsFault};

use crate::{
    https::{Https, Identity, openssl, reply},
    tls::of_openssl,
    world::World,
};

/// A folder in which `openssl` works.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn openssl(&self, args: &[&str]) {
        openssl(self.path(), args);
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// A certificate `NAME.pem` with `NAME.key`, issued by `ISSUER`, or by itself; without extensions it is of version 1.
    fn make(&self, name: &str, issuer: Option<&str>, subject: &str, extensions: &str, more: &[&str]) -> Identity {
        let (key, request, certificate) = (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
        let new = ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject];
        self.openssl(&[&new[..], &["-keyout", &key, "-out", &request]].concat());
        let mut args = vec!["x509", "-req", "-in", &request, "-out", &certificate];
        let (ca, ca_key) = (issuer.map(|it| format!("{it}.pem")), issuer.map(|it| format!("{it}.key")));
        match (&ca, &ca_key) {
            (Some(ca), Some(ca_key)) => args.extend(["-CA", ca, "-CAkey", ca_key, "-CAcreateserial"]),
            _ => args.extend(["-signkey", &key]),
        }
        let file = format!("{name}.ext");
        if !extensions.is_empty() {
            fs::write(self.path().join(&file), extensions).unwrap();
            args.extend(["-extfile", &file]);
        }
        self.openssl(&[&args[..], more].concat());
        Identity { certificate: self.read(&certificate), key: self.read(&key) }
    }
}

const CA: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n";
const SAN: &str = "subjectAltName=DNS:localhost\n";

/// How a server with this certificate is refused by one who trusts the authority.
fn refused(ca: &Identity, server: &Identity) -> (TlsFault, String) {
    match of_openssl(ca, server, &["-cert_chain", "cert.pem"]) {
        RemoteError::Tls { fault, .. } => {
            let words = fault.to_string();
            assert!(!words.contains("Error") && !words.contains("Other"), "{words}");
            (fault, words)
        }
        error => panic!("{error:?}"),
    }
}

fn why(fault: &TlsFault) -> CertificateFault {
    match fault {
        TlsFault::Certificate(certificate) => certificate.why,
        fault => panic!("{fault:?}"),
    }
}

#[test]
fn each_fault_of_a_certificate_is_told_by_its_fact() {
    let folder = Folder::new();
    let ca = folder.make("ca", None, "/CN=Our CA", CA, &[]);
    let leaf = |name: &str, extensions: &str| folder.make(name, Some("ca"), "/CN=localhost", extensions, &[]);
    assert!({
        let server = Https::start(&leaf("good", SAN), |_| reply(200, &[], "{}"));
        World::trusting(&ca, &[&server.host()]).timestamp(&server.host()).is_ok()
    });
    for (identity, fault, words) in [
        (
            leaf("common-name", "keyUsage=digitalSignature\n"),
            CertificateFault::NoName,
            "the certificate of localhost has no subjectAltName; its subject (CN=localhost) is no name of a server",
        ),
        (
            leaf("v1", ""),
            CertificateFault::Version,
            "the certificate of localhost is of X.509 version 1, which has no subjectAltName",
        ),
        (
            leaf("client", &format!("{SAN}extendedKeyUsage=clientAuth,codeSigning\n")),
            CertificateFault::Purpose,
            "the certificate of localhost is not one for servers (its extended key usage is clientAuth, codeSigning)",
        ),
        (
            leaf("strange", &format!("{SAN}1.2.3.4.5=critical,ASN1:NULL\n")),
            CertificateFault::Extension,
            "the certificate of localhost has a critical extension that is not known here (1.2.3.4.5)",
        ),
        (
            leaf("other", "subjectAltName=DNS:a.test,DNS:*.b.test,IP:10.0.0.1\n"),
            CertificateFault::Name,
            "the certificate is not valid for the name localhost, but for a.test, *.b.test, 10.0.0.1",
        ),
    ] {
        let (refusal, said) = refused(&ca, &identity);
        assert_eq!((why(&refusal), said.as_str()), (fault, words));
    }
}

#[test]
fn each_fault_of_a_chain_is_told_by_its_fact() {
    let folder = Folder::new();
    let ca = folder.make("ca", None, "/CN=Our CA", CA, &[]);
    let with = |leaf: Identity, issuer: &str| Identity { certificate: leaf.certificate + &folder.read(issuer), key: leaf.key };
    folder.make("none", Some("ca"), "/CN=No authority", SAN, &[]);
    let (fault, words) = refused(&ca, &with(folder.make("leaf1", Some("none"), "/CN=localhost", SAN, &[]), "none.pem"));
    assert_eq!(why(&fault), CertificateFault::IssuerIsNone, "{words}");
    folder.make("narrow", Some("ca"), "/CN=Narrow", &format!("{CA}nameConstraints=critical,permitted;DNS:a.test\n"), &[]);
    let (fault, words) = refused(&ca, &with(folder.make("leaf2", Some("narrow"), "/CN=localhost", SAN, &[]), "narrow.pem"));
    assert_eq!(why(&fault), CertificateFault::NameConstraints);
    assert_eq!(words, "the certificate of localhost has a name that its authority may not vouch for (localhost)");
    // the authority of the authority is missing here
    folder.make("elsewhere", None, "/CN=Elsewhere", CA, &[]);
    folder.make("middle", Some("elsewhere"), "/CN=Middle", CA, &[]);
    let (fault, words) = refused(&ca, &with(folder.make("leaf3", Some("middle"), "/CN=localhost", SAN, &[]), "middle.pem"));
    assert_eq!(why(&fault), CertificateFault::UnknownAuthority);
    assert_eq!(words, "the certificate of localhost is signed by an unknown authority (CN=Elsewhere)");
}

/// Only `openssl ca` takes other dates.
fn dated(folder: &Folder, name: &str, begins: &str, ends: &str) -> Identity {
    for (file, text) in [("index.txt", ""), ("serial.txt", "01"), ("ca.cnf", crate::https::EXPIRED_CNF)] {
        fs::write(folder.path().join(file), text).unwrap();
    }
    let leaf = folder.make(name, Some("ca"), "/CN=localhost", SAN, &[]);
    let (request, out) = (format!("{name}.csr"), format!("{name}.dated"));
    folder.openssl(&[
        "ca",
        "-batch",
        "-config",
        "ca.cnf",
        "-cert",
        "ca.pem",
        "-keyfile",
        "ca.key",
        "-in",
        &request,
        "-out",
        &out,
        "-notext",
        "-startdate",
        begins,
        "-enddate",
        ends,
        "-extensions",
        "server",
    ]);
    Identity { certificate: folder.read(&out), key: leaf.key }
}

#[test]
fn a_certificate_before_its_time_is_not_expired() {
    let folder = Folder::new();
    let ca = folder.make("ca", None, "/CN=Our CA", CA, &["-days", "36500"]);
    let (fault, words) = refused(&ca, &dated(&folder, "early", "20900101000000Z", "20910101000000Z"));
    assert_eq!(why(&fault), CertificateFault::NotYetValid);
    assert_eq!(words, "the certificate of localhost is not valid yet (it is from 2090-01-01T00:00:00Z on)");
    let (fault, words) = refused(&ca, &dated(&folder, "late", "20200101000000Z", "20210101000000Z"));
    assert_eq!(why(&fault), CertificateFault::Expired);
    assert_eq!(words, "the certificate of localhost has expired (it was valid until 2021-01-01T00:00:00Z)");
}
