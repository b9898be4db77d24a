//! Publishes a repository anew whose root certificate has expired, or of which a role has no version left.
//!
//! Notary's server takes no update any more then, not even of a new root: it refuses the root that it has (server/handlers/validation.go, by
//! `trustpinning.ValidateRoot`). What is left is to delete the repository there, and to publish all of it again under a new certificate of the same
//! root key. The same is left where the server has a file of a delegation at so high a version that none can be signed above it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    init::server_key,
    renew::{Left, LeftReason, ReplacedCertificate, enough_keys_here, new_certificates, root_certificates},
};
use crate::{
    error::OpsError,
    keys::{error::KeysError, keyring::Keyring},
    outcome::Outcome,
    ports::Bytes,
    repo::error::RepoError,
    session::Session,
    state::{
        publish::{self, SignedFile, Update, publish, signed_files},
        refresh::{
            read_back::{self, Look},
            recovery::for_recreation,
        },
    },
};
use trust::{
    edit::{
        recovery::{CertificateEnd, Recoverable},
        reissue::ReissueRequest,
        root_edit::KeySwap,
    },
    model::{gun::Gun, role::RoleName, version::Version},
};

/// What was published anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recreation {
    /// The root's version now.
    pub root_version: Version,
    /// The certificates of root keys.
    pub certificates: Vec<ReplacedCertificate>,
    /// Delegations that had expired, and whose keys are not here: they begin anew with their signers' next signature.
    pub left: Vec<Left>,
    /// Delegations whose file on the server could not be used, and whether the one that was verified here last is published in its place. Where none
    /// is, the role begins anew.
    pub restored: BTreeMap<RoleName, bool>,
    /// Whether who has seen the repository must forget it first: the root's versions begin again.
    pub readers: Readers,
}

/// What becomes of those who have seen the repository before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Readers {
    /// `dct` goes on to the new root by itself.
    GoOn,
    /// All must forget what they have stored.
    MustForget,
}

/// Deletes a repository on the server and publishes all of it again, with a new certificate for its root key and new keys of the server's. All of it is
/// stored here before, and signed; whatever fails then, the next run takes it up.
///
/// A server that has no root takes one of version 1 or 2. A repository that is at version 1 goes on with 2, which follows from what readers trust; any
/// other must begin at 1.
pub fn recreate(session: &Session<'_>, gun: &Gun) -> Result<Outcome<Recreation>, OpsError> {
    Outcome::of(session, |session| delete_and_publish(session, gun))
}

fn delete_and_publish(session: &Session<'_>, gun: &Gun) -> Result<Recreation, OpsError> {
    let _writer = session.store.writer(gun)?;
    let keyring = Keyring::new(session);
    let repo = keyring.beside(|info| info.may_sign_roles_of(gun), || for_recreation(session, gun))??;
    let spent = repo.spent().next().is_some();
    if let Some(end) = root_certificates(&repo).find(|end| end.not_after >= session.now && !spent) {
        return Err(OpsError::Repo(RepoError::RootCertificateCounts { gun: gun.clone(), until: end.not_after }));
    }
    keyring.signers(&repo.role_keys(&RoleName::root()))?;
    let ended = |end: &CertificateEnd| end.is_self_issued && end.not_after < session.now;
    let ours: Vec<_> = root_certificates(&repo).filter(ended).collect();
    let (mut swaps, certificates) = new_certificates(session, &keyring, &repo, &ours)?;
    swaps.extend(server_keys(session, &keyring, &repo)?);
    let Parts { mine, mut others, left } = files(session, &repo)?;
    let set_aside = repo.set_aside(session.now);
    let restored = set_aside.iter().map(|(role, last)| (role.clone(), last.is_some())).collect();
    let unlisted = left.iter().map(|left| left.role.clone()).chain(set_aside.keys().cloned()).collect();
    let last = set_aside.into_iter().filter_map(|(role, last)| Some((role, last?)));
    let last: publish::Files = last.map(|(role, last)| (role, SignedFile::as_it_is(last.version, last.bytes))).collect();
    let listed = last.iter().map(|(role, file)| (role.clone(), Bytes::clone(&file.bytes))).collect();
    others.extend(last);
    let again = repo.root().version() > Version::FIRST;
    let wanted = ReissueRequest { root: Some(swaps), root_version: again.then_some(Version::FIRST), files: mine, unlisted, listed };
    let reissue = repo.reissue(&wanted, session.now)?;
    let mut upload = signed_files(&keyring, &reissue, &[])?;
    upload.extend(others);
    if publish::is_overtaken(session, gun, &repo) {
        return Err(OpsError::Repo(RepoError::PublishedMeanwhile(gun.clone())));
    }
    session.remote.delete(gun)?;
    publish(session, gun, &mut Recreated { session, gun, files: &upload }, repo)
        .and_then(|outcome| outcome.shown(gun))
        .map_err(|error| OpsError::Repo(RepoError::DeletedAlone { gun: gun.clone(), error: Box::new(error) }))?;
    let root_version = reissue.root().map_or(Version::FIRST, |root| root.header.version);
    let readers = if again { Readers::MustForget } else { Readers::GoOn };
    Ok(Recreation { root_version, certificates, left, restored, readers })
}

