//! Root certificates as Notary makes them, and as it would not.

use base64ct::{Base64, Encoding};

use crate::{der, key::Key};

/// A self-signed certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Whom it is for: a repository, where it is a root's.
    pub common_name: String,
    /// `YYMMDDhhmmssZ`
    pub not_before: String,
    /// `YYMMDDhhmmssZ`
    pub not_after: String,
}

impl Certificate {
    /// Valid from 2026 to 2046.
    pub fn of(common_name: &str) -> Self {
        Self { common_name: common_name.to_owned(), not_before: "260101000000Z".to_owned(), not_after: "460101000000Z".to_owned() }
    }

    /// The text that stands in metadata.
    pub fn pem(&self, key: &Key) -> String {
        pem_of(&self.der(key))
    }

    fn der(&self, key: &Key) -> Vec<u8> {
        self.signed_by(key, (&self.common_name, key), &extensions())
    }

    /// The text of this certificate for a key, issued by an authority of this name, in whose bundle it stands first.
    pub fn issued_by(&self, key: &Key, name: &str, authority: &Key) -> String {
        pem_of(&self.signed_by(key, (name, authority), &[]))
    }

    /// The certificate of an authority that issues others.
    pub fn of_authority(&self, key: &Key) -> String {
        use der::{BOOLEAN, OCTET_STRING, OID, SEQUENCE, tlv};
        let is_authority = tlv(SEQUENCE, &[&tlv(BOOLEAN, &[&[0xff]])]);
        let critical = tlv(BOOLEAN, &[&[0xff]]);
        let constraints = tlv(SEQUENCE, &[&tlv(OID, &[der::BASIC_CONSTRAINTS]), &critical, &tlv(OCTET_STRING, &[&is_authority])]);
        pem_of(&self.signed_by(key, (&self.common_name, key), &tlv(0xa3, &[&tlv(SEQUENCE, &[&constraints])])))
    }

    fn signed_by(&self, key: &Key, (issuer, signer): (&str, &Key), extensions: &[u8]) -> Vec<u8> {
        use der::{BIT_STRING, OID, SEQUENCE, SET, UTC_TIME, UTF8_STRING, tlv};
        let name = |text: &str| {
            let attribute = tlv(SEQUENCE, &[&tlv(OID, &[der::COMMON_NAME]), &tlv(UTF8_STRING, &[text.as_bytes()])]);
            tlv(SEQUENCE, &[&tlv(SET, &[&attribute])])
        };
        let (issuer, subject) = (name(issuer), name(&self.common_name));
        let validity =
            tlv(SEQUENCE, &[&tlv(UTC_TIME, &[self.not_before.as_bytes()]), &tlv(UTC_TIME, &[self.not_after.as_bytes()])]);
        let tbs = |algorithm: &[u8]| {
            let version = tlv(0xa0, &[&tlv(der::INTEGER, &[&[2]])]);
            let serial = tlv(der::INTEGER, &[&[0x11; 16]]);
            tlv(SEQUENCE, &[&version, &serial, algorithm, &issuer, &validity, &subject, &key.public, extensions])
        };
        let (algorithm, tbs, signature) = signer.sign_certificate(tbs);
        tlv(SEQUENCE, &[&tbs, &algorithm, &tlv(BIT_STRING, &[&[0], &signature])])
    }
}

fn pem_of(der: &[u8]) -> String {
    let base64 = Base64::encode_string(der);
    let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// Key usage: digital signature and key encipherment; code signing; no authority.
fn extensions() -> Vec<u8> {
    use der::{BOOLEAN, OCTET_STRING, OID, SEQUENCE, tlv};
    let critical = tlv(BOOLEAN, &[&[0xff]]);
    let extension =
        |oid: &[u8], critical: &[u8], value: &[u8]| tlv(SEQUENCE, &[&tlv(OID, &[oid]), critical, &tlv(OCTET_STRING, &[value])]);
    let usage = extension(der::KEY_USAGE, &critical, &tlv(der::BIT_STRING, &[&[5, 0xa0]]));
    let extended = extension(der::EXTENDED_KEY_USAGE, &[], &tlv(SEQUENCE, &[&tlv(OID, &[der::CODE_SIGNING])]));
    let constraints = extension(der::BASIC_CONSTRAINTS, &critical, &tlv(SEQUENCE, &[]));
    tlv(0xa3, &[&tlv(SEQUENCE, &[&usage, &extended, &constraints])])
}
