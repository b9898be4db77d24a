//! Which of several certificates is a person's own: the one under which no other of them was issued.

use der::{Decode as _, Encode as _};
use x509_cert::ext::pkix::BasicConstraints;

use super::x509::{CertificateError, common_name};

/// What a certificate says of itself and of its issuer, whatever its key is.
pub(super) struct Named<'a> {
    /// The whole of it.
    pub(super) der: &'a [u8],
    /// How a person calls it.
    pub(super) common_name: String,
    /// Its key's `SubjectPublicKeyInfo`.
    pub(super) spki: Vec<u8>,
    subject: Vec<u8>,
    issuer: Vec<u8>,
    is_ca: bool,
}

/// The certificates of a file leave open whose is meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// The only one that can be meant is an authority's (`CA:TRUE`).
    #[error("{0} is an authority's certificate, and no signer's")]
    Authority(String),
    /// Several keys have no other below them, or each has.
    #[error("several keys that do not lead to each other: {}", .0.join(", "))]
    Several(Vec<String>),
}

impl<'a> Named<'a> {
    pub(super) fn of(der: &'a [u8]) -> Result<Self, CertificateError> {
        let malformed = |e: der::Error| CertificateError::Malformed(e.to_string());
        let certificate = x509_cert::Certificate::from_der(der).map_err(malformed)?;
        let tbs = certificate.tbs_certificate();
        let constraints = tbs.get_extension::<BasicConstraints>().map_err(malformed)?;
        Ok(Self {
            der,
            common_name: common_name(tbs.subject()),
            spki: tbs.subject_public_key_info().to_der().map_err(malformed)?,
            subject: tbs.subject().to_der().map_err(malformed)?,
            issuer: tbs.issuer().to_der().map_err(malformed)?,
            is_ca: constraints.is_some_and(|(_, constraints)| constraints.ca),
        })
    }

    /// In an error.
    pub(super) fn shown(&self) -> String {
        if self.common_name.is_empty() { "one without a common name".to_owned() } else { format!("CN {}", self.common_name) }
    }

    /// Whether it has issued another key's certificate. The names alone are compared: nothing is trusted for it.
    fn has_issued_one_of(&self, all: &[Self]) -> bool {
        all.iter().any(|other| other.issuer == self.subject && other.spki != self.spki)
    }
}

