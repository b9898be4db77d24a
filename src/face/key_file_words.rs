//! What is said of a file from which no private key can be taken: each with the command that makes another of it.

use std::path::Path;

use super::file_kind_words::told;
use crate::term::error::CliError;
use trust::crypto::{error::CryptoError, file_kind::FileKind, key_format::KeyFormatError};

/// The error with what a person can do about the key.
pub(crate) fn format_hinted(words: CliError, file: &Path, error: &KeyFormatError) -> CliError {
    let shown = file.display();
    match error {
        // a number of rounds is no algorithm that OpenSSL would have laid aside
        KeyFormatError::UnsupportedEncryption(name) if name.contains(' ') => {
            words.hinted(format!("openssl pkey -aes256 -in {shown} -out new.pem"))
        }
        KeyFormatError::UnsupportedEncryption(_) => words.hinted(format!(
            "openssl pkey -provider default -provider legacy -aes256 -in {shown} -out new.pem (before OpenSSL 3 without the providers)"
        )),
        KeyFormatError::Key(CryptoError::ExplicitCurve) => {
            words.hinted(format!("openssl pkey -ec_param_enc named_curve -aes256 -in {shown} -out new.pem"))
        }
        _ => words,
    }
}

/// The error with what the file is instead, and how a key file is made of it. What came from no `file` is given as a pipe.
pub(crate) fn kind_hinted(words: CliError, file: Option<&Path>, kind: &FileKind) -> CliError {
    let is_file = file.is_some();
    let with = if is_file { "" } else { ", of which FILE is a copy" };
    let file = file.map_or_else(|| "FILE".to_owned(), |file| file.display().to_string());
    let how = match kind {
        FileKind::Base64OfPem if is_file => format!("base64 -d {file} | dct key load -"),
        FileKind::Base64OfPem => "base64 -d | dct key load - takes it on standard input".to_owned(),
        FileKind::EscapedLineEnds if is_file => format!("printf '%b\\n' \"$(cat {file})\" | dct key load -"),
        FileKind::EscapedLineEnds => "printf '%b\\n' \"$KEY\" | dct key load - takes it of the variable KEY".to_owned(),
        FileKind::LostLineEnds => "printf '%s\\n' \"$KEY\" keeps those of the variable KEY, with the quotes".to_owned(),
        FileKind::Utf16 => format!("iconv -f UTF-16 -t UTF-8 {file} >new.pem{with}"),
        FileKind::Zip => format!("in a client bundle the private key is key.pem: unzip {file} key.pem{with}"),
        FileKind::Pkcs12 => format!("openssl pkcs12 -nocerts -in {file} -out new.pem{with}"),
        FileKind::JavaKeyStore => format!(
            "keytool -importkeystore -srckeystore {file} -destkeystore new.p12 -deststoretype pkcs12{with}; then openssl pkcs12 -nocerts -in new.p12 -out new.pem"
        ),
        FileKind::Der => format!("openssl pkey -inform DER -aes256 -in {file} -out new.pem{with}"),
        FileKind::Putty => format!("puttygen {file} -O private-openssh -o new.pem, and ssh-keygen -p -m PKCS8 -f new.pem{with}"),
        FileKind::OpenSshPublic => {
            format!("a public key is for `dct signer add --key`: ssh-keygen -e -m PKCS8 -f {file} >new.pub{with}")
        }
        FileKind::Pem(label) if label == "OPENSSH PRIVATE KEY" => {
            format!(
                "cp {file} new.pem && ssh-keygen -p -m PKCS8 -f new.pem (not of Ed25519, which OpenSSH writes in no other){with}"
            )
        }
        FileKind::Pem(label) if label.ends_with("CERTIFICATE") => {
            "in a client bundle the private key is key.pem; the certificate is for `dct signer add --key`".to_owned()
        }
        FileKind::Pem(label) if label.ends_with("PUBLIC KEY") => "a public key is for `dct signer add --key`".to_owned(),
        FileKind::Empty | FileKind::BrokenPem | FileKind::Pem(_) | FileKind::Unknown => return told(words, kind, None),
    };
    told(words, kind, Some(how))
}
