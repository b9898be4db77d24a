//! What a failure of the TLS library means.

use std::{error::Error as StdError, io, path::Path};

use rustls::{AlertDescription as Alert, CertificateError, Error, InvalidMessage};

use super::certificate::carried;
use client::ports::{CertificateFault, NotTaken, RefusedCertificate, TlsFault};

/// The failure of TLS that an error is, or hides: an I/O error hides the error that it carries from `source`.
pub(super) fn find_tls<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e Error> {
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match inner {
        Some(inner) => find_tls(inner),
        None => error.downcast_ref(),
    }
}

/// What it means; `certificate` is the file of our own that the server may be shown.
pub(super) fn tls_fault(error: &Error, certificate: Option<&Path>) -> TlsFault {
    match error {
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => TlsFault::NotTls,
        Error::InvalidCertificate(reason) => carried(reason).unwrap_or_else(|| unknown(reason)).into(),
        Error::AlertReceived(alert) => alert_fault(*alert, certificate),
        Error::PeerIncompatible(_) => TlsFault::NothingInCommon,
        _ => TlsFault::Broken,
    }
}

fn alert_fault(alert: Alert, certificate: Option<&Path>) -> TlsFault {
    match (alert, certificate) {
        // some servers say the second of a certificate that they were not shown
        (Alert::CertificateRequired | Alert::BadCertificate, None) => TlsFault::CertificateWanted,
        (Alert::ProtocolVersion, _) => TlsFault::OldVersion,
        (alert, Some(file)) if is_about_ours(alert) => {
            TlsFault::CertificateNotTaken(Box::new(NotTaken { file: file.to_owned(), alert: name_of(alert) }))
        }
        (Alert::HandshakeFailure | Alert::InsufficientSecurity, _) => TlsFault::NothingInCommon,
        (alert, _) => TlsFault::Alert(name_of(alert)),
    }
}

/// Whether a server says this of the certificate that it is shown.
fn is_about_ours(alert: Alert) -> bool {
    matches!(
        alert,
        Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::CertificateRequired
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::DecryptError
    )
}

/// The name of an alert in RFC 8446 6.2.
fn name_of(alert: Alert) -> &'static str {
    match alert {
        Alert::AccessDenied => "access_denied",
        Alert::BadCertificate => "bad_certificate",
        Alert::CertificateExpired => "certificate_expired",
        Alert::CertificateRequired => "certificate_required",
        Alert::CertificateRevoked => "certificate_revoked",
        Alert::CertificateUnknown => "certificate_unknown",
        Alert::DecodeError => "decode_error",
        Alert::DecryptError => "decrypt_error",
        Alert::IllegalParameter => "illegal_parameter",
        Alert::InternalError => "internal_error",
        Alert::NoApplicationProtocol => "no_application_protocol",
        Alert::UnexpectedMessage => "unexpected_message",
        Alert::UnknownCA => "unknown_ca",
        Alert::UnrecognisedName => "unrecognized_name",
        Alert::UnsupportedCertificate => "unsupported_certificate",
        _ => "of another kind",
    }
}

/// A refusal that carries no facts: that of the signature in a handshake.
fn unknown(reason: &CertificateError) -> RefusedCertificate {
    let is_of_key = *reason == CertificateError::BadSignature;
    RefusedCertificate::unread("the server", if is_of_key { CertificateFault::Key } else { CertificateFault::Unreadable })
}
