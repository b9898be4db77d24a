//! Publishing: the one path from changes to the server.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    error::OpsError,
    events::Event,
    keyring::Keyring,
    ports::{Bytes, FileRef, RemoteError},
    refresh::{Target, for_writing},
    session::Session,
};
use crate::tuf::{
    change::Change,
    edit,
    gun::Gun,
    plan::{self, Base, Notice},
    role::RoleName,
    sign::sign,
    trusted::TrustedRepo,
    verify::Verified,
};

/// How often changes are applied anew because another publisher was faster.
const MAX_ATTEMPTS: u32 = 40;

/// From which conflict on a file is looked for that no snapshot names: a publisher who was faster is in the next state.
const PATIENCE: u32 = 3;

/// Longest wait before the next attempt.
const MAX_PAUSE: Duration = Duration::from_millis(500);

/// Applies changes to a repository, signs what they touch with every key at hand, and sends it as one update. Where another
/// publisher was faster, the same changes are applied to what is there then; but not over a name that the other has changed.
pub fn publish(
    session: &Session<'_>,
    keyring: &Keyring<'_>,
    gun: &Gun,
    target: Target,
    changes: &[Change],
) -> Result<(), OpsError> {
    let mut target = target;
    let mut attempts = 0;
    let mut told = BTreeSet::new();
    loop {
        attempts += 1;
        let files = signed_files(session, keyring, target.base(), changes, &mut told)?;
        if files.is_empty() {
            // all of it is so already
            return Ok(());
        }
        let upload: Vec<(RoleName, Bytes)> = files.iter().map(|(role, bytes)| (role.clone(), Bytes::clone(bytes))).collect();
        let conflict = match session.remote.publish(gun, &upload) {
            Ok(()) => {
                keep(session, gun, files);
                return Ok(());
            }
            Err(conflict @ RemoteError::Conflict { .. }) => conflict,
            Err(error @ RemoteError::Rejected { .. }) => {
                return Err(refused_for_another(session, gun, &target).unwrap_or_else(|| error.into()));
            }
            Err(error) => return Err(error.into()),
        };
        if attempts == MAX_ATTEMPTS {
            return Err(OpsError::Contended { gun: gun.clone(), attempts, last: conflict });
        }
        std::thread::sleep(pause(attempts));
        let begun = files.into_keys().filter(|role| role.is_delegation() && target.base().begins_with(role));
        let left = if attempts < PATIENCE { Vec::new() } else { left_over(session, gun, begun.collect()) };
        // what was initialised here may be published by now, by another process
        let Some(Target::Published(mut repo)) = for_writing(session, gun)? else { return Err(conflict.into()) };
        for (role, bytes) in &left {
            repo.note_left_over(role, bytes);
        }
        let newer = Target::Published(repo);
        not_overtaken(changes, target.base(), newer.base())?;
        target = newer;
    }
}

