//! Keys, signatures and encodings. Pure.

pub mod chain;
pub mod curve;
mod ecdsa;
mod encryption_name;
pub mod error;
pub mod file_kind;
pub mod issue_cert;
pub mod key_file;
pub mod key_format;
pub mod leaf;
pub mod legacy_pem;
pub mod pem;
mod pkcs12_pbe;
pub mod pkcs8;
pub mod private_key;
mod private_key_info;
pub mod public_key_file;
mod rsa;
pub mod scheme;
mod sec1;
pub mod secret;
pub mod signing_key;
mod spki;
#[cfg(test)]
pub(crate) mod token_double;
pub mod verifying_key;
pub mod x509;
