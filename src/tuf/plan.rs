//! What changes come to: which roles are signed anew, and which keys could sign each.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU64,
};

use jiff::Timestamp;

use super::{
    change::Change,
    expiry::{Expires, TARGETS_DAYS},
    hashes::FileMeta,
    json::Json,
    key::Key,
    key_id::CanonicalKeyId,
    local::LocalRepo,
    lookup::effective_paths,
    payload::{Header, Payload as _},
    role::RoleName,
    role_keys::{RoleKeys, RoleSpec},
    root::Root,
    snapshot::Snapshot,
    targets::{Delegation, Target, Targets},
    trusted::TrustedRepo,
    verify::Verified,
    version::Version,
};

/// The state that changes are applied to.
#[derive(Clone, Copy, Debug)]
pub enum Base<'a> {
    /// What the server has.
    Trusted(&'a TrustedRepo),
    /// A repository that the server is yet to get.
    Unpublished(&'a LocalRepo),
}

/// The files to sign, unsigned.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Targets and delegations, with the keys that each has after the changes.
    pub files: Vec<(Targets, RoleKeys)>,
    /// Delegations that nobody can sign any more.
    pub out_of_reach: Vec<OutOfReach>,
}

/// A delegation with fewer keys than its threshold. The words are Notary's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("role {role} has fewer keys than its threshold of {threshold}; it will not be usable until keys are added to it")]
pub struct OutOfReach {
    /// The role.
    pub role: RoleName,
    /// How many of its keys must sign.
    pub threshold: NonZeroU64,
}

/// Changes that cannot be applied to this state. The words are Notary's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The role is not delegated.
    #[error("tuf: invalid role {0}. delegation does not exist")]
    NoSuchRole(RoleName),
    /// A delegation without keys would be one that nobody can sign.
    #[error("tuf: invalid role {0}.")]
    NoKeys(RoleName),
    /// A delegation's paths must lie within its parent's.
    #[error("tuf: invalid role {0}. invalid paths to add to role")]
    PathsOutsideParent(RoleName),
    /// The role's paths do not admit the name.
    #[error("Could not add all targets: the paths of {role} do not admit {name:?}")]
    NameOutsidePaths {
        /// The role.
        role: RoleName,
        /// The name.
        name: String,
    },
    /// The role holds an entry that cannot be written again without changing it.
    #[error("{role} holds an unusable entry, {name:?}, and cannot be signed again before that is removed")]
    UnusableEntry {
        /// The role.
        role: RoleName,
        /// The entry.
        name: String,
    },
    /// The version cannot grow.
    #[error("{0} is at the highest version that there is")]
    LastVersion(RoleName),
}

/// Applies changes in order.
pub fn apply(base: Base<'_>, changes: &[Change], now: Timestamp) -> Result<Plan, PlanError> {
    let mut working = Working { base, now, edited: BTreeMap::new(), out_of_reach: Vec::new() };
    for change in changes {
        match change {
            Change::AddTarget { role, name, target } => working.add_target(role, name, target)?,
            Change::Delegate { role, keys, paths } => working.delegate(role, keys, paths)?,
            Change::RemoveTarget { role, name } => working.remove_target(role, name)?,
            Change::RemoveKeys { role, keys } => working.remove_keys(role, keys)?,
            Change::Undelegate { role } => working.undelegate(role)?,
        }
    }
    working.into_plan()
}

/// The snapshot over changed files, for a repository whose snapshot key is a client's: the next version, with the other files as they
/// were.
pub fn snapshot(base: Base<'_>, changed: &[&Verified<Targets>], now: Timestamp) -> Result<Snapshot, PlanError> {
    let version = match base {
        Base::Trusted(repo) => repo.snapshot().version().next().ok_or(PlanError::LastVersion(RoleName::snapshot()))?,
        Base::Unpublished(_) => Version::FIRST,
    };
    let mut meta = match base {
        Base::Trusted(repo) => repo.snapshot().meta.clone(),
        Base::Unpublished(local) => BTreeMap::from([(RoleName::targets(), FileMeta::of(local.targets().bytes()))]),
    };
    meta.insert(RoleName::root(), FileMeta::of(base.root().bytes()));
    meta.extend(changed.iter().map(|file| (file.role().clone(), FileMeta::of(file.bytes()))));
    let header = Header { version, expires: Expires::after_days(now, TARGETS_DAYS) };
    Ok(Snapshot { header, meta, unusable: BTreeSet::new() })
}