/// Unlocks every key that publishing these changes takes, for what is not to be begun where they cannot be published. What they sign need not
/// be known yet: any content stands for it.
pub fn unlock(session: &Session<'_>, keyring: &Keyring<'_>, base: Base<'_>, changes: &[Change]) -> Result<(), OpsError> {
    for (_, keys) in &edit::apply(base, changes, session.now, &|keys| keyring.can_sign(keys))?.files {
        keyring.signers(keys)?;
    }
    match keyring.signers(&base.root().role_keys(&RoleName::snapshot())) {
        // where the key is not here, the server has it
        Ok(_) | Err(OpsError::NoSigningKeys { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Keeps what the server has taken, so that the next read need not ask for it. It is published whether or not that can be done.
pub(super) fn keep(session: &Session<'_>, gun: &Gun, files: BTreeMap<RoleName, Bytes>) {
    let bytes: Vec<Bytes> = files.into_values().collect();
    if let Err(error) = session.store.keep_published(gun, &bytes) {
        session.events.tell(Event::Warning(format!("published, but not kept on this machine: {error}")));
    }
}

/// A new repository is refused where someone else was faster to make one of that name: the server speaks of a root that does not follow its own.
fn refused_for_another(session: &Session<'_>, gun: &Gun, target: &Target) -> Option<OpsError> {
    let new = matches!(target, Target::Unpublished(_));
    new.then(|| for_writing(session, gun).err()).flatten().filter(|error| matches!(error, OpsError::AnotherIsPublished { .. }))
}

/// The newest files of delegations of which the verified state has none, and which the server has nevertheless: it takes none below them.
/// They are asked for before the state is: what is still not in it then is no publisher's who was faster, but of an earlier life of the name.
fn left_over(session: &Session<'_>, gun: &Gun, begun: Vec<RoleName>) -> Vec<(RoleName, Bytes)> {
    if begun.is_empty() {
        return Vec::new();
    }
    let files: Vec<FileRef> = begun.iter().cloned().map(FileRef::CurrentDelegation).collect();
    let answers = session.remote.fetch_all(gun, &files);
    begun.into_iter().zip(answers).filter_map(|(role, answer)| Some((role, answer.ok()?))).collect()
}

/// Refuses to undo what someone else has decided about a name since `before`: they saw what this person did not.
fn not_overtaken(changes: &[Change], before: Base<'_>, now: Base<'_>) -> Result<(), OpsError> {
    for change in changes {
        let (role, name, ours) = match change {
            Change::AddTarget { role, name, target } => (role, name, Some(target.meta.sha256)),
            Change::RemoveTarget { role, name } => (role, name, None),
            _ => continue,
        };
        let content = |base: Base<'_>| base.signed_by(role, name).map(|target| target.meta.sha256);
        let theirs = content(now);
        if theirs != content(before) && theirs != ours {
            return Err(OpsError::Overtaken { role: role.clone(), name: name.clone(), theirs });
        }
    }
    Ok(())
}

fn signed_files(
    session: &Session<'_>,
    keyring: &Keyring<'_>,
    base: Base<'_>,
    changes: &[Change],
    told: &mut BTreeSet<String>,
) -> Result<BTreeMap<RoleName, Bytes>, OpsError> {
    let plan = edit::apply(base, changes, session.now, &|keys| keyring.can_sign(keys))?;
    if plan.files.is_empty() && matches!(base, Base::Trusted(_)) {
        return Ok(BTreeMap::new());
    }
    // each attempt would tell it anew
    let mut warn = |warning: String| {
        if told.insert(warning.clone()) {
            session.events.tell(Event::Warning(warning));
        }
    };
    plan.notices.iter().for_each(|notice| warn(notice.to_string()));
    let mut signed: Vec<Verified<_>> = Vec::new();
    for (file, keys) in &plan.files {
        signed.push(sign(file, keys, &keyring.signers(keys)?.list())?);
        let role = keys.role();
        let vouched = |notice: &Notice| matches!(notice, Notice::Vouched { role: vouched, .. } if vouched == role);
        if let Base::Trusted(repo) = base
            && !plan.notices.iter().any(vouched)
        {
            what_becomes_of_the_rest(repo, role).into_iter().for_each(&mut warn);
        }
    }
    let mut files = BTreeMap::new();
    if let Base::Unpublished(local) = base {
        files.extend(local.files());
    }
    files.extend(signed.iter().map(|file| (file.role().clone(), Bytes::clone(file.bytes()))));
    let snapshot_keys = base.root().role_keys(&RoleName::snapshot());
    match keyring.signers(&snapshot_keys) {
        Ok(signers) => {
            let snapshot = plan::snapshot(base, &signed.iter().collect::<Vec<_>>(), session.now)?;
            let snapshot = sign(&snapshot, &snapshot_keys, &signers.list())?;
            files.insert(RoleName::snapshot(), Bytes::clone(snapshot.bytes()));
        }
        // the key is not here: the server has it, and signs the snapshot itself
        Err(OpsError::NoSigningKeys { .. }) => {}
        Err(error) => return Err(error),
    }
    Ok(files)
}

/// A role whose file was set aside is signed anew: with its entries where they have only expired, else without them.
fn what_becomes_of_the_rest(repo: &TrustedRepo, role: &RoleName) -> Option<String> {
    match (repo.expired(role), repo.skipped().contains_key(role)) {
        (Some(_), _) => Some(format!("{role} had expired; all that it signs is signed anew")),
        (None, true) => Some(format!("{role} could not be verified; it begins anew, without what it signed before")),
        (None, false) => None,
    }
}

/// Grows with the attempts, and differs from process to process, so that a crowd spreads.
pub(super) fn pause(attempts: u32) -> Duration {
    let mut random = [0; 2];
    // without random bytes the pause is only less even
    let _ = getrandom::fill(&mut random);
    let share = f64::from(u16::from_le_bytes(random)) / f64::from(u16::MAX);
    MAX_PAUSE.min(Duration::from_millis(30) * attempts).mul_f64(share)
}
