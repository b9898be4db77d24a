//! Keys encrypted by PEM headers, RFC 1421: how OpenSSL's traditional formats and Notary before 0.4 keep them.

use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

use super::{key_format::KeyFormatError, pem::PemBlock, secret::Passphrase};

/// Decrypts the content of a block that has a `DEK-Info` header.
pub fn decrypt(block: &PemBlock, passphrase: &Passphrase) -> Result<Zeroizing<Vec<u8>>, KeyFormatError> {
    let info = block.header("DEK-Info").ok_or(KeyFormatError::Malformed("an encrypted PEM block: it has no DEK-Info header"))?;
    let (name, iv) = info.split_once(',').ok_or(KeyFormatError::Malformed("an encrypted PEM block: DEK-Info has no IV"))?;
    let iv = base16ct::mixed::decode_vec(iv.trim())
        .map_err(|_| KeyFormatError::Malformed("an encrypted PEM block: the IV is not hexadecimal"))?;
    let cipher = Cipher::from_name(name.trim())?;
    let salt = iv.get(..8).filter(|_| iv.len() == cipher.block_len());
    let salt = salt.ok_or(KeyFormatError::Malformed("an encrypted PEM block: the IV is not as long as the cipher's block"))?;
    if block.content.is_empty() || !block.content.len().is_multiple_of(cipher.block_len()) {
        return Err(KeyFormatError::Malformed("an encrypted PEM block: its length is no multiple of the cipher's block"));
    }
    let key = derive_key(passphrase.as_bytes(), salt, cipher.key_len());
    cipher.decrypt(&key, &iv, &block.content).ok_or(KeyFormatError::WrongPassphrase)
}

#[derive(Clone, Copy)]
enum Cipher {
    Aes128,
    Aes192,
    Aes256,
    TripleDes,
}

impl Cipher {
    fn from_name(name: &str) -> Result<Self, KeyFormatError> {
        match name {
            "AES-128-CBC" => Ok(Self::Aes128),
            "AES-192-CBC" => Ok(Self::Aes192),
            "AES-256-CBC" => Ok(Self::Aes256),
            "DES-EDE3-CBC" => Ok(Self::TripleDes),
            other => Err(KeyFormatError::UnsupportedEncryption(other.to_owned())),
        }
    }

    fn key_len(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes192 | Self::TripleDes => 24,
            Self::Aes256 => 32,
        }
    }

    fn block_len(self) -> usize {
        if matches!(self, Self::TripleDes) { 8 } else { 16 }
    }

    /// None where the padding is wrong.
    fn decrypt(self, key: &[u8], iv: &[u8], data: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut buffer = Zeroizing::new(data.to_vec());
        let plain = match self {
            Self::Aes128 => cbc::Decryptor::<aes::Aes128>::new_from_slices(key, iv).ok()?.decrypt_padded::<Pkcs7>(&mut buffer),
            Self::Aes192 => cbc::Decryptor::<aes::Aes192>::new_from_slices(key, iv).ok()?.decrypt_padded::<Pkcs7>(&mut buffer),
            Self::Aes256 => cbc::Decryptor::<aes::Aes256>::new_from_slices(key, iv).ok()?.decrypt_padded::<Pkcs7>(&mut buffer),
            Self::TripleDes => cbc::Decryptor::<des::TdesEde3>::new_from_slices(key, iv).ok()?.decrypt_padded::<Pkcs7>(&mut buffer),
        };
        plain.ok().map(|plain| Zeroizing::new(plain.to_vec()))
    }
}

/// OpenSSL's `EVP_BytesToKey` with MD5 and one round.
fn derive_key(passphrase: &[u8], salt: &[u8], len: usize) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(len + 16));
    let mut digest = Zeroizing::new([0; 16]);
    while key.len() < len {
        let mut md5 = Md5::new();
        if !key.is_empty() {
            md5.update(*digest);
        }
        md5.update(passphrase);
        md5.update(salt);
        *digest = md5.finalize().into();
        key.extend_from_slice(&*digest);
    }
    key.truncate(len);
    key
}