impl<'a> Base<'a> {
    /// The root that holds.
    #[must_use]
    pub fn root(self) -> &'a Verified<Root> {
        match self {
            Base::Trusted(repo) => repo.root(),
            Base::Unpublished(local) => local.root(),
        }
    }

    /// What a role signs under a name.
    #[must_use]
    pub fn signed_by(self, role: &RoleName, name: &str) -> Option<&'a Target> {
        self.targets(role)?.targets.get(name)
    }

    fn targets(self, role: &RoleName) -> Option<&'a Verified<Targets>> {
        match self {
            Base::Trusted(repo) => repo.targets(role),
            Base::Unpublished(local) => (*role == RoleName::targets()).then(|| local.targets()),
        }
    }

    /// The file that an edit of a role begins with. An expired one is still its signers' word: signing it anew must not drop its other entries.
    pub(super) fn to_sign_anew(self, role: &RoleName) -> Option<&'a Verified<Targets>> {
        let expired = match self {
            Base::Trusted(repo) => repo.expired(role),
            Base::Unpublished(_) => None,
        };
        self.targets(role).or(expired)
    }

    /// The version that a new file of a role gets: above every one that may have been published before, even where that file could
    /// not be verified (the server takes no lower one).
    pub(super) fn next_version(self, role: &RoleName) -> Option<Version> {
        let seen = match self {
            Base::Unpublished(local) => (*role == RoleName::targets()).then(|| local.targets().version()),
            Base::Trusted(repo) => {
                let verified = repo.targets(role).map(Verified::version);
                let claimed = repo.skipped().get(role).and_then(|skipped| skipped.claimed_version);
                verified.max(claimed).max(repo.floor().of(role).map(|seen| seen.version))
            }
        };
        seen.map_or(Some(Version::FIRST), Version::next)
    }
}

struct Working<'a> {
    base: Base<'a>,
    now: Timestamp,
    edited: BTreeMap<RoleName, Targets>,
    out_of_reach: Vec<OutOfReach>,
}

