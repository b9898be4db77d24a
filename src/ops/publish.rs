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

/// The same of a role that has a file: what is passed over there was somebody's word.
const LONG_PATIENCE: u32 = 10;

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
        let left = left_over(session, gun, in_the_way(files.into_keys(), target.base(), attempts));
        // what was initialised here may be published by now, by another process
        let Some(Target::Published(mut repo)) = for_writing(session, gun)? else { return Err(conflict.into()) };
        for (role, bytes) in &left {
            repo.note_left_over(role, bytes);
        }
        if !left.is_empty() && is_newest(session, gun, &repo) {
            for (role, bytes) in &left {
                repo.note_lost(role, bytes);
            }
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
    keyring.signers_here(&base.root().role_keys(&RoleName::snapshot())).map(drop)
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

/// The files of which the server may have one that no snapshot names, after so many conflicts over an update of these roles: of a role that
/// begins, the newest; of another, the one of the version that was just refused.
fn in_the_way(roles: impl Iterator<Item = RoleName>, base: Base<'_>, attempts: u32) -> Vec<(RoleName, FileRef)> {
    let file = |role: RoleName| {
        let file = if base.begins_with(&role) && role.is_delegation() {
            (attempts >= PATIENCE).then(|| FileRef::CurrentDelegation(role.clone()))
        } else if attempts >= LONG_PATIENCE {
            base.next_version(&role).map(|refused| FileRef::TargetsVersion(role.clone(), refused))
        } else {
            None
        };
        Some((role, file?))
    };
    roles.filter(|role| role.is_delegation() || *role == RoleName::targets()).filter_map(file).collect()
}

/// Those of the files that the server has: it takes none below them. They are asked for before the state is: what is still not in it then is
/// no publisher's who was faster, but of an earlier life of the name, or of an update that the server lost.
fn left_over(session: &Session<'_>, gun: &Gun, files: Vec<(RoleName, FileRef)>) -> Vec<(RoleName, Bytes)> {
    if files.is_empty() {
        return Vec::new();
    }
    let (roles, files): (Vec<_>, Vec<_>) = files.into_iter().unzip();
    let answers = session.remote.fetch_all(gun, &files);
    roles.into_iter().zip(answers).filter_map(|(role, answer)| Some((role, answer.ok()?))).collect()
}

/// Whether the server has no later state than this one. A proxy may keep timestamps for minutes, as the server allows, and a file that this
/// state does not name is then a later one's, and not lost.
fn is_newest(session: &Session<'_>, gun: &Gun, repo: &TrustedRepo) -> bool {
    let Some(next) = repo.timestamp().version().next() else { return true };
    let later = session.remote.fetch_all(gun, &[FileRef::TimestampVersion(next)]);
    matches!(later.as_slice(), [Err(RemoteError::NotFound { .. })])
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
    // where the key is not here, the server has it, and signs the snapshot itself
    if let Some(signers) = keyring.signers_here(&snapshot_keys)? {
        let snapshot = plan::snapshot(base, &signed.iter().collect::<Vec<_>>(), session.now)?;
        let snapshot = sign(&snapshot, &snapshot_keys, &signers.list())?;
        files.insert(RoleName::snapshot(), Bytes::clone(snapshot.bytes()));
    }
    Ok(files)
}

/// A role whose file was set aside is signed anew: with its entries where they have only expired, else without them. So is one of which the
/// server has a newer file that its snapshot does not name.
fn what_becomes_of_the_rest(repo: &TrustedRepo, role: &RoleName) -> Option<String> {
    if let Some(version) = repo.lost(role) {
        return Some(format!(
            "the server lost version {version} of {role}, which its snapshot does not name; what was changed there has to be changed again"
        ));
    }
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
