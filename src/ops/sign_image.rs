//! Signs a tag of an image.

use super::{
    error::OpsError,
    events::Event,
    image::Tag,
    init::initialize,
    inspect_image::{is_released, released_rows},
    keyring::Keyring,
    ports::{KeyInfo, Manifest, RegistryError},
    publish::publish,
    refresh::{Target, for_writing},
    session::Session,
    signer::delegation_to,
};
use crate::tuf::{
    change::Change, digest::Sha256, gun::Gun, hashes::FileMeta, key::Key, local::LocalRepo, lookup::admits, role::RoleName,
    targets, trusted::TrustedRepo,
};

/// What was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignReport {
    /// The content's digest.
    pub digest: Sha256,
}

/// Signs a tag with every signer's key on this machine, and releases it.
///
/// A tag that is signed already is signed again for the same content, by the keys at hand; any other for what the registry serves. The registry
/// is asked while the trust data is brought up to date. A repository that is not there yet is initialised, with a signer named after the
/// account at the registry.
pub fn sign(session: &Session<'_>, gun: &Gun, tag: &Tag) -> Result<SignReport, OpsError> {
    let _writer = session.store.writer(gun)?;
    let keyring = Keyring::new(session);
    let registry = session.registry;
    let (state, served) = keyring.beside(is_signers, || {
        std::thread::scope(|scope| {
            let manifest = scope.spawn(|| registry.resolve(gun, tag));
            let state = for_writing(session, gun);
            (state, manifest.join())
        })
    })?;
    let served = served.unwrap_or_else(|_| Err(RegistryError::Remote(panicked(gun))));
    match state? {
        Some(Target::Published(repo)) => sign_published(session, &keyring, repo, tag, served),
        Some(Target::Unpublished(local)) => {
            let manifest = served?;
            first_signature(session, &keyring, gun, tag, &manifest, || Ok(*local))
        }
        None => {
            let manifest = served?;
            first_signature(session, &keyring, gun, tag, &manifest, || initialize(session, &keyring, gun))
        }
    }
}

fn sign_published(
    session: &Session<'_>,
    keyring: &Keyring<'_>,
    repo: Box<TrustedRepo>,
    tag: &Tag,
    served: Result<Manifest, RegistryError>,
) -> Result<SignReport, OpsError> {
    let gun = repo.gun().clone();
    let (meta, roles) = if let Some(meta) = released(&repo, tag) {
        warn_if_moved(session, tag, &meta, served);
        session.events.tell(Event::Resigning);
        let roles = signable_roles(session, &repo, tag)?;
        let rows = released_rows(&repo.entries(Some(tag.as_str())));
        let mut signers = rows.into_iter().find(|row| row.digest == meta.sha256).map(|row| row.signers).unwrap_or_default();
        signers.sort();
        session.events.tell(Event::ExistingSignatures { tag, digest: meta.sha256, signers: &signers });
        (meta, roles)
    } else {
        let manifest = served?;
        let roles = signable_roles(session, &repo, tag)?;
        (from_registry(session, tag, &manifest), roles)
    };
    let digest = meta.sha256;
    let changes: Vec<Change> = roles.into_iter().map(|role| add_target(role, tag, &meta)).collect();
    publish(session, keyring, &gun, Target::Published(repo), &changes)?;
    Ok(SignReport { digest })
}

/// The first update of a repository: a signer named after the account, and its signature.
fn first_signature(
    session: &Session<'_>,
    keyring: &Keyring<'_>,
    gun: &Gun,
    tag: &Tag,
    manifest: &Manifest,
    local: impl FnOnce() -> Result<LocalRepo, OpsError>,
) -> Result<SignReport, OpsError> {
    let (name, role) = account_role(session, gun)?;
    let local = local()?;
    let known = match session.keys.list()?.into_iter().find(|info| info.role == name) {
        Some(info) => keyring.get(info.id)?,
        None => None,
    };
    let key = known.map_or_else(|| keyring.create(&name, None), Ok)?;
    let mut changes = delegation_to(&role, &[Key::of(&key)]);
    session.events.tell(Event::SignerCreated { name: &name });
    session.events.tell(Event::Initialized { gun });
    let meta = from_registry(session, tag, manifest);
    changes.extend([role, RoleName::releases()].map(|role| add_target(role, tag, &meta)));
    publish(session, keyring, gun, Target::Unpublished(Box::new(local)), &changes)?;
    Ok(SignReport { digest: meta.sha256 })
}

