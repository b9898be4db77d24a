//! Digests as clients write them: `sha256:…`.

use std::fmt;

use trust::model::digest::Sha256;

/// The digest of a blob or a manifest. SHA-256 is the one algorithm that every registry and client has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest(Sha256);

/// Why a text is no digest of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotADigest {
    /// It has not the form `algorithm:encoded`.
    Form,
    /// It has the form, and no algorithm has such a digest.
    Encoding,
    /// A digest by SHA-384 or SHA-512; nothing here goes by one.
    OtherAlgorithm,
}

impl Digest {
    /// The digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::of(bytes))
    }

    /// Reads `sha256:` and 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, NotADigest> {
        let (algorithm, encoded) = text.split_once(':').ok_or(NotADigest::Form)?;
        let name = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let value = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'=' | b'_' | b'-');
        if !algorithm.split(['.', '+', '_', '-']).all(name) || encoded.is_empty() || !encoded.bytes().all(value) {
            return Err(NotADigest::Form);
        }
        let hex = |digits: usize| encoded.len() == digits && encoded.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match algorithm {
            "sha256" => Sha256::from_hex(encoded).map(Self).ok_or(NotADigest::Encoding),
            "sha384" if hex(96) => Err(NotADigest::OtherAlgorithm),
            "sha512" if hex(128) => Err(NotADigest::OtherAlgorithm),
            _ => Err(NotADigest::Encoding),
        }
    }

    /// Reads the 64 digits alone.
    #[must_use]
    pub fn from_hex(hex: &str) -> Option<Self> {
        Sha256::from_hex(hex).map(Self)
    }

    /// The 64 digits alone.
    #[must_use]
    pub fn to_hex(self) -> String {
        self.0.to_hex()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests() {
        let text = format!("sha256:{}", "0a".repeat(32));
        assert_eq!(Digest::parse(&text).unwrap().to_string(), text);
        for (bad, why) in [
            ("", NotADigest::Form),
            ("x", NotADigest::Form),
            ("sha256:", NotADigest::Form),
            ("sha256:/", NotADigest::Form),
            (":00", NotADigest::Form),
            ("sha256:00", NotADigest::Encoding),
            (&text.to_uppercase().replace("SHA", "sha"), NotADigest::Encoding),
            (&format!("md5:{}", "0".repeat(32)), NotADigest::Encoding),
            (&format!("sha512:{}", "0".repeat(128)), NotADigest::OtherAlgorithm),
        ] {
            assert_eq!(Digest::parse(bad), Err(why), "{bad:?}");
        }
    }
}
