//! Tells when the trust data of a repository ends, file by file and certificate by certificate.

use jiff::Timestamp;

use crate::{error::OpsError, outcome::Outcome, session::Session, state::refresh::recovery::for_recovery};
use trust::model::{gun::Gun, key_id::TufKeyId, role::RoleName, version::Version};

/// Something that ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Whose it is.
    pub role: RoleName,
    /// What it is.
    pub what: What,
    /// When.
    pub at: Timestamp,
    /// How near that is.
    pub state: State,
}

/// What ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The role's file, of this version.
    File(Version),
    /// The certificate in which a key of the role stands, by the ID of both.
    Certificate(TufKeyId),
}

/// How near an end is. The order is that of the urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nobody asks: the end of a certificate in which a signer's key stands has no consequence.
    Unchecked,
    /// Further than was asked for; or the server renews it itself.
    Later,
    /// Within the time that was asked for.
    Near,
    /// Past.
    Expired,
}

/// The ends in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiryReport {
    /// Files first, as they depend on each other; then certificates.
    pub ends: Vec<End>,
    /// Delegations whose files are not signed as they must be, with the reason.
    pub unusable: Vec<(RoleName, String)>,
}

impl ExpiryReport {
    /// How urgent it is. What cannot be verified is as lost to who reads as what has expired.
    #[must_use]
    pub fn worst(&self) -> State {
        if self.unusable.is_empty() {
            self.ends.iter().map(|end| end.state).max().unwrap_or(State::Unchecked)
        } else {
            State::Expired
        }
    }
}

/// Asks the server for a repository, and tells what ends until `limit`. Whatever has expired, all else is verified as ever.
///
/// The server renews a timestamp by itself every fortnight: it is near its end only when it is past. A certificate of a delegation's key ends without
/// consequences for who reads: no client asks for it again once the key is in the metadata.
pub fn ends(session: &Session<'_>, gun: &Gun, limit: Timestamp) -> Result<Outcome<ExpiryReport>, OpsError> {
    Outcome::of(session, |session| examine(session, gun, limit))
}

fn examine(session: &Session<'_>, gun: &Gun, limit: Timestamp) -> Result<ExpiryReport, OpsError> {
    let repo = for_recovery(session, gun)?;
    let state = |role: &RoleName, at: Timestamp| match at {
        at if at <= session.now => State::Expired,
        at if at <= limit && *role != RoleName::timestamp() => State::Near,
        _ => State::Later,
    };
    let files = repo.role_ends().into_iter().map(|end| {
        let at = end.expires.moment();
        End { state: state(&end.role, at), what: What::File(end.version), role: end.role, at }
    });
    let certificates = repo.certificate_ends().into_iter().map(|end| {
        let state = if end.role == RoleName::root() { state(&end.role, end.not_after) } else { State::Unchecked };
        End { state, what: What::Certificate(end.key), role: end.role, at: end.not_after }
    });
    let ends = files.chain(certificates).collect();
    Ok(ExpiryReport { ends, unusable: repo.unusable().map(|(role, reason)| (role.clone(), reason.to_owned())).collect() })
}
