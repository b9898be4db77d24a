//! Gives a base role of a repository other keys.
//!
//! A rotation may fail or be killed at any point, and is then run again. The new private key is stored before anything is sent; one that an
//! interrupted run left over is in no root, and harmless. The old private key stays until the server has taken the new metadata, and the new state
//! has been read back from it.

use std::rc::Rc;

use serde::Serialize;

use super::init::server_key;
use crate::{
    error::OpsError,
    keys::{
        keyring::{Keyring, stored_for},
        known_keys::KnownKeys,
    },
    outcome::{Outcome, PublishedVersions},
    ports::{FileRef, RemoteError, StillUsed, Warning},
    repo::error::RepoError,
    session::Session,
    state::{
        publish::{Anew, Renews, ServerState as _, publish},
        refresh::{
            WritableRepo, for_writing, not_initialized,
            read_back::{self, Look},
        },
    },
};
use trust::{
    crypto::private_key::PrivateKey,
    edit::{
        reissue::{Reissue, ReissueRequest},
        root_edit::{KeySwap, earlier_root_keys, root_key},
    },
    model::{
        gun::Gun,
        key::Key,
        key_id::{CanonicalKeyId, TufKeyId},
        role::RoleName,
        role_keys::RoleKeys,
        version::Version,
    },
    verify::bootstrap::MAX_ROOT_STEPS,
};

/// Whose keys a role has from now on.
pub enum Holder<'a> {
    /// These, which are stored once the rotation is found to be possible; where there are none, a new one is made.
    Person(&'a [Rc<PrivateKey>]),
    /// The server makes one, and signs for the role itself.
    Server,
}

/// Most earlier roots that are looked at: whoever is further behind has more roots to follow than a run does.
const MOST_EARLIER: u64 = MAX_ROOT_STEPS;

/// Earlier roots that are asked for together. No more of them are held at once.
const TOGETHER: usize = 16;

/// How many of the roots before the current one have their keys sign the new one too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legacy {
    /// So many.
    Last(u64),
    /// All.
    All,
}

/// A role that has other keys now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rotated {
    /// The repository.
    pub repository: Gun,
    /// The role.
    pub role: RoleName,
    /// Its keys now, by the IDs under which the root names them.
    pub keys: Vec<TufKeyId>,
    /// The versions of the files that were signed here.
    pub versions: PublishedVersions,
}

/// A role cannot get other keys.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// It is not a base role.
    #[error("the keys of {0} cannot be rotated")]
    NotRotatable(String),
    /// Clients hold its keys.
    #[error("clients hold the keys of {0}")]
    NotTheServers(RoleName),
    /// The server holds its keys.
    #[error("the server holds the keys of {0}")]
    NotTheClients(RoleName),
    /// A given key cannot be stored for the role.
    #[error("the given key cannot be stored")]
    GivenKey(OpsError),
    /// The server made no key.
    #[error("the server made no key")]
    ServerKey(OpsError),
    /// Anything else.
    #[error(transparent)]
    Ops(#[from] OpsError),
}

/// Which role may be rotated, and who may hold its keys (Notary `client.checkRotationInput`).
pub fn check(role: &str, holder: &Holder<'_>) -> Result<RoleName, RotateError> {
    let base = RoleName::parse(role).ok().filter(|role| !role.is_delegation());
    let Some(role) = base else { return Err(RotateError::NotRotatable(role.to_owned())) };
    match (role.as_str(), holder) {
        ("root" | "targets", Holder::Server) => Err(RotateError::NotTheServers(role)),
        ("timestamp", Holder::Person(_)) => Err(RotateError::NotTheClients(role)),
        _ => Ok(role),
    }
}

/// Whether given keys may be stored for a role: none of them is stored for another one, or for another repository. Nothing is stored.
pub fn check_given(session: &Session<'_>, gun: &Gun, role: &RoleName, given: &[Rc<PrivateKey>]) -> Result<(), RotateError> {
    let check = |key: &Rc<PrivateKey>| stored_for(session, key, &role.clone().into(), gun_of_key(gun, role)).map(drop);
    given.iter().try_for_each(check).map_err(RotateError::GivenKey)
}