impl Working<'_> {
    fn add_target(&mut self, role: &RoleName, name: &str, target: &Target) -> Result<(), PlanError> {
        if role.is_delegation() && self.delegation(role).is_none() {
            return Err(PlanError::NoSuchRole(role.clone()));
        }
        if !effective_paths(role, |role| self.file(role)).admits(name) {
            return Err(PlanError::NameOutsidePaths { role: role.clone(), name: name.to_owned() });
        }
        let file = self.edit(role)?;
        file.unusable.remove(name);
        file.targets.insert(name.to_owned(), target.clone());
        Ok(())
    }

    fn delegate(&mut self, role: &RoleName, keys: &[Key], paths: &[String]) -> Result<(), PlanError> {
        let parent = role.parent().ok_or_else(|| PlanError::NoSuchRole(role.clone()))?;
        let allowed = effective_paths(&parent, |role| self.file(role));
        if !paths.iter().all(|path| allowed.admits(path)) {
            return Err(PlanError::PathsOutsideParent(role.clone()));
        }
        if self.file(&parent).is_none() {
            return Err(PlanError::NoSuchRole(parent));
        }
        let exists = self.delegation(role).is_some();
        if !exists && keys.is_empty() {
            return Err(PlanError::NoKeys(role.clone()));
        }
        let file = self.edit(&parent)?;
        if !exists {
            file.roles.push(Delegation { name: role.clone(), spec: RoleSpec::any_of([]), paths: Vec::new() });
        }
        file.keys.extend(keys.iter().map(|key| (key.id().to_string(), key.clone())));
        if let Some(delegation) = file.roles.iter_mut().find(|delegation| delegation.name == *role) {
            add_missing(&mut delegation.spec.keyids, keys.iter().map(|key| key.id().to_string()));
            add_missing(&mut delegation.paths, paths.iter().cloned());
        }
        file.prune_keys();
        Ok(())
    }

    fn remove_target(&mut self, role: &RoleName, name: &str) -> Result<(), PlanError> {
        let file = self.edited.get(role).or_else(|| self.base.to_sign_anew(role).map(|file| &**file));
        if !file.is_some_and(|file| file.targets.contains_key(name) || file.unusable.contains_key(name)) {
            return Ok(());
        }
        let file = self.edit(role)?;
        file.targets.remove(name);
        file.unusable.remove(name);
        Ok(())
    }

    fn remove_keys(&mut self, role: &RoleName, keys: &[CanonicalKeyId]) -> Result<(), PlanError> {
        let (parent, delegation) = self.delegation(role).ok_or_else(|| PlanError::NoSuchRole(role.clone()))?;
        let loses = |id: &String| parent.keys.get(id).and_then(|key| key.canonical_id().ok()).is_some_and(|id| keys.contains(&id));
        let lost: BTreeSet<String> = delegation.spec.keyids.iter().filter(|id| loses(id)).cloned().collect();
        if lost.is_empty() {
            return Ok(());
        }
        let parent = role.parent().ok_or_else(|| PlanError::NoSuchRole(role.clone()))?;
        let file = self.edit(&parent)?;
        let mut out_of_reach = None;
        if let Some(delegation) = file.roles.iter_mut().find(|delegation| delegation.name == *role) {
            let spec = &mut delegation.spec;
            spec.keyids.retain(|id| !lost.contains(id));
            out_of_reach = is_out_of_reach(spec).then_some(spec.threshold);
        }
        file.prune_keys();
        self.out_of_reach.extend(out_of_reach.map(|threshold| OutOfReach { role: role.clone(), threshold }));
        Ok(())
    }

    fn undelegate(&mut self, role: &RoleName) -> Result<(), PlanError> {
        let Some(parent) = role.parent().filter(|_| self.delegation(role).is_some()) else { return Ok(()) };
        let file = self.edit(&parent)?;
        file.roles.retain(|delegation| delegation.name != *role);
        file.prune_keys();
        // what was to be signed of it and below it has nobody who delegates to it now
        self.edited.retain(|edited, _| !edited.is_at_or_below(role));
        Ok(())
    }

    fn file(&self, role: &RoleName) -> Option<&Targets> {
        self.edited.get(role).or_else(|| self.base.targets(role).map(|file| &**file))
    }

    fn delegation(&self, role: &RoleName) -> Option<(&Targets, &Delegation)> {
        let parent = self.file(&role.parent()?)?;
        Some((parent, parent.roles.iter().find(|delegation| delegation.name == *role)?))
    }

    /// The file of a role, with the version and the expiry that it gets; an empty one where none could be verified.
    fn edit(&mut self, role: &RoleName) -> Result<&mut Targets, PlanError> {
        if !self.edited.contains_key(role) {
            let version = self.base.next_version(role).ok_or_else(|| PlanError::LastVersion(role.clone()))?;
            let header = Header { version, expires: Expires::after_days(self.now, TARGETS_DAYS) };
            let mut file = self.base.to_sign_anew(role).map_or_else(|| Targets::empty(header), |file| Targets::clone(file));
            *file.header_mut() = header;
            self.edited.insert(role.clone(), file);
        }
        self.edited.get_mut(role).ok_or_else(|| PlanError::NoSuchRole(role.clone()))
    }

    fn into_plan(self) -> Result<Plan, PlanError> {
        let mut files = Vec::new();
        for (role, file) in &self.edited {
            unusable_entry(role, file)?;
            let keys = match self.delegation(role) {
                Some((parent, delegation)) => parent.role_keys(delegation),
                None => self.base.root().role_keys(role),
            };
            files.push((file.clone(), keys));
        }
        let mut out_of_reach = self.out_of_reach.clone();
        // a later change may have given it keys again, or taken it back
        out_of_reach.retain(|role| self.delegation(&role.role).is_some_and(|(_, delegation)| is_out_of_reach(&delegation.spec)));
        Ok(Plan { files, out_of_reach })
    }
}

/// Refuses a file with an entry that cannot be written again without changing it.
pub(super) fn unusable_entry(role: &RoleName, file: &Targets) -> Result<(), PlanError> {
    match file.unusable.iter().find(|(_, json)| !survives_go(json)) {
        Some((name, _)) => Err(PlanError::UnusableEntry { role: role.clone(), name: name.clone() }),
        None => Ok(()),
    }
}

fn is_out_of_reach(spec: &RoleSpec) -> bool {
    (spec.keyids.len() as u64) < spec.threshold.get()
}

