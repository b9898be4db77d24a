//! Keys, certificates and signatures.

use std::sync::OnceLock;

use pkcs8::{
    EncryptedPrivateKeyInfoRef,
    pkcs5::{EncryptionScheme, pbes2::Kdf},
};
use trust::{
    crypto::{
        chain, key_file, legacy_pem,
        pem::{self, PemBlock},
        pkcs8 as encrypted,
        private_key::PrivateKey,
        public_key_file::{self, InDoubt, PublicKeyFile},
        scheme::Scheme,
        secret::Passphrase,
        signing_key::{self, SigningKey as _},
        verifying_key::VerifyingKey,
        x509::{Certificate, CertificateBundle},
    },
    model::{key::Key, role::RoleName},
};

use crate::forge::{forge, key_of};

/// More rounds than this are left to `check_cost` and its tests: they are slow, and nothing else.
const ROUNDS: u32 = 4096;

const SCHEMES: [Scheme; 5] = [Scheme::Ecdsa, Scheme::EdDsa, Scheme::RsaPss, Scheme::RsaPkcs1v15, Scheme::RsaPyCryptoPss];

/// That of the keys in the corpus.
fn passphrase() -> Passphrase {
    Passphrase::new("testdata-passphrase".to_owned())
}

/// A block that we would write is read as the same again.
pub(crate) fn pem(bytes: &[u8]) {
    let blocks = pem::blocks(bytes);
    assert!(pem::first_block(bytes).as_ref() == blocks.first());
    for block in blocks {
        let ours = block.is_private_key() || matches!(block.label.as_str(), "CERTIFICATE" | "PUBLIC KEY");
        let Ok(text) = pem::encode(&block) else { continue };
        assert!(!ours || pem::blocks(text.as_bytes()) == [block], "a block is not read as it was written");
    }
}

/// A key signs for its own public half, and is the same however it is kept.
pub(crate) fn key_file(bytes: &[u8]) {
    let Ok(blocks) = key_file::parse(bytes) else { return };
    for block in blocks.iter().filter(|block| is_cheap(block)).take(4) {
        let _ = PrivateKey::from_pem_block(block, None);
        if let Ok(key) = PrivateKey::from_pem_block(block, Some(&passphrase())) {
            use_key(&key);
        }
    }
}

/// The same content under each of the labels that it may have.
pub(crate) fn private_der(bytes: &[u8]) {
    for label in ["RSA PRIVATE KEY", "EC PRIVATE KEY", "ED25519 PRIVATE KEY", "PRIVATE KEY"] {
        if let Ok(key) = PrivateKey::from_pem_block(&PemBlock::new(label, bytes.to_vec()), None) {
            use_key(&key);
        }
    }
}

/// As `key_file`, behind PBES2.
pub(crate) fn encrypted_der(bytes: &[u8]) {
    let block = PemBlock::new("ENCRYPTED PRIVATE KEY", bytes.to_vec());
    if is_cheap(&block)
        && let Ok(key) = encrypted::decrypt(bytes, &passphrase())
    {
        use_key(&key);
    }
}

/// As `key_file`, behind headers.
pub(crate) fn legacy_pem(bytes: &[u8]) {
    for block in pem::blocks(bytes) {
        if let Ok(plain) = legacy_pem::decrypt(&block, &passphrase()) {
            assert!(plain.len() < block.content.len(), "there is at least one byte of padding");
        }
    }
}

fn use_key(key: &PrivateKey) {
    let public = key.verifying_key();
    let signed = signing_key::sign(key, public.kind().scheme(), b"message");
    assert!(signed.is_ok(), "a key does not verify what it signed");
    let of = |key: &PrivateKey| (key.verifying_key().public_bytes(), key.verifying_key().kind());
    let is_same = |other: &PrivateKey| of(other) == of(key);
    let plain = encrypted::write_plain(key).expect("a key is written");
    assert!(encrypted::parse_plain(&plain).is_ok_and(|again| is_same(&again)), "a key is another when it is written anew");
    let stored = PemBlock::encrypt(key, &passphrase(), 1).expect("a key is encrypted");
    let again = PrivateKey::from_pem_block(&stored, Some(&passphrase()));
    assert!(again.is_ok_and(|again| is_same(&again)), "a key is another when it was encrypted");
    assert!(Key::of(key).verifying_key().is_ok_and(|again| again.identity() == public.identity()));
}

/// Whether opening it takes no longer than a moment.
pub(crate) fn is_cheap(block: &PemBlock) -> bool {
    let Ok(info) = EncryptedPrivateKeyInfoRef::try_from(block.content.as_slice()) else { return true };
    match &info.encryption_algorithm {
        EncryptionScheme::Pbes2(parameters) => match &parameters.kdf {
            Kdf::Pbkdf2(parameters) => parameters.iteration_count <= ROUNDS,
            Kdf::Scrypt(scrypt) => scrypt.cost_parameter.saturating_mul(u64::from(scrypt.block_size)) <= 1 << 12,
            _ => true,
        },
        _ => true,
    }
}