/// Publishes a root in which `role` has other keys, and whatever must be signed by these in the same update; then removes the private keys that were
/// replaced, unless they are stored for another role, or a repository on this machine has another use for them. Root keys stay: they sign what comes
/// after them.
pub fn rotate(
    session: &Session<'_>,
    keyring: &Keyring<'_>,
    gun: &Gun,
    role: &str,
    holder: &Holder<'_>,
    legacy: Legacy,
) -> Result<Outcome<Rotated>, RotateError> {
    Outcome::of(session, |session| swap_keys(session, keyring, gun, role, holder, legacy))
}

fn swap_keys(
    session: &Session<'_>,
    keyring: &Keyring<'_>,
    gun: &Gun,
    role: &str,
    holder: &Holder<'_>,
    legacy: Legacy,
) -> Result<Rotated, RotateError> {
    let role = check(role, holder)?;
    let _writer = session.store.writer(gun).map_err(OpsError::from)?;
    if let Holder::Person(given) = holder {
        check_given(session, gun, &role, given)?;
    }
    let root_role = RoleName::root();
    let first = keyring.beside(|info| info.may_sign_roles_of(gun), || state_to_write(session, gun))??;
    // whoever cannot sign the root is told so before any key is made
    keyring.signers(&first.base().root().role_keys(&root_role))?;
    let replaced = first.base().root().role_keys(&role);
    let (keys, private) = new_keys(session, gun, &role, holder)?;
    let swap = KeySwap { keys, role: role.clone() };
    let earlier = earlier_roots(session, gun, first.base().root().version(), legacy)?;
    let wanted = ReissueRequest { root: Some(vec![swap.clone()]), ..ReissueRequest::default() };
    // no key is stored for a rotation that cannot be
    Reissue::of(first.base(), &wanted, session.now).map_err(OpsError::from)?;
    let (name, gun_of_key) = (role.clone().into(), gun_of_key(gun, &role));
    for key in &private {
        match holder {
            Holder::Person([]) => keyring.adopt_made(key, &name, gun_of_key)?,
            _ => keyring.adopt(key, &name, gun_of_key).map_err(RotateError::GivenKey)?,
        }
    }
    let rotation = Rotation { session, gun, role: &role, replaced: &replaced, wanted: &wanted };
    let versions = publish(session, gun, &mut Anew::new(keyring, &earlier, rotation), first)?.versions_shown(gun)?;
    let keys = swap.keys.iter().map(Key::id).collect();
    if role != root_role {
        let kept: Vec<CanonicalKeyId> = swap.keys.iter().filter_map(|key| key.canonical_id().ok()).collect();
        let gone = replaced.canonical_ids().filter(|id| !kept.contains(id));
        remove_unused(session, gun, &role, &gone.collect::<Vec<_>>());
    }
    Ok(Rotated { repository: gun.clone(), role, keys, versions })
}

/// A root in which a role has other keys.
struct Rotation<'a> {
    session: &'a Session<'a>,
    gun: &'a Gun,
    role: &'a RoleName,
    replaced: &'a RoleKeys,
    wanted: &'a ReissueRequest,
}

impl Renews for Rotation<'_> {
    type State = WritableRepo;

    fn reissue(&mut self, state: &WritableRepo) -> Result<Option<Reissue>, OpsError> {
        if !same_keys(self.replaced, &state.base().root().role_keys(self.role)) {
            return Err(OpsError::Repo(RepoError::RotatedMeanwhile(self.role.clone())));
        }
        Ok(Some(Reissue::of(state.base(), self.wanted, self.session.now)?))
    }

    fn read(&self) -> Result<WritableRepo, OpsError> {
        state_to_write(self.session, self.gun)
    }

    fn read_back(&self, before: &WritableRepo, look: Look) -> Result<Option<WritableRepo>, OpsError> {
        read_back::after(self.session, self.gun, before, look)
    }
}

/// The repository that a role's private key is stored for: root keys belong to none.
fn gun_of_key<'a>(gun: &'a Gun, role: &RoleName) -> Option<&'a Gun> {
    (*role != RoleName::root()).then_some(gun)
}

/// What the server has; or what was initialised here, and is published with the new keys.
fn state_to_write(session: &Session<'_>, gun: &Gun) -> Result<WritableRepo, OpsError> {
    for_writing(session, gun)?.ok_or_else(|| not_initialized(session, gun))
}