fn add_missing(list: &mut Vec<String>, items: impl Iterator<Item = String>) {
    for item in items {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

/// Whether Notary's server, which reads an entry into its own type and writes it again, would leave it as it is.
fn survives_go(entry: &Json) -> bool {
    let Some(members) = entry.as_object() else { return false };
    let integer = matches!(members.get("length"), Some(Json::Integer(_)));
    let hashes =
        members.get("hashes").and_then(Json::as_object).is_some_and(|hashes| hashes.values().all(|hash| hash.as_str().is_some()));
    integer && hashes && members.keys().all(|name| matches!(name.as_str(), "custom" | "hashes" | "length"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::private_key::PrivateKey,
        tuf::{digest::Sha256, gun::Gun, local::NewKeys},
    };

    fn new_key() -> Key {
        Key::of(&PrivateKey::generate_p256().unwrap())
    }

    fn role(name: &str) -> RoleName {
        RoleName::parse(name).unwrap()
    }

    fn delegate(name: &str, keys: &[&Key]) -> Change {
        Change::Delegate { role: role(name), keys: keys.iter().copied().cloned().collect(), paths: vec![String::new()] }
    }

    fn add(name: &str, tag: &str) -> Change {
        let target = Target { meta: FileMeta::of_image(1, Sha256::of(tag.as_bytes())), custom: None };
        Change::AddTarget { role: role(name), name: tag.to_owned(), target }
    }

    fn remove(name: &str, tag: &str) -> Change {
        Change::RemoveTarget { role: role(name), name: tag.to_owned() }
    }

    fn lose(name: &str, keys: &[&Key]) -> Change {
        Change::RemoveKeys { role: role(name), keys: keys.iter().map(|key| key.canonical_id().unwrap()).collect() }
    }

    /// What changes come to in a new repository.
    fn applied(changes: &[Change]) -> Result<Plan, PlanError> {
        let (root, targets) = (PrivateKey::generate_p256().unwrap(), PrivateKey::generate_p256().unwrap());
        let keys = NewKeys { root: &root, targets: &targets, timestamp: new_key(), snapshot: new_key() };
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let local = LocalRepo::initialize(&Gun::parse("example.com/x").unwrap(), keys, now).unwrap();
        apply(Base::Unpublished(&local), changes, now)
    }

    fn files(plan: &Plan) -> Vec<&str> {
        plan.files.iter().map(|(_, keys)| keys.role().as_str()).collect()
    }

    #[test]
    fn a_target_that_is_not_there_is_removed_without_a_signature() {
        assert!(files(&applied(&[remove("targets", "1"), remove("targets/nobody", "1")]).unwrap()).is_empty());
        let plan = applied(&[add("targets", "1"), add("targets", "2"), remove("targets", "1")]).unwrap();
        assert_eq!(plan.files[0].0.targets.keys().collect::<Vec<_>>(), ["2"]);
    }

    #[test]
    fn keys_are_taken_from_one_role_and_stay_in_others() {
        let (jeff, ian) = (new_key(), new_key());
        let both = [delegate("targets/jeff", &[&jeff]), delegate("targets/releases", &[&jeff, &ian])];
        let plan = applied(&[&both[..], &[lose("targets/releases", &[&jeff, &new_key()])]].concat()).unwrap();
        let targets = &plan.files[0].0;
        let keyids: Vec<_> = targets.roles.iter().map(|role| role.spec.keyids.clone()).collect();
        assert_eq!(keyids, [vec![jeff.id().to_string()], vec![ian.id().to_string()]]);
        assert_eq!(targets.keys.len(), 2);
        assert!(plan.out_of_reach.is_empty());
    }

    #[test]
    fn a_role_without_enough_keys_is_told_of_and_its_keys_go() {
        let jeff = new_key();
        let plan = applied(&[delegate("targets/releases", &[&jeff]), lose("targets/releases", &[&jeff])]).unwrap();
        let words =
            "role targets/releases has fewer keys than its threshold of 1; it will not be usable until keys are added to it";
        assert_eq!(plan.out_of_reach.iter().map(ToString::to_string).collect::<Vec<_>>(), [words]);
        assert!(plan.files[0].0.keys.is_empty());
        // a key can be added again
        let again = applied(&[delegate("targets/x", &[&jeff]), lose("targets/x", &[&jeff]), delegate("targets/x", &[&jeff])]);
        let again = again.unwrap();
        assert_eq!((again.files[0].0.roles[0].spec.keyids.len(), again.out_of_reach), (1, Vec::new()));
        assert_eq!(applied(&[lose("targets/x", &[&jeff])]).unwrap_err(), PlanError::NoSuchRole(role("targets/x")));
    }

    #[test]
    fn a_delegation_goes_with_what_lies_below_it() {
        let (jeff, ian) = (new_key(), new_key());
        let tree = [
            delegate("targets/jeff", &[&jeff]),
            add("targets/jeff", "1"),
            delegate("targets/jeff/child", &[&ian]),
            add("targets/jeff/child", "1"),
            delegate("targets/jeffrey", &[&ian]),
            add("targets/jeffrey", "1"),
        ];
        let plan = applied(&[&tree[..], &[Change::Undelegate { role: role("targets/jeff") }]].concat()).unwrap();
        assert_eq!(files(&plan), ["targets", "targets/jeffrey"]);
        assert_eq!(plan.files[0].0.keys.keys().collect::<Vec<_>>(), [&ian.id().to_string()]);
        assert!(files(&applied(&[Change::Undelegate { role: role("targets/jeff") }]).unwrap()).is_empty());
        let gone = applied(&[&tree[..], &[Change::Undelegate { role: role("targets/jeff") }, add("targets/jeff", "1")]].concat());
        assert_eq!(gone.unwrap_err(), PlanError::NoSuchRole(role("targets/jeff")));
    }
}
