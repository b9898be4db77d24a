//! Changes to the content of a repository, as an update.

use std::collections::BTreeSet;

use super::{
    files::{Files, SignedFile},
    state::ServerState,
    update::Update,
};
use crate::{
    error::OpsError,
    keys::keyring::Keyring,
    overtaken::Overtaken,
    ports::{Decided, DecidedNames, RemoteError, Sent, Warning},
    session::Session,
    state::{
        error::StateError,
        refresh::{
            WritableRepo, for_writing, not_initialized,
            read_back::{self, Look},
        },
    },
};
use trust::{
    edit::{
        apply::apply,
        change::Change,
        plan::{self, Base, Notice, Plan, PlanError},
        sign::sign,
    },
    model::{digest::Sha256, gun::Gun, role::RoleName, targets::Targets, version::Version},
    verify::{threshold::Verified, trusted::TrustedRepo},
};

/// Changes to a repository, with the keys that sign what they touch.
pub(crate) struct Changes<'a> {
    session: &'a Session<'a>,
    keyring: &'a Keyring<'a>,
    gun: &'a Gun,
    wanted: &'a [Change],
    /// What was warned of: each attempt would tell it anew.
    told: BTreeSet<Warning>,
    /// What the server took of earlier attempts and lost.
    lost: BTreeSet<(RoleName, Version)>,
}

impl<'a> Changes<'a> {
    /// These changes.
    pub(crate) fn new(session: &'a Session<'a>, keyring: &'a Keyring<'a>, gun: &'a Gun, changes: &'a [Change]) -> Self {
        Self { session, keyring, gun, wanted: changes, told: BTreeSet::new(), lost: BTreeSet::new() }
    }

    fn warn(&mut self, warning: Warning) {
        if self.told.insert(warning.clone()) {
            self.session.warn(warning);
        }
    }

    /// What they decide about names: the role, the name, and the content; none where the name is to have none.
    fn decisions(&self) -> impl Iterator<Item = (&RoleName, &String, Option<Sha256>)> {
        self.wanted.iter().filter_map(|change| match change {
            Change::AddTarget { role, name, target } => Some((role, name, Some(target.meta.sha256))),
            Change::RemoveTarget { role, name } => Some((role, name, None)),
            _ => None,
        })
    }

    /// The names that stand otherwise in a state than this wants them, where someone else has decided so: whether they have is asked with the role, the
    /// name, this content and theirs.
    fn overtaken_where(
        &self,
        now: &WritableRepo,
        is_theirs: impl Fn(&RoleName, &str, Option<Sha256>, Option<Sha256>) -> bool,
    ) -> Vec<Overtaken> {
        let overtaken = |(role, name, ours): (&RoleName, &String, Option<Sha256>)| {
            let theirs = content(now, role, name);
            let is_overtaken = theirs != ours && is_theirs(role, name, ours, theirs);
            is_overtaken.then(|| Overtaken { role: role.clone(), name: name.clone(), theirs })
        };
        self.decisions().filter_map(overtaken).collect()
    }

    fn plan<'b>(&'b self, base: Base<'b>) -> Result<Plan, PlanError> {
        apply(base, self.wanted, self.session.now, &|keys| self.keyring.can_sign(keys))
    }

    fn sign_all(&self, plan: &Plan) -> Result<Vec<Verified<Targets>>, OpsError> {
        plan.files.iter().map(|(file, keys)| Ok(sign(file, keys, &self.keyring.signers(keys)?.list())?)).collect()
    }
}