/// The keys that the role gets, and the private halves of those that are not the server's. None is stored.
fn new_keys(
    session: &Session<'_>,
    gun: &Gun,
    role: &RoleName,
    holder: &Holder<'_>,
) -> Result<(Vec<Key>, Vec<Rc<PrivateKey>>), RotateError> {
    let private = match holder {
        Holder::Server => {
            let key = session.remote.rotate_server_key(gun, role).map_err(OpsError::from);
            let key = key.and_then(|answer| server_key(session, gun, role, &answer)).map_err(RotateError::ServerKey)?;
            return Ok((vec![key], Vec::new()));
        }
        Holder::Person([]) => vec![Rc::new(PrivateKey::generate_p256().map_err(OpsError::from)?)],
        Holder::Person(given) => given.to_vec(),
    };
    let is_root = *role == RoleName::root();
    let public = |key: &Rc<PrivateKey>| {
        if is_root { root_key(&**key, gun, session.now).map_err(OpsError::from) } else { Ok(Key::of(&**key)) }
    };
    let keys = private.iter().map(public).collect::<Result<_, OpsError>>()?;
    Ok((keys, private))
}

fn same_keys(before: &RoleKeys, now: &RoleKeys) -> bool {
    before.iter().map(|(id, _)| id).eq(now.iter().map(|(id, _)| id))
}

/// The root keys of the roots before the current one, as far as the server has them and they are here (Notary `oldKeysForLegacyClientSupport`).
fn earlier_roots(session: &Session<'_>, gun: &Gun, current: Version, legacy: Legacy) -> Result<Vec<RoleKeys>, OpsError> {
    let all = current.get() - 1;
    let wanted = match legacy {
        Legacy::All => all,
        Legacy::Last(count) => count.min(all),
    };
    if wanted > MOST_EARLIER {
        session.warn(Warning::FewerEarlierRoots { wanted, taken: MOST_EARLIER });
    }
    let versions = (current.get() - wanted.min(MOST_EARLIER)..current.get()).filter_map(Version::new);
    let files: Vec<FileRef> = versions.map(FileRef::RootVersion).collect();
    let is_here = |id| matches!(session.keys.find(id), Ok(Some(stored)) if stored.name.is_root());
    let mut keys = Vec::new();
    for together in files.chunks(TOGETHER) {
        for answer in session.remote.fetch_all(gun, together) {
            match answer {
                Ok(bytes) => keys.extend(earlier_root_keys(gun, bytes, is_here)),
                Err(RemoteError::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(keys)
}

/// Removes replaced private keys once the server's state, read back, has no use for them, and no other repository here has. One that is stored for
/// another role or repository has a use that no root knows of. The rotation is through: what fails now leaves a key too many, and is told of.
fn remove_unused(session: &Session<'_>, gun: &Gun, role: &RoleName, replaced: &[CanonicalKeyId]) {
    let warn = |id: &CanonicalKeyId, reason| session.warn(Warning::ReplacedKeyStays { id: *id, reason });
    let here: Vec<&CanonicalKeyId> = replaced.iter().filter(|id| !matches!(session.keys.find(**id), Ok(None))).collect();
    if here.is_empty() {
        return;
    }
    match for_writing(session, gun) {
        Ok(Some(WritableRepo::Published(_))) => {}
        Ok(_) => return here.iter().for_each(|id| warn(id, StillUsed::NotShown)),
        Err(error) => return here.iter().for_each(|id| warn(id, StillUsed::Unread { error: error.to_string() })),
    }
    let known = KnownKeys::read(session);
    for id in here {
        match known.uses(*id).first() {
            Some(used) => warn(id, StillUsed::InUse { role: used.role.clone(), gun: used.gun.clone() }),
            None if !known.is_whole() => warn(id, StillUsed::Unasked),
            None => match session.keys.find(*id) {
                Ok(Some(stored)) if !(stored.name.is(role) && stored.is_of(gun)) => {
                    let gun = stored.gun_text().map(str::to_owned);
                    warn(id, StillUsed::StoredAs { role: stored.name.to_string(), gun });
                }
                found => {
                    if let Err(error) = found.and_then(|_| session.key_files.remove(*id)) {
                        warn(id, StillUsed::NotRemoved { error: error.to_string() });
                    }
                }
            },
        }
    }
}
