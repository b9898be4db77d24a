//! What is said of a file with a signer's certificate or public key.

use std::path::Path;

use super::file_kind_words::told;
use crate::term::{error::CliError, ui::Ui};
use trust::{
    crypto::{
        file_kind::FileKind,
        leaf::LeafError,
        public_key_file::{PassedOver, PublicKeyFile, PublicKeyFileError, PublicKeyIn},
    },
    model::key_id::CanonicalKeyId,
};

/// Says which of several keys was taken, and what may be wrong with that.
pub(crate) fn tell(ui: &Ui, file: &Path, found: &PublicKeyIn, id: CanonicalKeyId) {
    let shown = file.display();
    let taken = match &found.taken {
        PublicKeyFile::Certificate(certificate) => format!("the certificate of CN {}", certificate.common_name()),
        PublicKeyFile::Spki(_) => "the public key".to_owned(),
    };
    if !found.passed_over.is_empty() {
        let others: Vec<_> = found.passed_over.iter().map(words).collect();
        ui.notice(&format!("{shown}: taken is {taken}, key {id}; not {}", others.join(", ")));
    }
    if let Some(doubt) = &found.doubt {
        ui.warning("key-in-doubt", &format!("{shown}: {doubt}; {taken} is taken, key {id}"));
    }
    if found.passed_over.iter().any(|other| matches!(other, PassedOver::Block(label) if label.ends_with("PRIVATE KEY"))) {
        ui.warning("private-key-given", &format!("{shown} holds a private key too, which is its owner's alone"));
    }
}

fn words(other: &PassedOver) -> String {
    match other {
        PassedOver::Certificate(name) => format!("that of CN {name}"),
        PassedOver::PublicKey => "another public key".to_owned(),
        PassedOver::Block(label) => format!("a block of type {label:?}"),
    }
}

/// The error with what a person can do about it.
pub(crate) fn hinted(words: CliError, file: &Path, error: &PublicKeyFileError) -> CliError {
    let shown = file.display();
    match error {
        PublicKeyFileError::InDoubt(LeafError::Authority(_)) => {
            words.because("whoever has an authority's key could sign in the signer's name").hinted(format!(
                "the signer's own is cert.pem of a client bundle; where {shown} is the signer's, made by `openssl req -x509`, \
                             give its key alone: openssl x509 -pubkey -noout -in {shown} >signer.pub"
            ))
        }
        PublicKeyFileError::InDoubt(LeafError::Several(_)) => {
            words.hinted("give each key in a file of its own; --key may be repeated")
        }
        PublicKeyFileError::BlockType(label) if label.ends_with("PRIVATE KEY") => {
            words.hinted("this is a private key: `dct key load` takes it, and --key its certificate or public key")
        }
        PublicKeyFileError::BlockType(label) if label == "RSA PUBLIC KEY" => {
            words.hinted(format!("openssl rsa -RSAPublicKey_in -in {shown} -pubout -out new.pub"))
        }
        PublicKeyFileError::BlockType(label) if label.ends_with("CERTIFICATE") => {
            words.hinted(format!("openssl x509 -in {shown} -out new.pem"))
        }
        PublicKeyFileError::NotPem(kind) => not_pem(words, &shown.to_string(), kind),
        _ => words,
    }
}

fn not_pem(words: CliError, file: &str, kind: &FileKind) -> CliError {
    let how = match kind {
        FileKind::Der => format!(
            "openssl x509 -inform DER -in {file} -out new.pem; of a public key: openssl pkey -pubin -inform DER -in {file} -out new.pub"
        ),
        FileKind::OpenSshPublic => format!("ssh-keygen -e -m PKCS8 -f {file} >new.pub"),
        FileKind::Utf16 => format!("iconv -f UTF-16 -t UTF-8 {file} >new.pem"),
        FileKind::Zip => format!("in a client bundle the certificate is cert.pem: unzip {file} cert.pem"),
        FileKind::Pkcs12 => format!("openssl pkcs12 -nokeys -in {file} -out new.pem"),
        FileKind::Base64OfPem => format!("base64 -d {file} >new.pem"),
        FileKind::EscapedLineEnds => format!("printf '%b\\n' \"$(cat {file})\" >new.pem"),
        FileKind::LostLineEnds => "printf '%s\\n' \"$CERT\" keeps those of the variable CERT, with the quotes".to_owned(),
        FileKind::Empty | FileKind::BrokenPem => return told(words, kind, None),
        FileKind::JavaKeyStore | FileKind::Putty | FileKind::Pem(_) | FileKind::Unknown => return words,
    };
    told(words, kind, Some(how))
}