/// The certificates that can be meant: all of one key, in their order.
pub(super) fn leaves<'c, 'a>(all: &'c [Named<'a>]) -> Result<Vec<&'c Named<'a>>, LeafError> {
    let is_last = |certificate: &&Named<'_>| !certificate.has_issued_one_of(all);
    let own: Vec<_> = all.iter().filter(|certificate| !certificate.is_ca).filter(is_last).collect();
    if let Some(authority) = all.iter().filter(is_last).chain(all).next().filter(|_| all.iter().all(|it| it.is_ca)) {
        return Err(LeafError::Authority(authority.shown()));
    }
    match own.split_first() {
        Some((first, others)) if others.iter().all(|other| other.spki == first.spki) => Ok(own),
        // in a circle each has issued another
        None => Err(LeafError::Several(all.iter().map(Named::shown).collect())),
        Some(_) => Err(LeafError::Several(own.iter().map(|one| one.shown()).collect())),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, process::Command};

    use super::*;
    use crate::crypto::pem;

    /// Certificates that openssl makes: `authority` of the version 1 that has no constraints, and below it `jeff` and `again`.
    struct Made(tempfile::TempDir);

    impl Made {
        fn new() -> Self {
            let made = Self(tempfile::tempdir().unwrap());
            for name in ["authority", "jeff", "again"] {
                made.openssl(&["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", &format!("{name}.key")]);
                let (key, subject) = (format!("{name}.key"), format!("/CN={name}"));
                made.openssl(&["req", "-new", "-key", &key, "-subj", &subject, "-out", &format!("{name}.csr")]);
            }
            made.openssl(&["x509", "-req", "-in", "authority.csr", "-signkey", "authority.key", "-out", "authority.pem"]);
            for (request, out) in [("jeff.csr", "jeff.pem"), ("jeff.csr", "renewed.pem"), ("again.csr", "again.pem")] {
                let by = ["-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial"];
                made.openssl(&[&["x509", "-req", "-in", request, "-out", out], &by[..]].concat());
            }
            made
        }

        fn openssl(&self, arguments: &[&str]) {
            let output = Command::new("openssl").args(arguments).current_dir(self.0.path()).output().unwrap();
            assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        }

        fn der(&self, name: &str) -> Vec<u8> {
            pem::first_block(&fs::read(self.0.path().join(name)).unwrap()).unwrap().content.to_vec()
        }
    }

    fn testdata(name: &str) -> Vec<Vec<u8>> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/certs").join(name);
        pem::blocks(&fs::read(path).unwrap()).into_iter().map(|block| block.content.to_vec()).collect()
    }

    fn names(ders: &[Vec<u8>]) -> Result<Vec<String>, LeafError> {
        let all: Vec<_> = ders.iter().map(|der| Named::of(der).unwrap()).collect();
        leaves(&all).map(|leaves| leaves.iter().map(|leaf| leaf.common_name.clone()).collect())
    }

    #[test]
    fn the_last_of_a_chain_is_found_in_every_order() {
        let of_a_repository = Ok(vec!["dtr.example.com/prod/nginx".to_owned()]);
        for name in ["chain-leaf-intermediate.pem", "intermediate-first.pem"] {
            let mut chain = testdata(name);
            assert_eq!(names(&chain), of_a_repository, "{name}");
            chain.extend(testdata("chain-ca.pem"));
            for turn in 0..chain.len() {
                chain.rotate_left(turn);
                assert_eq!(names(&chain), of_a_repository, "{name}, {turn}");
            }
        }
        // authorities beside it that have not issued it are nobody's
        assert_eq!(names(&[testdata("ec-ca-signer.pem"), testdata("ec-signer.pem")].concat()), Ok(vec!["jeff".to_owned()]));
    }

    #[test]
    fn an_authority_without_constraints_is_known_by_what_it_issued() {
        let made = Made::new();
        for order in [["authority.pem", "jeff.pem"], ["jeff.pem", "authority.pem"]] {
            assert_eq!(names(&order.map(|name| made.der(name))), Ok(vec!["jeff".to_owned()]));
        }
        let renewed = ["authority.pem", "jeff.pem", "renewed.pem"].map(|name| made.der(name));
        assert_eq!(names(&renewed), Ok(vec!["jeff".to_owned(), "jeff".to_owned()]), "one key");
        let two = ["jeff.pem", "authority.pem", "again.pem"].map(|name| made.der(name));
        assert_eq!(names(&two), Err(LeafError::Several(vec!["CN jeff".to_owned(), "CN again".to_owned()])));
    }

    #[test]
    fn an_authority_alone_and_unrelated_keys_are_refused_by_name() {
        let authority = |name: &str| Err(LeafError::Authority(format!("CN {name}")));
        assert_eq!(names(&testdata("chain-ca.pem")), authority("Example CA"));
        assert_eq!(names(&testdata("ec-ca-signer.pem")), authority("ian"));
        let intermediate = testdata("intermediate-first.pem").swap_remove(0);
        assert_eq!(names(&[testdata("chain-ca.pem"), vec![intermediate]].concat()), authority("Example intermediate"));
        let several = names(&[testdata("ec-signer.pem"), testdata("rsa-signer.pem")].concat());
        assert_eq!(several, Err(LeafError::Several(vec!["CN jeff".to_owned(), "CN rsa jeff".to_owned()])));
    }

    #[test]
    fn names_that_lead_in_a_circle_lead_to_nobody() {
        // two keys of one name, each of which has issued the other by that
        let made = Made::new();
        let own = |key: &str, out: &str| {
            let constraint = ["-addext", "basicConstraints=critical,CA:FALSE"];
            made.openssl(&[&["req", "-x509", "-new", "-key", key, "-subj", "/CN=jeff", "-out", out], &constraint[..]].concat());
        };
        own("jeff.key", "one.pem");
        own("again.key", "two.pem");
        let names = names(&["one.pem", "two.pem"].map(|name| made.der(name)));
        assert_eq!(names, Err(LeafError::Several(vec!["CN jeff".to_owned(), "CN jeff".to_owned()])));
    }
}
