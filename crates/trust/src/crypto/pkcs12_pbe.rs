//! `pbeWithSHAAnd3-KeyTripleDES-CBC`, RFC 7292: how tools for PKCS #12 encrypt a key, also outside of such a file. Read, never written.

use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use der::{
    Decode as _, Sequence,
    asn1::{AnyRef, ObjectIdentifier, OctetStringRef},
};
use sha1::{Digest as _, Sha1};
use zeroize::Zeroizing;

use super::{key_format::KeyFormatError, secret::Passphrase};

/// Its identifier.
pub(super) const OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3");

/// RFC 7292: `pkcs-12PbeParams`.
#[derive(Sequence)]
struct Parameters<'a> {
    salt: &'a OctetStringRef,
    iterations: u32,
}

/// What of the derived bytes is wanted: the `ID` of RFC 7292, B.3.
#[derive(Clone, Copy)]
enum Purpose {
    Key = 1,
    Iv = 2,
}

/// The block of SHA-1, in bytes.
const BLOCK: usize = 64;

/// The block of DES, in bytes.
const DES_BLOCK: usize = 8;

/// Decrypts what is encrypted so, where it takes no more than `most` iterations.
pub(super) fn decrypt(
    parameters: Option<AnyRef<'_>>,
    data: &[u8],
    passphrase: &Passphrase,
    most: u32,
) -> Result<Zeroizing<Vec<u8>>, KeyFormatError> {
    let malformed = || KeyFormatError::Malformed("an encrypted private key (PKCS #12)");
    let parameters = der::Encode::to_der(&parameters.ok_or_else(malformed)?).map_err(|_| malformed())?;
    let Parameters { salt, iterations } = Parameters::from_der(&parameters).map_err(|_| malformed())?;
    if !(1..=most).contains(&iterations) {
        return Err(KeyFormatError::UnsupportedEncryption(format!("PKCS #12 with {iterations} iterations")));
    }
    if data.is_empty() || !data.len().is_multiple_of(DES_BLOCK) {
        return Err(malformed());
    }
    let text = big_endian_text(passphrase.as_bytes());
    let key = derive(&text, salt.as_bytes(), iterations, Purpose::Key, 24);
    let iv = derive(&text, salt.as_bytes(), iterations, Purpose::Iv, DES_BLOCK);
    let mut buffer = Zeroizing::new(data.to_vec());
    let cipher = cbc::Decryptor::<des::TdesEde3>::new_from_slices(&key, &iv).map_err(|_| malformed())?;
    let plain = cipher.decrypt_padded::<Pkcs7>(&mut buffer).map_err(|_| KeyFormatError::WrongPassphrase)?;
    Ok(Zeroizing::new(plain.to_vec()))
}

/// A `BMPString` with a zero behind it. Bytes that are no UTF-8 are taken for Latin-1, as OpenSSL does.
fn big_endian_text(passphrase: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::with_capacity(2 * passphrase.len() + 2));
    match std::str::from_utf8(passphrase) {
        Ok(passphrase) => passphrase.encode_utf16().for_each(|unit| text.extend(unit.to_be_bytes())),
        Err(_) => passphrase.iter().for_each(|byte| text.extend([0, *byte])),
    }
    text.extend([0, 0]);
    text
}

/// RFC 7292, B.2, with SHA-1.
fn derive(text: &[u8], salt: &[u8], iterations: u32, purpose: Purpose, len: usize) -> Zeroizing<Vec<u8>> {
    let filled = |bytes: &[u8]| bytes.iter().copied().cycle().take(bytes.len().div_ceil(BLOCK) * BLOCK).collect::<Vec<u8>>();
    let mut input = Zeroizing::new([filled(salt), filled(text)].concat());
    let mut derived = Zeroizing::new(Vec::with_capacity(len + 20));
    while derived.len() < len {
        let first = Sha1::new().chain_update([purpose as u8; BLOCK]).chain_update(&*input);
        let mut digest: Zeroizing<[u8; 20]> = Zeroizing::new(first.finalize().into());
        for _ in 1..iterations {
            *digest = Sha1::digest(*digest).into();
        }
        derived.extend_from_slice(&*digest);
        for block in input.chunks_exact_mut(BLOCK) {
            add_one_more(block, &*digest);
        }
    }
    derived.truncate(len);
    derived
}

/// Adds the digest, again and again up to the block's length, and one to a block, as numbers whose last byte is the lowest.
fn add_one_more(block: &mut [u8], digest: &[u8]) {
    let mut carry = 1;
    let added: Zeroizing<Vec<u8>> = Zeroizing::new(digest.iter().copied().cycle().take(block.len()).collect());
    for (byte, added) in block.iter_mut().zip(added.iter()).rev() {
        let [high, low] = (u16::from(*byte) + u16::from(*added) + carry).to_be_bytes();
        (*byte, carry) = (low, u16::from(high));
    }
}
