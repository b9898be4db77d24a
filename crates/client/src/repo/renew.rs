//! Signs trust data anew that has expired, or will soon: the recovery that the peers lack. Nothing but versions, ends and root certificates changes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::{
    error::OpsError,
    keys::{keyring::Keyring, keys_here},
    moment,
    outcome::Outcome,
    ports::RemoteError,
    repo::error::RepoError,
    session::Session,
    state::{
        publish::{Anew, Renews, publish},
        refresh::{
            read_back::{self, Look},
            recovery::for_renewal,
        },
    },
};
use trust::{
    edit::{
        plan::PlanError,
        recovery::{CertificateEnd, Recoverable},
        reissue::{Reissue, ReissueRequest},
        root_edit::{KeySwap, root_key},
    },
    model::{expiry::Expires, gun::Gun, key::Key, key_id::TufKeyId, role::RoleName, version::Version},
};

/// A root key that stands in another certificate now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReplacedCertificate {
    /// The key's ID in the old certificate.
    pub old: TufKeyId,
    /// Its ID in the new one.
    pub new: TufKeyId,
}

/// How long before its end the certificate of a root key is replaced where the root is renewed by name. The peers warn from then on.
const CERTIFICATE_DAYS: i64 = 183;

/// What a person wants renewed.
#[derive(Clone, Copy, Debug)]
pub enum Choice<'a> {
    /// These, whenever they end.
    Roles(&'a [RoleName]),
    /// Whatever ends by then, as far as its keys are here.
    EndingBy(Timestamp),
}

/// What was renewed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Renewal {
    /// The files that were signed here.
    pub files: Vec<RenewedFile>,
    /// The certificates of root keys.
    pub certificates: Vec<ReplacedCertificate>,
    /// What the server was left to sign, of snapshot and timestamp.
    pub by_server: Vec<RoleName>,
    /// What ends by then too, and could not be renewed.
    pub left: Vec<Left>,
}

/// A file that was signed anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RenewedFile {
    /// Whose it is.
    pub role: RoleName,
    /// Its version now.
    pub version: Version,
    /// When it ends now.
    pub expires: Expires,
}

/// Something that ends and stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Left {
    /// Whose it is.
    pub role: RoleName,
    /// When it ends.
    #[serde(rename = "expires", serialize_with = "moment::serialize")]
    pub at: Timestamp,
    /// Why it stays.
    pub reason: LeftReason,
}

/// Why something stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftReason {
    /// Too few of the role's keys are on this machine.
    NoKeys,
    /// An authority issued the root key's certificate, and must issue the next.
    IssuedByAuthority,
}

/// Signs anew, as one update, what a person wants of a repository. What has expired is taken up as it was signed, verified by signatures, thresholds,
/// versions and pins as ever; and where this machine has never seen the repository, its root must be vouched for.
pub fn renew(session: &Session<'_>, gun: &Gun, choice: Choice<'_>) -> Result<Outcome<Renewal>, OpsError> {
    Outcome::of(session, |session| sign_anew(session, gun, choice))
}

fn sign_anew(session: &Session<'_>, gun: &Gun, choice: Choice<'_>) -> Result<Renewal, OpsError> {
    let _writer = session.store.writer(gun)?;
    let keyring = Keyring::new(session);
    let repo = keyring.beside(|info| info.may_sign_roles_of(gun), || for_renewal(session, gun))??;
    let chosen = choose(session, &keyring, &repo, choice)?;
    if chosen.is_empty() {
        return Ok(Renewal { left: chosen.left, ..Renewal::default() });
    }
    let ended = root_certificates(&repo).map(|end| end.not_after).max().filter(|at| *at < session.now);
    let mut update = Anew::new(&keyring, &[], Renewing { session, keyring: &keyring, gun, choice, renewed: Renewal::default() });
    publish(session, gun, &mut update, repo).and_then(|outcome| outcome.shown(gun)).map_err(|error| match (error, ended) {
        (OpsError::Remote(refusal @ RemoteError::Rejected { .. }), Some(at)) => {
            OpsError::Repo(RepoError::RootCertificateEnded { gun: gun.clone(), at, refusal })
        }
        (error, _) => error,
    })?;
    Ok(update.into_inner().renewed)
}

