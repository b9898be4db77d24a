//! Why TLS was not agreed on, with the facts of it.

use std::{
    fmt::{self, Display, Formatter},
    path::PathBuf,
};

use jiff::Timestamp;

/// Most names, extensions or purposes that a sentence lists.
const MAX_LISTED: usize = 8;

/// Why TLS was not agreed on, by what a person could do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsFault {
    /// The server ended it with this alert, as RFC 8446 names it.
    Alert(&'static str),
    /// The server's certificate is refused here.
    Certificate(Box<RefusedCertificate>),
    /// The server does not take our certificate.
    CertificateNotTaken(Box<NotTaken>),
    /// The server wants a certificate of ours, and there is none for it.
    CertificateWanted,
    /// The server agrees to nothing that is offered: no version, no cipher, no curve.
    NothingInCommon,
    /// What answers is no TLS.
    NotTls,
    /// The server does not keep to the protocol.
    Broken,
    /// The server speaks no version of TLS that is secure enough.
    OldVersion,
}

/// Our certificate, which a server does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTaken {
    /// Its file.
    pub file: PathBuf,
    /// The alert by which the server said so, as RFC 8446 names it.
    pub alert: &'static str,
}

/// A certificate of a server that is refused. Its texts are as the certificate has them, fit for a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedCertificate {
    /// What is wrong.
    pub why: CertificateFault,
    /// Whether that is true of another certificate in its chain, and not of the server's own.
    pub is_of_chain: bool,
    /// The name of the server that was asked for.
    pub asked: String,
    /// The names that it is valid for: DNS names and addresses. Its common name is none.
    pub names: Vec<String>,
    /// Whom it is for, as a distinguished name; empty where it does not say.
    pub subject: String,
    /// Who issued it, or the last of its chain that the server sent.
    pub issuer: String,
    /// From when, and until when it is valid; none where it cannot be read.
    pub validity: Option<(Timestamp, Timestamp)>,
    /// What it may be used for, where it says so.
    pub purposes: Vec<String>,
    /// The critical extensions that nobody knows here, by their object identifiers.
    pub unknown_extensions: Vec<String>,
}

impl RefusedCertificate {
    /// One of which nothing else is known.
    #[must_use]
    pub fn unread(asked: impl Into<String>, why: CertificateFault) -> Self {
        Self {
            why,
            is_of_chain: false,
            asked: asked.into(),
            names: Vec::new(),
            subject: String::new(),
            issuer: String::new(),
            validity: None,
            purposes: Vec::new(),
            unknown_extensions: Vec::new(),
        }
    }
}

impl From<RefusedCertificate> for TlsFault {
    fn from(certificate: RefusedCertificate) -> Self {
        Self::Certificate(Box::new(certificate))
    }
}

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateFault {
    /// It is signed in a way that is not taken here.
    Algorithm,
    /// It is an authority's own, and none that is trusted.
    Authority,
    /// It, or another of the chain, has a critical extension that is not known.
    Extension,
    /// Its time is over.
    Expired,
    /// What issued it is no authority.
    IssuerIsNone,
    /// The server does not hold its key.
    Key,
    /// It is for another name.
    Name,
    /// It has no name at all that counts.
    NoName,
    /// Its authority may not vouch for such a name.
    NameConstraints,
    /// Its time has not come.
    NotYetValid,
    /// Its chain is longer than an authority in it allows.
    PathLength,
    /// It is not for servers.
    Purpose,
    /// It was revoked.
    Revoked,
    /// Its signature is not that of its issuer.
    Signature,
    /// It leads to no authority that is trusted.
    UnknownAuthority,
    /// It cannot be read, or breaks another rule.
    Unreadable,
    /// It is of X.509 version 1 or 2, which know no names of servers.
    Version,
}