impl Update for Changes<'_> {
    type State = WritableRepo;

    fn sign(&mut self, state: &WritableRepo) -> Result<Option<Files>, OpsError> {
        let base = state.base();
        let plan = self.plan(base)?;
        if plan.files.is_empty() && matches!(base, Base::Trusted(_)) {
            return Ok(None);
        }
        plan.notices.iter().for_each(|notice| self.warn(notice.into()));
        let signed = self.sign_all(&plan)?;
        if let WritableRepo::Published(repo) = state {
            for role in signed.iter().map(Verified::role) {
                // what was lost of this update is in it again
                let is_ours = repo.lost(role).is_some_and(|version| self.lost.contains(&(role.clone(), version)));
                let warning = what_becomes_of_the_rest(repo, role, &plan.notices).filter(|_| !is_ours);
                if let Some(warning) = warning {
                    self.warn(warning);
                }
            }
        }
        let mut files = Files::new();
        if let WritableRepo::Unpublished(local) = state {
            files.insert(RoleName::root(), local.root().into());
            files.insert(RoleName::targets(), local.targets().into());
        }
        files.extend(signed.iter().map(|file| (file.role().clone(), SignedFile::from(file))));
        let snapshot_keys = base.root().role_keys(&RoleName::snapshot());
        // where the key is not here, the server has it, and signs the snapshot itself
        if let Some(signers) = self.keyring.signers_here(&snapshot_keys)? {
            let snapshot = plan::snapshot(base, &signed.iter().collect::<Vec<_>>(), self.session.now)?;
            let snapshot = sign(&snapshot, &snapshot_keys, &signers.list())?;
            files.insert(RoleName::snapshot(), (&snapshot).into());
        }
        Ok(Some(files))
    }

    fn read(&mut self) -> Result<WritableRepo, OpsError> {
        for_writing(self.session, self.gun)?.ok_or_else(|| not_initialized(self.session, self.gun))
    }

    fn read_back(&self, before: &WritableRepo, look: Look) -> Result<Option<WritableRepo>, OpsError> {
        read_back::after(self.session, self.gun, before, look)
    }

    fn holds_in(&self, state: &WritableRepo) -> bool {
        let plan = self.plan(state.base());
        plan.is_ok_and(|plan| plan.is_so_in(state.base()))
    }

    /// Nothing is undone that someone else has decided about a name: they saw what this person did not.
    fn check_may_follow(&mut self, before: &WritableRepo, now: &WritableRepo) -> Result<(), OpsError> {
        none_of(self.overtaken_where(now, |role, name, _, theirs| theirs != content(before, role, name)))
    }

    fn check_not_taken_back(&self, now: &WritableRepo, sent: &Files) -> Result<(), OpsError> {
        let above = |role: &RoleName| sent.get(role).is_some_and(|file| now.version(role) > Some(file.version));
        none_of(self.overtaken_where(now, |role, _, _, _| above(role)))?;
        let plan = self.plan(now.base())?;
        let roles = plan.differing_from(now.base()).find(|role| above(role));
        roles.map_or(Ok(()), |role| Err(OpsError::State(StateError::TakenBack { role: role.clone(), version: now.version(role) })))
    }

    fn note_loss(&mut self, role: &RoleName, version: Version) {
        self.lost.insert((role.clone(), version));
    }

    /// A new repository is refused where someone else was faster to make one of that name: the server speaks of a root that does not follow its own.
    fn after_refusal(&mut self, state: &WritableRepo, error: RemoteError) -> Result<WritableRepo, OpsError> {
        if matches!(state, WritableRepo::Unpublished(_))
            && let Err(another @ OpsError::State(StateError::AnotherIsPublished { .. })) = for_writing(self.session, self.gun)
        {
            return Err(another);
        }
        Err(error.into())
    }

    fn decides(&self, state: &WritableRepo, files: &Files) -> DecidedNames {
        let mut decided = DecidedNames::new();
        for (role, name, sent) in self.decisions() {
            let Some(file) = files.get(role) else { continue };
            let before = content(state, role, name);
            decided.entry(role.clone()).or_default().insert(name.clone(), Decided { version: file.version, before, sent });
        }
        decided
    }

    fn overtaken_in(&self, state: &WritableRepo, earlier: &Sent) -> Vec<Overtaken> {
        self.overtaken_where(state, |role, name, ours, theirs| {
            state.version(role).is_some_and(|version| earlier.is_overtaken(role, name, ours, (version, theirs)))
        })
    }
}

/// Unlocks every key that publishing these changes takes, for what is not to be begun where they cannot be published. What they sign need not
/// be known yet: any content stands for it.
pub(crate) fn unlock(session: &Session<'_>, keyring: &Keyring<'_>, base: Base<'_>, changes: &[Change]) -> Result<(), OpsError> {
    for (_, keys) in &apply(base, changes, session.now, &|keys| keyring.can_sign(keys))?.files {
        keyring.signers(keys)?;
    }
    keyring.signers_here(&base.root().role_keys(&RoleName::snapshot())).map(drop)
}

/// The content that a role signs under a name.
fn content(state: &WritableRepo, role: &RoleName, name: &str) -> Option<Sha256> {
    state.base().signed_by(role, name).map(|target| target.meta.sha256)
}

fn none_of(names: Vec<Overtaken>) -> Result<(), OpsError> {
    if names.is_empty() { Ok(()) } else { Err(OpsError::State(StateError::Overtaken(names))) }
}

/// A role whose file was set aside is signed anew: with its entries where they have only expired, else without them. So is one of which the
/// server has a newer file that its snapshot does not name.
fn what_becomes_of_the_rest(repo: &TrustedRepo, role: &RoleName, notices: &[Notice]) -> Option<Warning> {
    if notices.iter().any(|notice| matches!(notice, Notice::Vouched { role: vouched, .. } if vouched == role)) {
        return None;
    }
    if let Some(version) = repo.lost(role) {
        return Some(Warning::LostByServer { role: role.clone(), version });
    }
    match (repo.expired(role), repo.skipped().contains_key(role)) {
        (Some(_), _) => Some(Warning::ExpiredSignedAnew { role: role.clone() }),
        (None, true) => Some(Warning::RoleBeginsAnew { role: role.clone() }),
        (None, false) => None,
    }
}