/// A public key is read in one form alone, and written in the same.
pub(crate) fn spki(bytes: &[u8]) {
    if let Ok(key) = VerifyingKey::from_spki(bytes) {
        let written = key.to_spki().expect("a key is written");
        assert_eq!(written, bytes, "one key has two forms");
        let _ = (key.algorithm(), key.cost(), key.check_size());
        let named = Key::from_spki(bytes).expect("the same");
        assert!(named.canonical_id().is_ok() && named.verifying_key().is_ok());
    }
    for key in [VerifyingKey::from_ed25519(bytes), VerifyingKey::from_rsa_pem(bytes)].into_iter().flatten() {
        assert!(key.to_spki().is_ok());
    }
}

/// A certificate is kept as it came.
pub(crate) fn certificate(bytes: &[u8]) {
    let Ok(certificate) = Certificate::from_der(bytes) else { return };
    assert_eq!(certificate.der(), bytes);
    let pem = certificate.to_pem();
    assert!(Certificate::first_in_pem(pem.as_bytes()).is_ok_and(|again| again.der() == bytes));
    let _ = (certificate.check(Some(forge().now)), certificate.check(None), certificate.near_expiry(forge().now));
    if let Ok(key) = Key::from_certificates(pem.as_bytes()) {
        let bare = key.bare().expect("the key in it");
        assert!(bare.canonical_id().expect("an ID") == key.canonical_id().expect("an ID"));
    }
}

/// A bundle leads to what it begins with, or to nothing.
pub(crate) fn bundle(bytes: &[u8]) {
    let Ok(bundle) = CertificateBundle::from_pem(bytes) else { return };
    let _ = bundle.check_one_leaf();
    let roots: Vec<Certificate> = bundle.intermediates().cloned().collect();
    let led = chain::verify(&bundle, &roots, forge().now).is_ok();
    assert!(!led || !roots.is_empty(), "no authority has vouched");
    if let Ok(key) = Key::from_certificates(bytes) {
        assert!(key.verifying_key().is_ok_and(|key| key.identity() == bundle.leaf().verifying_key().identity()));
    }
}

/// A bare key is written as it was read.
pub(crate) fn public_key_file(bytes: &[u8]) {
    match public_key_file::parse(bytes, forge().now, InDoubt::TakeFirst).map(|it| it.taken) {
        Ok(PublicKeyFile::Spki(der)) => {
            let key = VerifyingKey::from_spki(&der).expect("it was checked");
            let text = public_key_file::write(&key, "jeff").expect("a name");
            let again = public_key_file::parse(text.as_bytes(), forge().now, InDoubt::Refuse);
            assert!(matches!(again, Ok(again) if matches!(&again.taken, PublicKeyFile::Spki(again) if *again == der)));
        }
        Ok(PublicKeyFile::Certificate(certificate)) => assert!(certificate.check(Some(forge().now)).is_ok()),
        Err(_) => {}
    }
    if let Ok(found) = public_key_file::parse(bytes, forge().now, InDoubt::Refuse) {
        assert!(found.doubt.is_none());
    }
}

/// No bytes but its own are a signature.
pub(crate) fn signature(bytes: &[u8]) {
    static KEYS: OnceLock<Vec<(VerifyingKey, Vec<Vec<u8>>)>> = OnceLock::new();
    let texts: [&[u8]; 4] = [
        include_bytes!("../corpus/key_file/p256-sec1.pem"),
        include_bytes!("../corpus/key_file/p384-sec1.pem"),
        include_bytes!("../corpus/key_file/p521-sec1.pem"),
        include_bytes!("../corpus/key_file/rsa2048-pkcs1.pem"),
    ];
    let keys = KEYS.get_or_init(|| {
        let read = |text: &&[u8]| {
            let blocks = key_file::parse(text).expect("a key file");
            PrivateKey::from_pem_block(blocks.first().expect("a block"), None).expect("a key")
        };
        let keys = texts.iter().map(read).chain([key_of(&RoleName::targets())]);
        keys.map(|key| {
            let public = key.verifying_key();
            let signature = signing_key::sign(&key, public.kind().scheme(), b"message").expect("a signature");
            (public, vec![signature])
        })
        .collect()
    });
    for (key, _) in keys {
        for scheme in SCHEMES {
            assert!(key.verify(scheme, b"another message", bytes).is_err(), "{} takes what it never signed", key.algorithm());
        }
    }
}
