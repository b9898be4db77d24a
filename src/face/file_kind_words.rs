//! What a file is in which a key was looked for, in a person's words.

use crate::term::error::CliError;
use trust::crypto::file_kind::FileKind;

/// The error with what the file is, and how a file of keys is made of it, where there is a way.
pub(super) fn told(words: CliError, kind: &FileKind, how: Option<String>) -> CliError {
    let words = match what(kind) {
        Some(what) => words.because(what),
        None => words,
    };
    how.into_iter().fold(words, CliError::hinted)
}

fn what(kind: &FileKind) -> Option<String> {
    let what = match kind {
        FileKind::Empty => "it is empty",
        FileKind::Base64OfPem => "it is PEM in base64",
        FileKind::EscapedLineEnds => "its line ends are written as \\n",
        FileKind::LostLineEnds => "its line ends are lost",
        FileKind::BrokenPem => "a line of it is damaged, or its end is not there",
        FileKind::Utf16 => "it is UTF-16",
        FileKind::Zip => "it is a zip archive",
        FileKind::Pkcs12 => "it is PKCS #12",
        FileKind::JavaKeyStore => "it is a Java key store",
        FileKind::Der => "it is DER",
        FileKind::Putty => "it is a key of PuTTY",
        FileKind::OpenSshPublic => "it is an OpenSSH public key",
        FileKind::Pem(label) if label == "OPENSSH PRIVATE KEY" => "it is OpenSSH's own format",
        FileKind::Pem(label) if label.ends_with("CERTIFICATE") => "it is a certificate",
        FileKind::Pem(label) if label.ends_with("PUBLIC KEY") => "it is a public key",
        FileKind::Pem(label) => return Some(format!("it has a PEM block of type {label:?}")),
        FileKind::Unknown => return None,
    };
    Some(what.to_owned())
}