impl Display for TlsFault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alert(alert) => write!(f, "the server refuses the connection (alert {alert})"),
            Self::Certificate(certificate) => certificate.fmt(f),
            Self::CertificateNotTaken(not_taken) => {
                let NotTaken { file, alert } = &**not_taken;
                write!(f, "the server does not take our certificate, {} (alert {alert})", file.display())
            }
            Self::CertificateWanted => f.write_str("the server wants a client certificate"),
            Self::NothingInCommon => {
                f.write_str("the server has no version of TLS or no cipher in common with us (alert handshake_failure)")
            }
            Self::NotTls => f.write_str("the server speaks no TLS"),
            Self::Broken => f.write_str("the server does not keep to the TLS protocol"),
            Self::OldVersion => f.write_str("the server speaks neither TLS 1.2 nor TLS 1.3"),
        }
    }
}

impl Display for RefusedCertificate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { asked, issuer, .. } = self;
        match self.why {
            CertificateFault::Name => {
                return write!(f, "the certificate is not valid for the name {asked}, but for {}", listed(&self.names));
            }
            CertificateFault::NoName if self.subject.is_empty() => {
                return write!(f, "the certificate is not valid for the name {asked}, but for no name");
            }
            CertificateFault::NoName => {
                let subject = &self.subject;
                return write!(
                    f,
                    "the certificate of {asked} has no subjectAltName; its subject ({subject}) is no name of a server"
                );
            }
            _ => {}
        }
        let of_chain = if self.is_of_chain { "a certificate in the chain of" } else { "the certificate of" };
        write!(f, "{of_chain} {asked} ")?;
        match (self.why, self.validity) {
            (CertificateFault::Expired, Some((_, ends))) if !self.is_of_chain => {
                write!(f, "has expired (it was valid until {ends})")
            }
            (CertificateFault::Expired, _) => f.write_str("has expired"),
            (CertificateFault::NotYetValid, Some((begins, _))) if !self.is_of_chain => {
                write!(f, "is not valid yet (it is from {begins} on)")
            }
            (CertificateFault::NotYetValid, _) => f.write_str("is not valid yet"),
            (CertificateFault::Algorithm, _) => {
                f.write_str("is signed by an algorithm that is not taken here, or with too weak a key")
            }
            (CertificateFault::Authority, _) => {
                f.write_str("is an authority's own (self-signed), and not one that is trusted here")
            }
            (CertificateFault::Extension, _) if self.unknown_extensions.is_empty() => {
                f.write_str("has a critical extension that is not known here")
            }
            (CertificateFault::Extension, _) => {
                write!(f, "has a critical extension that is not known here ({})", listed(&self.unknown_extensions))
            }
            (CertificateFault::IssuerIsNone, _) => write!(f, "was issued by {issuer}, whose own certificate is no authority's"),
            (CertificateFault::Key, _) => f.write_str("is shown, but not its key held"),
            (CertificateFault::NameConstraints, _) => {
                write!(f, "has a name that its authority may not vouch for ({})", listed(&self.names))
            }
            (CertificateFault::PathLength, _) => f.write_str("has more authorities before it than one of them allows"),
            (CertificateFault::Purpose, _) if self.is_of_chain || self.purposes.is_empty() => f.write_str("is not one for servers"),
            (CertificateFault::Purpose, _) => {
                write!(f, "is not one for servers (its extended key usage is {})", listed(&self.purposes))
            }
            (CertificateFault::Revoked, _) => f.write_str("was revoked"),
            (CertificateFault::Signature, _) => f.write_str("does not bear its issuer's signature"),
            (CertificateFault::UnknownAuthority, _) if issuer.is_empty() => f.write_str("is signed by an unknown authority"),
            (CertificateFault::UnknownAuthority, _) => write!(f, "is signed by an unknown authority ({issuer})"),
            (CertificateFault::Unreadable | CertificateFault::Name | CertificateFault::NoName, _) => {
                f.write_str("cannot be used: it does not keep to X.509")
            }
            (CertificateFault::Version, _) => f.write_str("is of X.509 version 1, which has no subjectAltName"),
        }
    }
}

/// Several things in one line.
fn listed(all: &[String]) -> String {
    let shown = all.get(..MAX_LISTED.min(all.len())).unwrap_or(all).join(", ");
    match all.len().saturating_sub(MAX_LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
