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

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::crypto::pem::{self, PemBlock};

    fn key(name: &str) -> PrivateKey {
        let text = std::fs::read(format!("{}/../../testdata/keys/openssl/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        PrivateKey::from_pem_block(&pem::first_block(&text).unwrap(), None).unwrap()
    }

    fn passphrase() -> Passphrase {
        Passphrase::new("testdata-passphrase".to_owned())
    }

    /// A DER value: a tag, a length below 64 KiB, a content.
    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
        let length = match content.len() {
            0..0x80 => vec![low],
            0x80..0x100 => vec![0x81, low],
            _ => vec![0x82, high, low],
        };
        [vec![tag], length, content.to_vec()].concat()
    }

    /// What Notary writes, from its description alone: PBKDF2 without a prf, AES-256-CBC.
    fn notary_envelope(salt: &[u8], iterations: u32, iv: &[u8], data: &[u8]) -> Vec<u8> {
        let oid = |text: &str| tlv(6, der::asn1::ObjectIdentifier::new_unwrap(text).as_bytes());
        let sequence = |parts: &[Vec<u8>]| tlv(0x30, &parts.concat());
        let count = iterations.to_be_bytes();
        let first = count.iter().position(|b| *b != 0).unwrap_or(3);
        let count = [&[0][..usize::from(count[first] >= 0x80)], &count[first..]].concat();
        let kdf = sequence(&[oid("1.2.840.113549.1.5.12"), sequence(&[tlv(4, salt), tlv(2, &count)])]);
        let cipher = sequence(&[oid("2.16.840.1.101.3.4.1.42"), tlv(4, iv)]);
        sequence(&[sequence(&[oid("1.2.840.113549.1.5.13"), sequence(&[kdf, cipher])]), tlv(4, data)])
    }

    #[test]
    fn the_envelope_is_the_one_that_notary_reads() {
        let der = encrypt(&key("p256-sec1.pem"), &passphrase(), ITERATIONS).unwrap();
        let info = EncryptedPrivateKeyInfoRef::from_der(&der).unwrap();
        let pbes2 = info.encryption_algorithm.pbes2().unwrap();
        let pbes2::EncryptionScheme::Aes256Cbc { iv } = pbes2.encryption else { panic!() };
        let kdf = pbes2.kdf.pbkdf2().unwrap();
        assert_eq!(der, notary_envelope(kdf.salt.as_ref(), 600_000, &iv, info.encrypted_data.as_bytes()));
        assert_eq!(kdf.salt.as_ref().len(), SALT_LEN);
        assert_ne!(der, encrypt(&key("p256-sec1.pem"), &passphrase(), ITERATIONS).unwrap());
    }

    #[test]
    fn openssl_opens_what_we_write() {
        for name in ["p256", "p384", "p521", "rsa2048"] {
            let private = if name == "rsa2048" { key("rsa2048-pkcs1.pem") } else { key(&format!("{name}-sec1.pem")) };
            let file = tempfile::NamedTempFile::new().unwrap();
            let block = PemBlock::encrypt(&private, &passphrase(), 10).unwrap();
            std::fs::write(file.path(), &*pem::encode(&block).unwrap()).unwrap();
            let arguments = ["pkey", "-passin", "pass:testdata-passphrase", "-pubout", "-in"];
            let output = Command::new("openssl").args(arguments).arg(file.path()).output().unwrap();
            let public = format!("{}/../../testdata/keys/openssl/{name}.pub", env!("CARGO_MANIFEST_DIR"));
            assert_eq!(String::from_utf8(output.stdout).unwrap(), std::fs::read_to_string(public).unwrap(), "{name}");
        }
    }

    #[test]
    fn the_key_inside_is_what_notary_puts_there() {
        // from a file that `notary` made of the same key
        for (id, name) in [
            ("a2769808b84b2d54f0f2051406eab4b38cc5fa2e9abe28012101e1bd6a9fb30e", "p384-sec1.pem"),
            ("7d346dedc7df079f09d5c65e60f403f9b029a34a99228b64ca0bae39d5d5c9ef", "p521-sec1.pem"),
            ("cd5db23e40d67357bad66ecf116cd30117bddf9361c47b3d57601b9b8d895355", "rsa2048-pkcs1.pem"),
        ] {
            let text =
                std::fs::read(format!("{}/../../testdata/keys/peers/notary/private/{id}.key", env!("CARGO_MANIFEST_DIR"))).unwrap();
            let block = pem::first_block(&text).unwrap();
            let info = EncryptedPrivateKeyInfoRef::from_der(&block.content).unwrap();
            let plain = info.encryption_algorithm.decrypt(passphrase().as_bytes(), info.encrypted_data.as_bytes()).unwrap();
            assert_eq!(plain, **write_plain(&key(name)).unwrap(), "{name}");
        }
    }

    #[test]
    fn envelopes_that_make_notary_panic_are_clean_errors() {
        let error = |der: &[u8]| decrypt(der, &passphrase()).err().unwrap();
        let whole = [0x17; 32];
        assert_eq!(error(&notary_envelope(&[1; 8], 1, &[2; 16], &whole)), KeyFormatError::WrongPassphrase);
        for length in [0, 1, 15, 17, 31] {
            assert!(
                matches!(error(&notary_envelope(&[1; 8], 1, &[2; 16], &whole[..length])), KeyFormatError::Malformed(_)),
                "{length}"
            );
        }
        for length in [0, 8, 15, 17] {
            assert!(
                matches!(error(&notary_envelope(&[1; 8], 1, &whole[..length], &whole)), KeyFormatError::Malformed(_)),
                "{length}"
            );
        }
        for iterations in [0, MAX_ITERATIONS + 1] {
            let error = error(&notary_envelope(&[1; 8], iterations, &[2; 16], &whole));
            assert_eq!(error, KeyFormatError::UnsupportedEncryption(format!("PBKDF2 with {iterations} iterations")));
        }
        assert!(matches!(error(&[]), KeyFormatError::Malformed(_)));
    }
}
