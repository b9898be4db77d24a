//! Encrypted PKCS #8: PBES2, as the peers write and read it, and as OpenSSL writes it.

use pkcs8::{
    EncryptedPrivateKeyInfoRef,
    pkcs5::{
        self, EncryptionScheme,
        pbes2::{self, Kdf, Pbkdf2Params, Pbkdf2Prf, Salt},
    },
};
use zeroize::Zeroizing;

use der::{Decode as _, Encode as _, asn1::OctetStringRef};

pub use super::private_key_info::{parse_plain, write_plain};
use super::{error::CryptoError, key_format::KeyFormatError, private_key::PrivateKey, secret::Passphrase};

/// How often the passphrase of a new key is hashed. The peers write 2,048, and read any count.
pub const ITERATIONS: u32 = 600_000;

/// More rounds than this (several seconds) are not computed for any file.
const MAX_ITERATIONS: u32 = 10_000_000;

/// The most memory that scrypt may use for a file, in bytes.
const MAX_SCRYPT_MEMORY: u64 = 64 << 20;

const SALT_LEN: usize = 16;
const BLOCK: usize = 16;

/// Encrypts a key for the peers: PBKDF2 with HMAC-SHA1, whose identifier is left out, and AES-256-CBC. The peers read nothing else.
pub fn encrypt(key: &PrivateKey, passphrase: &Passphrase, iterations: u32) -> Result<Vec<u8>, KeyFormatError> {
    let salt = random::<SALT_LEN>()?;
    let parameters = pbes2::Parameters {
        kdf: Kdf::Pbkdf2(Pbkdf2Params {
            salt: Salt::new(salt).map_err(failed)?,
            iteration_count: iterations,
            key_length: None,
            prf: Pbkdf2Prf::HmacWithSha1,
        }),
        encryption: pbes2::EncryptionScheme::Aes256Cbc { iv: random::<BLOCK>()? },
    };
    let plain = write_plain(key)?;
    let mut buffer = Zeroizing::new(plain.to_vec());
    buffer.resize(plain.len() + BLOCK, 0);
    let encrypted = parameters.encrypt_in_place(passphrase.as_bytes(), &mut buffer, plain.len()).map_err(failed)?;
    EncryptedPrivateKeyInfoRef {
        encryption_algorithm: EncryptionScheme::Pbes2(parameters),
        encrypted_data: OctetStringRef::new(encrypted).map_err(failed)?,
    }
    .to_der()
    .map_err(failed)
}

/// Decrypts a key.
pub fn decrypt(der: &[u8], passphrase: &Passphrase) -> Result<PrivateKey, KeyFormatError> {
    let info = EncryptedPrivateKeyInfoRef::from_der(der).map_err(|e| unreadable(&e))?;
    let parameters = match &info.encryption_algorithm {
        EncryptionScheme::Pbes2(parameters) => parameters,
        other => return Err(KeyFormatError::UnsupportedEncryption(format!("algorithm {}", other.oid()))),
    };
    check_cost(&parameters.kdf)?;
    let data = info.encrypted_data.as_bytes();
    let is_cbc =
        !matches!(parameters.encryption, pbes2::EncryptionScheme::Aes128Gcm { .. } | pbes2::EncryptionScheme::Aes256Gcm { .. });
    if data.is_empty() || is_cbc && !data.len().is_multiple_of(BLOCK) {
        return Err(KeyFormatError::Malformed("an encrypted private key: its length is no multiple of the cipher's block"));
    }
    let mut buffer = Zeroizing::new(data.to_vec());
    let plain = parameters.decrypt_in_place(passphrase.as_bytes(), &mut buffer).map_err(|e| match e {
        pkcs5::Error::DecryptFailed => KeyFormatError::WrongPassphrase,
        other => KeyFormatError::UnsupportedEncryption(other.to_string()),
    })?;
    // one wrong passphrase in 256 leaves a padding that looks right
    parse_plain(plain).map_err(|e| if matches!(e, KeyFormatError::Malformed(_)) { KeyFormatError::WrongPassphrase } else { e })
}

fn check_cost(kdf: &Kdf) -> Result<(), KeyFormatError> {
    let cost = match kdf {
        Kdf::Pbkdf2(parameters) if (1..=MAX_ITERATIONS).contains(&parameters.iteration_count) => return Ok(()),
        Kdf::Pbkdf2(parameters) => format!("PBKDF2 with {} iterations", parameters.iteration_count),
        Kdf::Scrypt(parameters) => {
            let memory = parameters.cost_parameter.saturating_mul(u64::from(parameters.block_size)).saturating_mul(128);
            if memory <= MAX_SCRYPT_MEMORY && parameters.parallelization <= 16 {
                return Ok(());
            }
            format!("scrypt with {memory} bytes of memory, {} times", parameters.parallelization)
        }
        _ => "an unknown key derivation".to_owned(),
    };
    Err(KeyFormatError::UnsupportedEncryption(cost))
}

/// A structure that the library does not read: either it names an algorithm that it does not know, or it is broken.
fn unreadable(error: &der::Error) -> KeyFormatError {
    match error.kind() {
        der::ErrorKind::OidUnknown { oid } => KeyFormatError::UnsupportedEncryption(format!("algorithm {oid}")),
        _ => KeyFormatError::Malformed("an encrypted private key (PKCS #8)"),
    }
}

fn random<const N: usize>() -> Result<[u8; N], CryptoError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| CryptoError::NoRandomness(e.to_string()))?;
    Ok(bytes)
}

fn failed(error: impl std::fmt::Display) -> KeyFormatError {
    KeyFormatError::UnsupportedEncryption(error.to_string())
}
