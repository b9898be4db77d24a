//! Hashes and lengths of files, as metadata lists them.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding as _};
use sha2::Digest as _;

use super::digest::Sha256;
use crate::json::{
    members::{FormatError, Members},
    value::Json,
};

/// The hashes of one file by algorithm. `sha256` is always there: the one that names a file on the server and an image in a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileMeta {
    /// Length in bytes.
    pub length: u64,
    /// The file's SHA-256.
    pub sha256: Sha256,
    /// The other algorithms' hashes; of these `sha512` is checked, and the rest only kept.
    pub others: BTreeMap<String, Vec<u8>>,
}

/// Bytes that are not the file which metadata lists.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashMismatch {
    /// Another length.
    #[error("it has {found} bytes instead of {expected}")]
    Length {
        /// What the metadata lists.
        expected: u64,
        /// What came.
        found: u64,
    },
    /// Another hash.
    #[error("{algorithm} checksum did not match: expected {expected}")]
    Hash {
        /// The algorithm.
        algorithm: &'static str,
        /// The listed hash in hexadecimal digits.
        expected: String,
    },
}

impl FileMeta {
    /// Describes bytes by the hashes that Notary lists for metadata: SHA-256 and SHA-512.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let sha512 = sha2::Sha512::digest(bytes).to_vec();
        Self { length: bytes.len() as u64, sha256: Sha256::of(bytes), others: BTreeMap::from([("sha512".to_owned(), sha512)]) }
    }

    /// Describes an image: its manifest's length and SHA-256 alone, as Docker does.
    #[must_use]
    pub fn of_image(length: u64, sha256: Sha256) -> Self {
        Self { length, sha256, others: BTreeMap::new() }
    }

    /// An entry of hashes among which SHA-256 is not: nobody can look it up.
    #[must_use]
    pub fn without_sha256(length: u64, hashes: &BTreeMap<String, Vec<u8>>, custom: Option<Json>) -> Json {
        let hashes =
            hashes.iter().map(|(algorithm, hash)| (algorithm.clone(), Json::string(Base64::encode_string(hash)))).collect();
        let length = Json::Integer(i64::try_from(length).unwrap_or(i64::MAX));
        let members = [("hashes".to_owned(), Json::Object(hashes)), ("length".to_owned(), length)];
        Json::Object(members.into_iter().chain(custom.map(|custom| ("custom".to_owned(), custom))).collect())
    }

    /// Notary `data.CheckHashes`: each known algorithm that is listed must match. An unknown one is passed over.
    pub fn check(&self, bytes: &[u8]) -> Result<(), HashMismatch> {
        let found = bytes.len() as u64;
        if found != self.length {
            return Err(HashMismatch::Length { expected: self.length, found });
        }
        if Sha256::of(bytes) != self.sha256 {
            return Err(HashMismatch::Hash { algorithm: "sha256", expected: self.sha256.to_hex() });
        }
        if let Some(expected) = self.others.get("sha512")
            && sha2::Sha512::digest(bytes).as_slice() != expected
        {
            return Err(HashMismatch::Hash { algorithm: "sha512", expected: base16ct::lower::encode_string(expected) });
        }
        Ok(())
    }

    pub(crate) fn read(json: &Json, place: &str) -> Result<Self, FormatError> {
        let members = Members::of(json, place)?;
        let length = members.unsigned("length")?;
        let hashes = members.object("hashes")?;
        let sha256 = Sha256::from_slice(&hashes.base64("sha256")?).ok_or_else(|| hashes.error("sha256", "not 32 bytes long"))?;
        let mut others = BTreeMap::new();
        for (algorithm, _) in members.entries("hashes")?.filter(|(algorithm, _)| *algorithm != "sha256") {
            let hash = hashes.base64(algorithm)?;
            if algorithm == "sha512" && hash.len() != 64 {
                return Err(hashes.error(algorithm, "not 64 bytes long"));
            }
            others.insert(algorithm.clone(), hash);
        }
        Ok(Self { length, sha256, others })
    }

    pub(crate) fn members(&self) -> BTreeMap<String, Json> {
        let mut hashes: BTreeMap<String, Json> =
            self.others.iter().map(|(algorithm, hash)| (algorithm.clone(), Json::string(Base64::encode_string(hash)))).collect();
        hashes.insert("sha256".to_owned(), Json::string(Base64::encode_string(self.sha256.as_bytes())));
        let length = Json::Integer(i64::try_from(self.length).unwrap_or(i64::MAX));
        BTreeMap::from([("hashes".to_owned(), Json::Object(hashes)), ("length".to_owned(), length)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_known_hashes_are_checked() {
        let mut meta = FileMeta::of(b"abc");
        assert_eq!(meta.check(b"abc"), Ok(()));
        assert!(matches!(meta.check(b"abcd"), Err(HashMismatch::Length { expected: 3, found: 4 })));
        assert!(matches!(meta.check(b"abd"), Err(HashMismatch::Hash { algorithm: "sha256", .. })));
        meta.others.insert("sha512".to_owned(), vec![0; 64]);
        assert!(matches!(meta.check(b"abc"), Err(HashMismatch::Hash { algorithm: "sha512", .. })));
    }

    #[test]
    fn what_is_written_is_read() {
        let mut meta = FileMeta::of(b"abc");
        meta.others.insert("blake2b".to_owned(), vec![1, 2, 3]);
        assert_eq!(FileMeta::read(&Json::Object(meta.members()), "x").unwrap(), meta);
    }

    #[test]
    fn a_file_without_a_usable_sha256_is_refused() {
        for json in [
            r#"{"length":1,"hashes":{}}"#,
            r#"{"length":1}"#,
            r#"{"length":1,"hashes":{"sha512":"AAAA"}}"#,
            r#"{"length":1,"hashes":{"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}}"#,
            r#"{"length":-3,"hashes":{"sha256":"ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="}}"#,
            "null",
        ] {
            assert!(FileMeta::read(&Json::parse(json.as_bytes()).unwrap(), "x").is_err(), "{json}");
        }
    }
}
