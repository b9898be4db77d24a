//! Files that hold private keys: every form in which a key may come, through one door.

use super::{
    file_kind::{FileKind, without_mark},
    key_format::KeyFormatError,
    legacy_pem,
    pem::{self, PemBlock},
    pkcs8,
    private_key::PrivateKey,
    private_key_info::parse_notary_ed25519,
    sec1,
    secret::Passphrase,
};

const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";

/// The types of PEM blocks that hold private keys.
const LABELS: [&str; 5] = ["RSA PRIVATE KEY", "EC PRIVATE KEY", "ED25519 PRIVATE KEY", "PRIVATE KEY", ENCRYPTED];

/// What `openssl ecparam -genkey` writes before the key, which names the curve itself.
const PARAMETERS: &str = "EC PARAMETERS";

/// A file without a private key in a PEM block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a supported private key")]
pub struct NotAKeyFile(pub FileKind);

/// The blocks of a file to be loaded, of which one at least holds a private key, wherever it stands. (Docker's `trust key load` refuses a file that
/// does not begin with it.)
pub fn parse(bytes: &[u8]) -> Result<Vec<PemBlock>, NotAKeyFile> {
    let mut blocks = pem::blocks(without_mark(bytes));
    blocks.retain(|block| block.label != PARAMETERS);
    if blocks.iter().any(PemBlock::is_private_key) { Ok(blocks) } else { Err(NotAKeyFile(FileKind::of(bytes))) }
}

/// The first private key of a file, whatever stands before it.
pub fn first_key(bytes: &[u8]) -> Result<PemBlock, NotAKeyFile> {
    let none = || NotAKeyFile(FileKind::of(bytes));
    pem::blocks(without_mark(bytes)).into_iter().find(PemBlock::is_private_key).ok_or_else(none)
}

impl PemBlock {
    /// Whether its type is one of a private key.
    #[must_use]
    pub fn is_private_key(&self) -> bool {
        LABELS.contains(&self.label.as_str())
    }

    /// Whether a passphrase is needed to read the key in it.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.label == ENCRYPTED || self.headers.contains_key("DEK-Info")
    }

    /// A key as it is stored: encrypted for the peers, without headers.
    pub fn encrypt(key: &PrivateKey, passphrase: &Passphrase, iterations: u32) -> Result<Self, KeyFormatError> {
        pkcs8::encrypt(key, passphrase, iterations).map(|content| Self::new(ENCRYPTED, content))
    }
}

impl PrivateKey {
    /// Reads the key in a block. The passphrase is not used for a key that is not encrypted.
    pub fn from_pem_block(block: &PemBlock, passphrase: Option<&Passphrase>) -> Result<Self, KeyFormatError> {
        if !block.is_private_key() {
            return Err(KeyFormatError::BlockType(block.label.clone()));
        }
        if !block.is_encrypted() {
            return from_plain(&block.label, &block.content);
        }
        let passphrase = passphrase.ok_or(KeyFormatError::PassphraseNeeded)?;
        if block.label == ENCRYPTED {
            return pkcs8::decrypt(&block.content, passphrase);
        }
        let plain = legacy_pem::decrypt(block, passphrase)?;
        // one wrong passphrase in 256 leaves a padding that looks right
        from_plain(&block.label, &plain).map_err(|e| match e {
            KeyFormatError::Malformed(_) => KeyFormatError::WrongPassphrase,
            other => other,
        })
    }
}

