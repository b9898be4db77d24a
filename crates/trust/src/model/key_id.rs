//! The two IDs of a key.

use std::fmt;

use super::digest::Sha256;

/// The ID under which a key stands in metadata: the SHA-256 of its canonical TUF form. For a key in a certificate it covers the
/// certificate, so it differs from the canonical ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TufKeyId(Sha256);

/// The ID of the bare key, whatever certificate carries it: the name of its file in the key store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CanonicalKeyId(Sha256);

macro_rules! key_id {
    ($name:ident) => {
        impl $name {
            /// The ID that is this hash.
            #[must_use]
            pub fn new(hash: Sha256) -> Self {
                Self(hash)
            }

            /// Reads 64 lower-case hexadecimal digits.
            #[must_use]
            pub fn from_hex(hex: &str) -> Option<Self> {
                Sha256::from_hex(hex).map(Self)
            }

            /// The first seven digits: how prompts name a key.
            #[must_use]
            pub fn short(self) -> String {
                self.to_string().chars().take(7).collect()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

key_id!(TufKeyId);
key_id!(CanonicalKeyId);
