//! Encrypted PKCS #8: PBES2, as the peers write and read it, and as OpenSSL writes it; and what tools for PKCS #12 write.

use pkcs8::{
    EncryptedPrivateKeyInfoRef,
    pkcs5::{
        self, EncryptionScheme,
        pbes2::{self, Kdf, Pbkdf2Params, Pbkdf2Prf, Salt},
    },
};
use zeroize::Zeroizing;

use der::{
    Decode as _, Encode as _, Sequence,
    asn1::{AnyRef, ObjectIdentifier, OctetStringRef},
};

pub use super::private_key_info::{parse_plain, write_plain};
use super::{
    encryption_name, error::CryptoError, key_format::KeyFormatError, pkcs12_pbe, private_key::PrivateKey, secret::Passphrase,
    spki::Algorithm,
};

/// How often the passphrase of a new key is hashed. The peers write 2,048, and read any count.
pub const ITERATIONS: u32 = 600_000;

/// More rounds than this (several seconds) are not computed for any file.
const MAX_ITERATIONS: u32 = 10_000_000;

/// The most memory that scrypt may use for a file, in bytes.
const MAX_SCRYPT_MEMORY: u64 = 64 << 20;

const SALT_LEN: usize = 16;
const BLOCK: usize = 16;

/// Triple DES: its identifier, and its block in bytes.
const TRIPLE_DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.3.7");
const DES_BLOCK: usize = 8;

/// RFC 5208: `EncryptedPrivateKeyInfo`, whatever the scheme.
#[derive(Sequence)]
struct Envelope<'a> {
    scheme: Algorithm<'a>,
    data: &'a OctetStringRef,
}

/// RFC 8018: `PBES2-params`, whatever the algorithms.
#[derive(Sequence)]
struct Pbes2<'a> {
    kdf: AnyRef<'a>,
    cipher: Algorithm<'a>,
}

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
    let envelope = Envelope::from_der(der).map_err(|e| unreadable(&e))?;
    let plain = if envelope.scheme.oid == pkcs12_pbe::OID {
        pkcs12_pbe::decrypt(envelope.scheme.parameters, envelope.data.as_bytes(), passphrase, MAX_ITERATIONS)?
    } else {
        check_algorithms(&envelope.scheme)?;
        decrypt_pbes2(der, passphrase)?
    };
    // one wrong passphrase in 256 leaves a padding that looks right
    parse_plain(&plain).map_err(|e| if matches!(e, KeyFormatError::Malformed(_)) { KeyFormatError::WrongPassphrase } else { e })
}

fn decrypt_pbes2(der: &[u8], passphrase: &Passphrase) -> Result<Zeroizing<Vec<u8>>, KeyFormatError> {
    let info = EncryptedPrivateKeyInfoRef::from_der(der).map_err(|e| unreadable(&e))?;
    let EncryptionScheme::Pbes2(parameters) = &info.encryption_algorithm else {
        return Err(KeyFormatError::UnsupportedEncryption(encryption_name::of(info.encryption_algorithm.oid())));
    };
    check_cost(&parameters.kdf)?;
    let data = info.encrypted_data.as_bytes();
    let block = match parameters.encryption {
        pbes2::EncryptionScheme::Aes128Gcm { .. } | pbes2::EncryptionScheme::Aes256Gcm { .. } => 1,
        pbes2::EncryptionScheme::DesEde3Cbc { .. } => DES_BLOCK,
        _ => BLOCK,
    };
    if data.is_empty() || !data.len().is_multiple_of(block) {
        return Err(KeyFormatError::Malformed("an encrypted private key: its length is no multiple of the cipher's block"));
    }
    let mut buffer = Zeroizing::new(data.to_vec());
    let plain = parameters.decrypt_in_place(passphrase.as_bytes(), &mut buffer).map_err(|e| match e {
        pkcs5::Error::DecryptFailed => KeyFormatError::WrongPassphrase,
        other => KeyFormatError::UnsupportedEncryption(other.to_string()),
    })?;
    Ok(Zeroizing::new(plain.to_vec()))
}

