//! Names of signature schemes.

/// How a signature in metadata was made. Notary `tuf/data/types.go`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// ECDSA over SHA-256 on every curve; r‖s, each as wide as the field.
    Ecdsa,
    /// Ed25519.
    EdDsa,
    /// RSASSA-PSS over SHA-256 with 32 bytes of salt.
    RsaPss,
    /// RSASSA-PKCS1-v1_5 over SHA-256; in metadata it is verified, and never made.
    RsaPkcs1v15,
    /// `RsaPss` by a key whose public bytes are PEM text; verified, never made.
    RsaPyCryptoPss,
}

impl Scheme {
    /// The scheme of a `method` member. Notary lower-cases what it reads, so case is ignored.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_lowercase().as_str() {
            "ecdsa" => Self::Ecdsa,
            "eddsa" => Self::EdDsa,
            "rsapss" => Self::RsaPss,
            "rsapkcs1v15" => Self::RsaPkcs1v15,
            "pycrypto-pkcs#1 pss" => Self::RsaPyCryptoPss,
            _ => return None,
        })
    }

    /// The name as it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ecdsa => "ecdsa",
            Self::EdDsa => "eddsa",
            Self::RsaPss => "rsapss",
            Self::RsaPkcs1v15 => "rsapkcs1v15",
            Self::RsaPyCryptoPss => "pycrypto-pkcs#1 pss",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case() {
        for scheme in [Scheme::Ecdsa, Scheme::EdDsa, Scheme::RsaPss, Scheme::RsaPkcs1v15, Scheme::RsaPyCryptoPss] {
            assert_eq!(Scheme::from_name(scheme.name()), Some(scheme));
            assert_eq!(Scheme::from_name(&scheme.name().to_uppercase()), Some(scheme));
        }
        for name in ["", "none", "ecdsa ", "rsa", "ecdsa-sha2-nistp256"] {
            assert_eq!(Scheme::from_name(name), None, "{name:?}");
        }
    }
}