/// A renewal under way.
struct Renewing<'a> {
    session: &'a Session<'a>,
    keyring: &'a Keyring<'a>,
    gun: &'a Gun,
    choice: Choice<'a>,
    /// What the last attempt renewed.
    renewed: Renewal,
}

impl Renews for Renewing<'_> {
    type State = Recoverable;

    fn reissue(&mut self, state: &Recoverable) -> Result<Option<Reissue>, OpsError> {
        let chosen = choose(self.session, self.keyring, state, self.choice)?;
        if chosen.is_empty() {
            self.renewed = Renewal { left: chosen.left, ..Renewal::default() };
            return Ok(None);
        }
        let reissue = state.reissue(&chosen.wanted, self.session.now)?;
        self.renewed = chosen.outcome(self.keyring, &reissue)?;
        Ok(Some(reissue))
    }

    fn read(&self) -> Result<Recoverable, OpsError> {
        for_renewal(self.session, self.gun)
    }

    fn read_back(&self, before: &Recoverable, look: Look) -> Result<Option<Recoverable>, OpsError> {
        read_back::recoverable_after(self.session, self.gun, before, look)
    }
}

/// What is to be renewed, in the state that was looked at.
struct Chosen {
    wanted: ReissueRequest,
    certificates: Vec<ReplacedCertificate>,
    /// Snapshot and timestamp: an update alone renews them.
    follow: BTreeSet<RoleName>,
    left: Vec<Left>,
}

impl Chosen {
    fn is_empty(&self) -> bool {
        self.wanted.root.is_none() && self.wanted.files.is_empty() && self.follow.is_empty()
    }

    fn outcome(&self, keyring: &Keyring<'_>, reissue: &Reissue) -> Result<Renewal, OpsError> {
        let root = reissue.root().map(|root| (RoleName::root(), root.header));
        let files = reissue.files().iter().map(|(file, keys)| (keys.role().clone(), file.header));
        let mut signed: Vec<_> = root.into_iter().chain(files).collect();
        let mut by_server = self.follow.clone();
        if keyring.signers_here(&reissue.snapshot_keys())?.is_some() {
            by_server.remove(&RoleName::snapshot());
            signed.push((RoleName::snapshot(), reissue.snapshot(&BTreeMap::new()).header));
        }
        let file = |(role, header): (RoleName, trust::model::payload::Header)| RenewedFile {
            role,
            version: header.version,
            expires: header.expires,
        };
        Ok(Renewal {
            files: signed.into_iter().map(file).collect(),
            certificates: self.certificates.clone(),
            by_server: by_server.into_iter().collect(),
            left: self.left.clone(),
        })
    }
}