/// Whether a key is kept for signing tags: under a signer's name, whatever that is, and not under a base role's.
fn is_signers(info: &KeyInfo) -> bool {
    RoleName::parse(&info.role).map_or(true, |role| role.is_delegation())
}

/// The roles that a tag is signed into (docker `trust.GetSignableRoles`): `targets` where there are no delegations; else each direct
/// delegation whose paths admit the tag and of which a key is on this machine.
fn signable_roles(session: &Session<'_>, repo: &TrustedRepo, tag: &Tag) -> Result<Vec<RoleName>, OpsError> {
    let targets = RoleName::targets();
    let direct: Vec<_> = repo.delegations().filter(|(parent, _)| **parent == targets).map(|(_, delegation)| delegation).collect();
    if direct.is_empty() {
        return Ok(vec![targets]);
    }
    let (mut signable, mut others) = (Vec::new(), Vec::new());
    for delegation in direct.into_iter().filter(|delegation| admits(&delegation.paths, tag.as_str())) {
        let keys: Vec<_> = repo.role_keys(&delegation.name).iter().filter_map(|(_, key)| key.canonical_id().ok()).collect();
        let mut here = false;
        for id in &keys {
            here |= session.keys.find(*id)?.is_some();
        }
        if here { signable.push(delegation.name.clone()) } else { others.push((delegation.name.clone(), keys)) }
    }
    if signable.is_empty() { Err(OpsError::NoSignableRole { gun: repo.gun().clone(), roles: others }) } else { Ok(signable) }
}

/// The content that is released under a tag: that of `targets/releases` where it has one, as for a pull, else that of `targets`. Where
/// the file of `targets/releases` cannot be used nothing is known to be released: an older entry of `targets` may lie under it.
fn released(repo: &TrustedRepo, tag: &Tag) -> Option<FileMeta> {
    if repo.skipped().contains_key(&RoleName::releases()) {
        return None;
    }
    let entries = repo.entries(Some(tag.as_str()));
    let released = entries.iter().filter(|entry| is_released(entry.role));
    released.max_by_key(|entry| *entry.role == RoleName::releases()).map(|entry| entry.target.meta.clone())
}

fn from_registry(session: &Session<'_>, tag: &Tag, manifest: &Manifest) -> FileMeta {
    session.events.tell(Event::SigningFromRegistry { tag, manifest });
    FileMeta::of_image(manifest.length, manifest.digest)
}

fn add_target(role: RoleName, tag: &Tag, meta: &FileMeta) -> Change {
    Change::AddTarget { role, name: tag.to_string(), target: targets::Target { meta: meta.clone(), custom: None } }
}

/// Signing again never moves a tag. Where the registry serves something else by now, the person is told.
fn warn_if_moved(session: &Session<'_>, tag: &Tag, signed: &FileMeta, served: Result<Manifest, RegistryError>) {
    if let Ok(manifest) = served
        && manifest.digest != signed.sha256
    {
        let served = manifest.digest;
        let warning =
            format!("the registry serves sha256:{served} for tag {tag} now; the signed content is sha256:{}", signed.sha256);
        session.events.tell(Event::Warning(warning));
    }
}

fn account_role(session: &Session<'_>, gun: &Gun) -> Result<(String, RoleName), OpsError> {
    let host = gun.host();
    let name = session.accounts.user_name(gun)?;
    let name =
        name.ok_or_else(|| OpsError::NoAccount(format!("no account is configured for {host}, so the first signer has no name")))?;
    // a signer's key is found by the signer's name (docker `getOrGenerateNotaryKey`): one of these would be the key of another role
    let is_taken = RoleName::parse(&name).is_ok() || RoleName::signer(&name).is_ok_and(|role| role == RoleName::releases());
    let role = RoleName::signer(&name).ok().filter(|_| !is_taken);
    let role = role.ok_or_else(|| OpsError::NoAccount(format!("the account {name:?} at {host} cannot name a signer")))?;
    Ok((name, role))
}

fn panicked(gun: &Gun) -> super::ports::RemoteError {
    super::ports::RemoteError::Unusable(format!("the question to the registry of {gun} was not answered"))
}
