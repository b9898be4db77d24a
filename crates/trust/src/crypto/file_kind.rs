//! What a file is in which a key was looked for and none was found: told by its first bytes, so that a person hears how to make a key file of it.

use super::pem;

/// A kind of file that people give where a key in PEM is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// It has no byte, or blanks alone.
    Empty,
    /// PEM whose first block is of this type.
    Pem(String),
    /// PEM in base64 once more, as it is put into variables.
    Base64OfPem,
    /// PEM on one line, with a backslash and an `n` for each line's end.
    EscapedLineEnds,
    /// PEM on one line, with blanks for the lines' ends.
    LostLineEnds,
    /// PEM of which the end is not there, or a line is damaged.
    BrokenPem,
    /// Text in UTF-16, as PowerShell writes it.
    Utf16,
    /// A zip archive, such as a client bundle.
    Zip,
    /// PKCS #12, also called PFX.
    Pkcs12,
    /// A Java key store.
    JavaKeyStore,
    /// Something else in DER: a key or a certificate.
    Der,
    /// An OpenSSH public key, on one line.
    OpenSshPublic,
    /// A key of `PuTTY`.
    Putty,
    /// None of these.
    Unknown,
}

/// The byte order mark of UTF-8, which some editors write.
pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How PEM begins, and how that begins in base64.
const BEGIN: &[u8] = b"-----BEGIN ";
const BEGIN_IN_BASE64: &[u8] = b"LS0tLS1CRUdJTi";

/// The text without a byte order mark, which is no part of it.
#[must_use]
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

impl FileKind {
    /// What these bytes are.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let text = without_mark(bytes).trim_ascii();
        let begins = |prefixes: &[&[u8]]| prefixes.iter().any(|prefix| text.starts_with(prefix));
        match text {
            [] => Self::Empty,
            _ if begins(&[b"\xff\xfe", b"\xfe\xff", b"-\0-\0", b"\0-\0-"]) => Self::Utf16,
            _ if begins(&[b"PK\x03\x04", b"PK\x05\x06"]) => Self::Zip,
            _ if begins(&[b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"]) => Self::JavaKeyStore,
            _ if begins(&[b"PuTTY-User-Key-File"]) => Self::Putty,
            _ if begins(&[b"ssh-", b"ecdsa-sha2-", b"sk-ssh-", b"sk-ecdsa-"]) => Self::OpenSshPublic,
            _ if begins(&[BEGIN_IN_BASE64]) => Self::Base64OfPem,
            [0x30, ..] => of_der(bytes),
            _ => of_text(text),
        }
    }
}

fn of_text(text: &[u8]) -> FileKind {
    if let Some(block) = pem::first_block(text) {
        return FileKind::Pem(block.label);
    }
    let has = |part: &[u8]| text.windows(part.len()).any(|window| window == part);
    match text.contains(&b'\n') {
        _ if !has(BEGIN) => FileKind::Unknown,
        false if has(b"\\n") => FileKind::EscapedLineEnds,
        false => FileKind::LostLineEnds,
        true => FileKind::BrokenPem,
    }
}

/// PKCS #12 begins with version 3 and what is contained; no key and no certificate does.
fn of_der(bytes: &[u8]) -> FileKind {
    let content = match bytes {
        [0x30, length @ 0..0x80, rest @ ..] if rest.len() >= usize::from(*length) => rest,
        [0x30, 0x80, rest @ ..] | [0x30, 0x81, _, rest @ ..] | [0x30, 0x82, _, _, rest @ ..] | [0x30, 0x83, _, _, _, rest @ ..] => {
            rest
        }
        _ => return FileKind::Unknown,
    };
    if content.starts_with(&[2, 1, 3, 0x30]) { FileKind::Pkcs12 } else { FileKind::Der }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = include_str!("../../../../testdata/keys/openssl/p256-pkcs8.pem");

    #[test]
    fn each_kind_is_told_apart() {
        use base64ct::{Base64, Encoding as _};
        let der = pem::first_block(KEY.as_bytes()).unwrap().content;
        let utf16: Vec<u8> = [0xfeff].into_iter().chain(KEY.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let marked = [BYTE_ORDER_MARK, KEY.as_bytes()].concat();
        for (bytes, kind) in [
            (&b""[..], FileKind::Empty),
            (b"\xef\xbb\xbf \r\n", FileKind::Empty),
            (KEY.as_bytes(), FileKind::Pem("PRIVATE KEY".to_owned())),
            (&marked, FileKind::Pem("PRIVATE KEY".to_owned())),
            (Base64::encode_string(KEY.as_bytes()).as_bytes(), FileKind::Base64OfPem),
            (KEY.replace('\n', "\\n").as_bytes(), FileKind::EscapedLineEnds),
            (KEY.trim().replace('\n', " ").as_bytes(), FileKind::LostLineEnds),
            (KEY.replace("-----END", "-----FIN").as_bytes(), FileKind::BrokenPem),
            (&utf16, FileKind::Utf16),
            (&utf16[2..], FileKind::Utf16),
            (b"PK\x03\x04\x14\x00", FileKind::Zip),
            (b"\xfe\xed\xfe\xed\x00\x00\x00\x02", FileKind::JavaKeyStore),
            (&der, FileKind::Der),
            (b"\x30\x82\x01\x00\x02\x01\x03\x30\x82", FileKind::Pkcs12),
            (b"\x30\x80\x02\x01\x03\x30\x80", FileKind::Pkcs12),
            (b"ecdsa-sha2-nistp256 AAAA jeff@host\n", FileKind::OpenSshPublic),
            (b"PuTTY-User-Key-File-3: ecdsa", FileKind::Putty),
            (b"0 is no DER", FileKind::Unknown),
            (b"junk", FileKind::Unknown),
        ] {
            assert_eq!(FileKind::of(bytes), kind, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