fn from_plain(label: &str, der: &[u8]) -> Result<PrivateKey, KeyFormatError> {
    match label {
        "EC PRIVATE KEY" => sec1::parse(der, None),
        "RSA PRIVATE KEY" => PrivateKey::from_pkcs1(der),
        "ED25519 PRIVATE KEY" => parse_notary_ed25519(der),
        _ => pkcs8::parse_plain(der),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::crypto::{
        error::CryptoError,
        signing_key::{SigningKey as _, sign},
    };

    fn block(name: &str) -> PemBlock {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/keys").join(name);
        pem::first_block(&fs::read(&path).unwrap()).unwrap()
    }

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(text.to_owned())
    }

    fn open(block: &PemBlock) -> Result<PrivateKey, KeyFormatError> {
        PrivateKey::from_pem_block(block, Some(&passphrase("testdata-passphrase")))
    }

    fn error(name: &str) -> KeyFormatError {
        open(&block(name)).err().unwrap()
    }

    /// Reads every form of one key, and checks that it is that key and that it signs.
    fn same_key(public: &str, forms: &[&str]) {
        let public = block(public).content;
        for form in forms {
            let block = block(form);
            let key = open(&block).unwrap_or_else(|e| panic!("{form}: {e}"));
            assert!(public.ends_with(&key.verifying_key().public_bytes()), "{form}");
            let scheme = key.verifying_key().kind().scheme();
            let signature = sign(&key, scheme, b"message").unwrap();
            key.verifying_key().verify(scheme, b"message", &signature).unwrap();
            if block.is_encrypted() {
                assert!(matches!(PrivateKey::from_pem_block(&block, None), Err(KeyFormatError::PassphraseNeeded)), "{form}");
                let wrong = PrivateKey::from_pem_block(&block, Some(&passphrase("wrong"))).err();
                assert_eq!(wrong, Some(KeyFormatError::WrongPassphrase), "{form}");
            }
        }
    }

    #[test]
    fn p256_keys_are_read_in_every_form_that_openssl_writes() {
        let forms = [
            "sec1",
            "pkcs8",
            "pkcs8-aes256-hmac-sha1",
            "pkcs8-aes256-hmac-sha256",
            "pkcs8-aes256-hmac-sha384",
            "pkcs8-aes256-hmac-sha512",
            "pkcs8-aes128-hmac-sha256",
            "pkcs8-aes192-hmac-sha256",
            "pkcs8-scrypt",
            "pkcs8-des3",
            "pkcs8-pkcs12-des3",
            "sec1-aes128",
            "sec1-aes192",
            "sec1-aes256",
            "sec1-des3",
        ];
        let forms: Vec<String> = forms.iter().map(|form| format!("openssl/p256-{form}.pem")).collect();
        same_key("openssl/p256.pub", &forms.iter().map(String::as_str).collect::<Vec<_>>());
    }

    #[test]
    fn other_kinds_of_keys_are_read() {
        for curve in ["p384", "p521"] {
            let forms = ["sec1", "pkcs8", "pkcs8-aes256-hmac-sha256"].map(|form| format!("openssl/{curve}-{form}.pem"));
            same_key(&format!("openssl/{curve}.pub"), &forms.each_ref().map(String::as_str));
        }
        let forms =
            ["pkcs1", "pkcs1-aes256", "pkcs8", "pkcs8-aes256-hmac-sha256"].map(|form| format!("openssl/rsa2048-{form}.pem"));
        same_key("openssl/rsa2048.pub", &forms.each_ref().map(String::as_str));
        same_key(
            "openssl/ed25519.pub",
            &["openssl/ed25519-pkcs8.pem", "openssl/ed25519-pkcs8-aes256-hmac-sha256.pem", "notary-ed25519.pem"],
        );
    }

    #[test]
    fn keys_that_cannot_be_used_are_named() {
        let curve = |name: &str| KeyFormatError::Key(CryptoError::UnsupportedCurve(name.to_owned()));
        assert_eq!(error("openssl/p224-sec1.pem"), curve("P-224"));
        assert_eq!(error("openssl/secp256k1-sec1.pem"), curve("secp256k1"));
        assert_eq!(error("openssl/secp256k1-pkcs8.pem"), curve("secp256k1"));
        assert_eq!(error("openssl/rsa1024-pkcs1.pem"), KeyFormatError::Key(CryptoError::RsaSize { bits: 1024 }));
        assert!(matches!(error("openssl/p256-with-ec-parameters.pem"), KeyFormatError::BlockType(_)));
        assert_eq!(error("openssl/p256-sec1-explicit.pem"), KeyFormatError::Key(CryptoError::ExplicitCurve));
        let encryption = |name: &str| match error(name) {
            KeyFormatError::UnsupportedEncryption(cause) => cause,
            other => panic!("{name}: {other}"),
        };
        assert_eq!(encryption("openssl/p256-sec1-camellia.pem"), "CAMELLIA-128-CBC");
        assert_eq!(encryption("openssl/p256-pkcs8-camellia.pem"), "CAMELLIA-256-CBC");
        assert_eq!(encryption("openssl/p256-pkcs8-pbes1.pem"), "pbeWithMD5AndDES-CBC");
        assert_eq!(encryption("openssl/p256-pkcs8-pkcs12-rc2.pem"), "pbeWithSHAAnd40BitRC2-CBC");
    }

    #[test]
    fn what_we_write_we_read() {
        for name in ["openssl/p256-sec1.pem", "openssl/p521-sec1.pem", "openssl/rsa2048-pkcs1.pem", "openssl/ed25519-pkcs8.pem"] {
            let key = open(&block(name)).unwrap();
            let stored = PemBlock::encrypt(&key, &passphrase("testdata-passphrase"), 10).unwrap();
            assert!(stored.is_encrypted());
            let again = open(&stored).unwrap();
            assert_eq!(*pkcs8::write_plain(&again).unwrap(), *pkcs8::write_plain(&key).unwrap(), "{name}");
        }
    }

    #[test]
    fn a_private_key_is_found_wherever_it_stands() {
        let read =
            |name: &str| fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/keys/openssl").join(name)).unwrap();
        let labels = |text: &[u8]| parse(text).unwrap().into_iter().map(|block| block.label).collect::<Vec<_>>();
        let (key, public) = (read("p256-sec1.pem"), read("p256.pub"));
        assert_eq!(labels(&key), ["EC PRIVATE KEY"]);
        assert_eq!(labels(&[key.as_slice(), &public].concat()), ["EC PRIVATE KEY", "PUBLIC KEY"]);
        assert_eq!(labels(&[public.as_slice(), &key].concat()), ["PUBLIC KEY", "EC PRIVATE KEY"]);
        assert_eq!(labels(&read("p256-with-ec-parameters.pem")), ["EC PRIVATE KEY"]);
        assert_eq!(labels(&[b"\xef\xbb\xbf", key.as_slice()].concat()), ["EC PRIVATE KEY"], "a byte order mark");
        assert_eq!(first_key(&[public.as_slice(), &key].concat()).unwrap().label, "EC PRIVATE KEY");
        assert_eq!(parse(&public).err(), Some(NotAKeyFile(FileKind::Pem("PUBLIC KEY".to_owned()))));
        assert_eq!(parse(b"junk").err(), Some(NotAKeyFile(FileKind::Unknown)));
        assert_eq!(parse(b"").err(), Some(NotAKeyFile(FileKind::Empty)));
    }

    #[test]
    fn no_damage_makes_it_panic() {
        let rounds = |name: &str| {
            let original = block(name);
            for at in 0..original.content.len() {
                let mut cut = original.clone();
                cut.content.truncate(at);
                assert!(open(&cut).is_err(), "{name} cut at {at}");
                let mut flipped = original.clone();
                flipped.content[at] ^= 1 << (at % 8);
                drop(open(&flipped));
            }
        };
        rounds("openssl/p256-sec1.pem");
        rounds("openssl/p256-pkcs8.pem");
        rounds("openssl/p256-sec1-aes256.pem");
        rounds("openssl/ed25519-pkcs8.pem");
        rounds("notary-ed25519.pem");
        rounds("openssl/p256-pkcs8-aes256-hmac-sha1.pem");
        rounds("openssl/p256-pkcs8-des3.pem");
        rounds("openssl/p256-pkcs8-pkcs12-des3.pem");
    }
}
