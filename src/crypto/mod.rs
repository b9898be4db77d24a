//! Keys, signatures and encodings. Pure.

pub mod chain;
pub mod curve;
mod ecdsa;
pub mod error;
pub mod issue_cert;
pub mod pem;
pub mod private_key;
mod rsa;
pub mod scheme;
pub mod secret;
mod spki;
pub mod verifying_key;
pub mod x509;
