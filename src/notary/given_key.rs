//! A private key that a person gives in a file.

use crate::term::error::CliError;
use trust::crypto::{
    key_file,
    pem::{self, PemBlock},
};

/// The first private key of a file, whatever stands before it.
pub(super) fn of_any_role(bytes: &[u8]) -> Result<PemBlock, CliError> {
    key_file::first_key(bytes).map_err(|_| none())
}

/// The same for a root, whose key must be encrypted in its file (notary `CheckRootKeyIsEncrypted`, which says so of all that stands in PEM).
pub(super) fn of_root(bytes: &[u8]) -> Result<PemBlock, CliError> {
    match key_file::first_key(bytes) {
        Ok(block) if block.is_encrypted() => Ok(block),
        Err(_) if pem::first_block(bytes).is_none() => Err(none()),
        _ => Err(CliError::new("only encrypted root keys may be imported")),
    }
}

fn none() -> CliError {
    CliError::new("no valid private key found")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_key_is_encrypted_and_whatever_else_is_pem_is_refused_as_notary_does() {
        let plain = include_bytes!("../../testdata/keys/openssl/p256-pkcs8.pem").as_slice();
        let encrypted = include_bytes!("../../testdata/keys/openssl/p256-pkcs8-des3.pem").as_slice();
        let certificate = include_bytes!("../../testdata/certs/ec-signer.pem").as_slice();
        let words = |read: Result<PemBlock, CliError>| read.map_or_else(|error| error.message().join("\n"), |block| block.label);
        for (bytes, root, other) in [
            (b"junk".to_vec(), "no valid private key found", "no valid private key found"),
            (certificate.to_vec(), "only encrypted root keys may be imported", "no valid private key found"),
            (plain.to_vec(), "only encrypted root keys may be imported", "PRIVATE KEY"),
            (encrypted.to_vec(), "ENCRYPTED PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
            ([certificate, encrypted].concat(), "ENCRYPTED PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
        ] {
            assert_eq!((words(of_root(&bytes)).as_str(), words(of_any_role(&bytes)).as_str()), (root, other));
        }
    }
}