/// Names what is not read, since the library calls some of that broken. It panics at an IV of triple DES that is too short, and cuts one that is too long.
fn check_algorithms(scheme: &Algorithm<'_>) -> Result<(), KeyFormatError> {
    if scheme.oid != pbes2::PBES2_OID {
        return Err(KeyFormatError::UnsupportedEncryption(encryption_name::of(scheme.oid)));
    }
    let parameters = scheme.parameters.and_then(|parameters| parameters.decode_as::<Pbes2<'_>>().ok());
    let Pbes2 { kdf: _, cipher } = parameters.ok_or(KeyFormatError::Malformed("an encrypted private key (PBES2)"))?;
    if let Some(name) = encryption_name::known(cipher.oid) {
        return Err(KeyFormatError::UnsupportedEncryption(name.to_owned()));
    }
    let iv = cipher.parameters.and_then(|iv| iv.decode_as::<&OctetStringRef>().ok());
    match iv.map(|iv| iv.as_bytes().len()) {
        Some(DES_BLOCK) => Ok(()),
        _ if cipher.oid != TRIPLE_DES => Ok(()),
        _ => Err(KeyFormatError::Malformed("an encrypted private key: its IV is not as long as the cipher's block")),
    }
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
        der::ErrorKind::OidUnknown { oid } => KeyFormatError::UnsupportedEncryption(encryption_name::of(oid)),
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

    fn oid(text: &str) -> Vec<u8> {
        tlv(6, ObjectIdentifier::new_unwrap(text).as_bytes())
    }

    fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
        tlv(0x30, &parts.concat())
    }

    /// What Notary writes, from its description alone: PBKDF2 without a prf, AES-256-CBC.
    fn notary_envelope(salt: &[u8], iterations: u32, iv: &[u8], data: &[u8]) -> Vec<u8> {
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

    /// What a tool writes that encrypts in another way than Notary.
    fn envelope(cipher: &str, iv: &[u8]) -> Vec<u8> {
        let kdf = sequence(&[oid("1.2.840.113549.1.5.12"), sequence(&[tlv(4, &[1; 8]), tlv(2, &[1])])]);
        let cipher = sequence(&[oid(cipher), tlv(4, iv)]);
        sequence(&[sequence(&[oid("1.2.840.113549.1.5.13"), sequence(&[kdf, cipher])]), tlv(4, &[7; 16])])
    }

    #[test]
    fn an_iv_of_another_length_is_a_clean_error_with_every_cipher() {
        let aes = ["2.16.840.1.101.3.4.1.2", "2.16.840.1.101.3.4.1.22", "2.16.840.1.101.3.4.1.42"];
        for (cipher, right) in aes.map(|cipher| (cipher, BLOCK)).into_iter().chain([("1.2.840.113549.3.7", DES_BLOCK)]) {
            for length in 0..=2 * BLOCK {
                let error = decrypt(&envelope(cipher, &[2; 2 * BLOCK][..length]), &passphrase()).err().unwrap();
                let is_wrong_passphrase = error == KeyFormatError::WrongPassphrase;
                assert!(is_wrong_passphrase == (length == right), "{cipher}, {length}: {error}");
            }
        }
    }

    /// Every way in which openssl 3 encrypts a key, with the names that it has for them.
    #[test]
    fn whatever_openssl_encrypts_opens_or_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let plain = format!("{}/../../testdata/keys/openssl/p256-pkcs8.pem", env!("CARGO_MANIFEST_DIR"));
        let file = folder.path().join("key.pem");
        let encrypted = |arguments: &[&str], typed: &[u8]| {
            let secret = folder.path().join("passphrase");
            std::fs::write(&secret, typed).unwrap();
            let mut command = Command::new("openssl");
            command.args(["pkcs8", "-topk8", "-provider", "default", "-provider", "legacy", "-in", &plain, "-out"]).arg(&file);
            let output = command.arg("-passout").arg(format!("file:{}", secret.display())).args(arguments).output().unwrap();
            assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
            pem::first_block(&std::fs::read(&file).unwrap()).unwrap()
        };
        let open = |arguments: &[&str], typed: &str| {
            PrivateKey::from_pem_block(&encrypted(arguments, typed.as_bytes()), Some(&Passphrase::new(typed.to_owned())))
        };
        for cipher in ["aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "des3"] {
            for prf in ["hmacWithSHA1", "hmacWithSHA224", "hmacWithSHA256", "hmacWithSHA384", "hmacWithSHA512"] {
                assert!(open(&["-v2", cipher, "-v2prf", prf], "passphrase1").is_ok(), "{cipher}, {prf}");
            }
        }
        assert!(open(&["-scrypt"], "passphrase1").is_ok());
        // of a length that is, and is not, one of the hash's blocks
        for typed in ["p\u{e4}ssword1", "x", &"long ".repeat(20), &"y".repeat(31), "\u{1d11e} is no plane 0"] {
            assert!(open(&["-v1", "PBE-SHA1-3DES", "-iter", "1000"], typed).is_ok(), "{typed}");
        }
        for (arguments, name) in [
            (["-v1", "PBE-MD5-DES"], "pbeWithMD5AndDES-CBC"),
            (["-v1", "PBE-SHA1-DES"], "pbeWithSHA1AndDES-CBC"),
            (["-v1", "PBE-SHA1-RC2-64"], "pbeWithSHA1AndRC2-CBC"),
            (["-v1", "PBE-MD5-RC2-64"], "pbeWithMD5AndRC2-CBC"),
            (["-v1", "PBE-SHA1-2DES"], "pbeWithSHAAnd2-KeyTripleDES-CBC"),
            (["-v1", "PBE-SHA1-RC2-128"], "pbeWithSHAAnd128BitRC2-CBC"),
            (["-v1", "PBE-SHA1-RC2-40"], "pbeWithSHAAnd40BitRC2-CBC"),
            (["-v1", "PBE-SHA1-RC4-128"], "pbeWithSHAAnd128BitRC4"),
            (["-v1", "PBE-SHA1-RC4-40"], "pbeWithSHAAnd40BitRC4"),
            (["-v2", "des-cbc"], "DES-CBC"),
            (["-v2", "rc2-cbc"], "RC2-CBC"),
            (["-v2", "bf-cbc"], "BF-CBC"),
            (["-v2", "cast5-cbc"], "CAST5-CBC"),
            (["-v2", "seed-cbc"], "SEED-CBC"),
            (["-v2", "camellia-128-cbc"], "CAMELLIA-128-CBC"),
            (["-v2", "camellia-192-cbc"], "CAMELLIA-192-CBC"),
            (["-v2", "aria-128-cbc"], "ARIA-128-CBC"),
            (["-v2", "aria-192-cbc"], "ARIA-192-CBC"),
            (["-v2", "aria-256-cbc"], "ARIA-256-CBC"),
            (["-v2", "sm4-cbc"], "SM4-CBC"),
            (["-v2prf", "hmacWithMD5"], "hmacWithMD5"),
        ] {
            let refused = open(&arguments, "passphrase1").err();
            assert_eq!(refused, Some(KeyFormatError::UnsupportedEncryption(name.to_owned())), "{arguments:?}");
        }
    }
}