/// All of a repository that the server has just deleted.
struct Recreated<'a> {
    session: &'a Session<'a>,
    gun: &'a Gun,
    files: &'a publish::Files,
}

impl Update for Recreated<'_> {
    type State = Recoverable;

    fn sign(&mut self, _state: &Recoverable) -> Result<Option<publish::Files>, OpsError> {
        Ok(Some(self.files.clone()))
    }

    /// Only where someone else has taken the name meanwhile.
    fn read(&mut self) -> Result<Recoverable, OpsError> {
        Err(OpsError::Repo(RepoError::AlreadyPublished { gun: self.gun.clone(), server: self.session.remote.address(self.gun) }))
    }

    fn read_back(&self, _before: &Recoverable, look: Look) -> Result<Option<Recoverable>, OpsError> {
        let root = self.files.get(&RoleName::root()).map(|root| Bytes::clone(&root.bytes));
        root.map_or(Ok(None), |root| read_back::recreated(self.session, self.gun, root, look))
    }

    fn holds_in(&self, _state: &Recoverable) -> bool {
        false
    }

    fn check_may_follow(&mut self, _before: &Recoverable, _now: &Recoverable) -> Result<(), OpsError> {
        Ok(())
    }
}

/// Other keys of the server's for what it signs: its versions begin again, and to a reader only other keys may begin again.
fn server_keys(session: &Session<'_>, keyring: &Keyring<'_>, repo: &Recoverable) -> Result<Vec<KeySwap>, OpsError> {
    let mut swaps = Vec::new();
    for role in [RoleName::timestamp(), RoleName::snapshot()] {
        if role == RoleName::snapshot() && keyring.can_sign(&repo.role_keys(&role)) {
            continue;
        }
        let answer = session.remote.rotate_server_key(repo.gun(), &role)?;
        let key = server_key(session, repo.gun(), &role, &answer)?;
        swaps.push(KeySwap { role, keys: vec![key] });
    }
    Ok(swaps)
}

/// What is published of targets and delegations.
struct Parts {
    /// Signed here again.
    mine: BTreeSet<RoleName>,
    /// Sent as their signers have signed them.
    others: publish::Files,
    left: Vec<Left>,
}

fn files(session: &Session<'_>, repo: &Recoverable) -> Result<Parts, OpsError> {
    let mut files = Parts { mine: BTreeSet::new(), others: publish::Files::new(), left: Vec::new() };
    for end in repo.role_ends() {
        let Some(bytes) = repo.as_signed(&end.role) else { continue };
        let (role, at) = (end.role, end.expires.moment());
        if files.left.iter().any(|left| role.is_at_or_below(&left.role)) {
            // the server takes no file whose parent it lacks
            files.left.push(Left { role, at, reason: LeftReason::NoKeys });
        } else if enough_keys_here(session, repo, &role)? {
            files.mine.insert(role);
        } else if at > session.now {
            files.others.insert(role, SignedFile::as_it_is(end.version, Bytes::clone(bytes)));
        } else if role.is_delegation() {
            files.left.push(Left { role, at, reason: LeftReason::NoKeys });
        } else {
            let keys = repo.role_keys(&role);
            let ids = keys.canonical_ids().collect();
            return Err(OpsError::Keys(KeysError::NoSigningKeys { role, keys: ids }));
        }
    }
    Ok(files)
}