fn choose(session: &Session<'_>, keyring: &Keyring<'_>, repo: &Recoverable, choice: Choice<'_>) -> Result<Chosen, OpsError> {
    let mut chosen =
        Chosen { wanted: ReissueRequest::default(), certificates: Vec::new(), follow: BTreeSet::new(), left: Vec::new() };
    let mut root = false;
    let certificate_limit = match choice {
        Choice::Roles(roles) => {
            let known: BTreeSet<RoleName> = repo.role_ends().into_iter().map(|end| end.role).collect();
            for role in roles {
                if let Some((_, reason)) = repo.unusable().find(|(unusable, _)| *unusable == role) {
                    return Err(OpsError::Repo(RepoError::Unrenewable { role: role.clone(), reason: reason.to_owned() }));
                }
                match role.as_str() {
                    _ if !known.contains(role) => return Err(PlanError::NoSuchRole(role.clone()).into()),
                    "root" => root = true,
                    "snapshot" | "timestamp" => drop(chosen.follow.insert(role.clone())),
                    _ => drop(chosen.wanted.files.insert(role.clone())),
                }
            }
            session.now.saturating_add(SignedDuration::from_hours(24 * CERTIFICATE_DAYS)).unwrap_or(Timestamp::MAX)
        }
        Choice::EndingBy(limit) => {
            for end in repo.role_ends().into_iter().filter(|end| end.expires.is_past(limit)) {
                let (role, at) = (end.role, end.expires.moment());
                match role.as_str() {
                    // the server's own, which it renews in time
                    "timestamp" if at > session.now => {}
                    "snapshot" | "timestamp" => drop(chosen.follow.insert(role)),
                    _ if !enough_keys_here(session, repo, &role)? => {
                        chosen.left.push(Left { role, at, reason: LeftReason::NoKeys });
                    }
                    "root" => root = true,
                    _ => drop(chosen.wanted.files.insert(role)),
                }
            }
            limit
        }
    };
    // who names roles wants these alone
    let asks_for_root = root || matches!(choice, Choice::EndingBy(_));
    let ending: Vec<CertificateEnd> =
        root_certificates(repo).filter(|_| asks_for_root).filter(|end| end.not_after <= certificate_limit).collect();
    let (ours, issued): (Vec<_>, Vec<_>) = ending.into_iter().partition(|end| end.is_self_issued);
    let role = RoleName::root();
    chosen.left.extend(issued.into_iter().map(|end| Left {
        role: role.clone(),
        at: end.not_after,
        reason: LeftReason::IssuedByAuthority,
    }));
    if !ours.is_empty() && !root {
        // the root itself may count for long: its key's certificate does not
        if enough_keys_here(session, repo, &role)? {
            root = true;
        } else {
            let left = ours.iter().map(|end| Left { role: role.clone(), at: end.not_after, reason: LeftReason::NoKeys });
            let told = chosen.left.iter().any(|left| left.role == role && left.reason == LeftReason::NoKeys);
            chosen.left.extend(left.filter(|_| !told));
        }
    }
    if root {
        let (swaps, certificates) = new_certificates(session, keyring, repo, &ours)?;
        (chosen.wanted.root, chosen.certificates) = (Some(swaps), certificates);
    }
    Ok(chosen)
}

pub(crate) fn root_certificates(repo: &Recoverable) -> impl Iterator<Item = CertificateEnd> {
    repo.certificate_ends().into_iter().filter(|end| end.role == RoleName::root())
}

/// The root's keys, with a new certificate for each of those that end and whose private key is here.
pub(crate) fn new_certificates(
    session: &Session<'_>,
    keyring: &Keyring<'_>,
    repo: &Recoverable,
    ending: &[CertificateEnd],
) -> Result<(Vec<KeySwap>, Vec<ReplacedCertificate>), OpsError> {
    let role = RoleName::root();
    let (mut keys, mut replaced) = (Vec::<Key>::new(), Vec::new());
    for (_, key) in repo.role_keys(&role).iter() {
        let private = match key.canonical_id() {
            Ok(id) if ending.iter().any(|end| end.key == key.id()) => keyring.get(id)?,
            _ => None,
        };
        let new = private.map(|private| root_key(&*private, repo.gun(), session.now)).transpose()?;
        replaced.extend(new.as_ref().map(|new| ReplacedCertificate { old: key.id(), new: new.id() }));
        keys.push(new.unwrap_or_else(|| key.clone()));
    }
    let swaps = if replaced.is_empty() { Vec::new() } else { vec![KeySwap { role, keys }] };
    Ok((swaps, replaced))
}

pub(crate) fn enough_keys_here(session: &Session<'_>, repo: &Recoverable, role: &RoleName) -> Result<bool, OpsError> {
    let keys = repo.role_keys(role);
    Ok(keys_here(session.keys, &keys)?.len() as u64 >= keys.threshold().get())
}
