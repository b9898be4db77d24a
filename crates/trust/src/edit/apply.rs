//! The files of a repository while changes are applied to them, one after the other.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    change::Change,
    plan::{Base, Notice, Plan, PlanError},
};
use crate::{
    json::value::Json,
    model::{
        expiry::{Expires, TARGETS_DAYS},
        key::Key,
        key_id::CanonicalKeyId,
        payload::{Header, Payload as _},
        role::RoleName,
        role_keys::{RoleKeys, RoleSpec},
        targets::{Delegation, Target, Targets},
    },
    verify::{
        lookup::effective_paths,
        skipped::{Cause, Skipped},
    },
};

/// Applies changes in order. `can_sign` tells whether a key for a role is at hand: a purge passes over what it could not sign.
pub fn apply(base: Base<'_>, changes: &[Change], now: Timestamp, can_sign: &dyn Fn(&RoleKeys) -> bool) -> Result<Plan, PlanError> {
    let mut working = Working::new(base, now, can_sign);
    for change in changes {
        working.apply(change)?;
    }
    working.into_plan()
}

/// What is being edited.
struct Working<'a> {
    base: Base<'a>,
    now: Timestamp,
    can_sign: &'a dyn Fn(&RoleKeys) -> bool,
    edited: BTreeMap<RoleName, Targets>,
    /// Delegations that were taken back: whatever is made of their names later begins empty.
    gone: BTreeSet<RoleName>,
    /// Roles that begin anew where what they have signed is not known.
    anew: BTreeSet<RoleName>,
    notices: Vec<Notice>,
}

impl<'a> Working<'a> {
    fn new(base: Base<'a>, now: Timestamp, can_sign: &'a dyn Fn(&RoleKeys) -> bool) -> Self {
        Self { base, now, can_sign, edited: BTreeMap::new(), gone: BTreeSet::new(), anew: BTreeSet::new(), notices: Vec::new() }
    }

    fn apply(&mut self, change: &Change) -> Result<(), PlanError> {
        match change {
            Change::AddEntry { role, name, entry } => self.add_entry(role, name, entry),
            Change::AddTarget { role, name, target } => self.add_target(role, name, target),
            Change::BeginAnew { role } => {
                self.anew.insert(role.clone());
                Ok(())
            }
            Change::ClearPaths { role } => self.retain_paths(role, |_| false),
            Change::Delegate { role, keys, paths } => self.delegate(role, keys, paths),
            Change::PurgeKeys { below, keys } => self.purge_keys(below, keys),
            Change::RemoveTarget { role, name } => self.remove_target(role, name),
            Change::RemoveKeys { role, keys } => self.remove_keys(role, keys),
            Change::RemovePaths { role, paths } => self.retain_paths(role, |path| !paths.contains(path)),
            Change::RemoveSigner { role } => self.remove_signer(role),
            Change::Undelegate { role } => self.undelegate(role),
            Change::Witness { role } => self.witness(role),
        }
    }

    fn into_plan(self) -> Result<Plan, PlanError> {
        let mut files = Vec::new();
        for (role, file) in &self.edited {
            unusable_entry(role, file)?;
            files.push((file.clone(), self.keys_of(role)));
        }
        let mut notices = self.notices.clone();
        // a later change may have given it keys again, or taken it back
        notices.retain(|notice| match notice {
            Notice::OutOfReach { role, .. } => {
                self.delegation(role).is_some_and(|(_, delegation)| is_out_of_reach(&delegation.spec))
            }
            _ => true,
        });
        Ok(Plan { files, notices })
    }

    fn add_target(&mut self, role: &RoleName, name: &str, target: &Target) -> Result<(), PlanError> {
        let file = self.edit_to_add(role, name)?;
        file.unusable.remove(name);
        file.targets.insert(name.to_owned(), target.clone());
        Ok(())
    }

    fn add_entry(&mut self, role: &RoleName, name: &str, entry: &Json) -> Result<(), PlanError> {
        let file = self.edit_to_add(role, name)?;
        file.targets.remove(name);
        file.unusable.insert(name.to_owned(), entry.clone());
        Ok(())
    }

    /// The file of a role that may sign a name.
    fn edit_to_add(&mut self, role: &RoleName, name: &str) -> Result<&mut Targets, PlanError> {
        self.must_exist(role)?;
        if !effective_paths(role, |role| self.file(role)).admits(name) {
            return Err(PlanError::NameOutsidePaths { role: role.clone(), name: name.to_owned() });
        }
        self.edit(role)
    }

    fn delegate(&mut self, role: &RoleName, keys: &[Key], paths: &[String]) -> Result<(), PlanError> {
        let parent = parent_of(role)?;
        self.must_exist(&parent)?;
        let exists = self.delegation(role).is_some();
        if !exists && keys.is_empty() {
            return Err(PlanError::NoKeys(role.clone()));
        }
        let allowed = effective_paths(&parent, |role| self.file(role));
        if !paths.iter().all(|path| allowed.admits(path)) {
            return Err(PlanError::PathsOutsideParent(role.clone()));
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
        self.must_exist(role)?;
        // to whom its keys are given back, what they have signed comes back too
        self.must_be_known(role, &[Cause::Unusable, Cause::LostSigners])?;
        let file = self.edited.get(role).or_else(|| self.to_sign_anew(role));
        if !file.is_some_and(|file| file.targets.contains_key(name) || file.unusable.contains_key(name)) {
            return Ok(());
        }
        let file = self.edit(role)?;
        file.targets.remove(name);
        file.unusable.remove(name);
        Ok(())
    }

    fn remove_keys(&mut self, role: &RoleName, keys: &[CanonicalKeyId]) -> Result<(), PlanError> {
        let parent = parent_of(role)?;
        let (file, delegation) = self.delegation(role).ok_or_else(|| PlanError::NoSuchRole(role.clone()))?;
        let lost = keys_of_file(file, keys);
        if delegation.spec.keyids.iter().all(|id| !lost.contains(id)) {
            return Ok(());
        }
        self.take_keys(&parent, &lost, |delegation| delegation == role)
    }

    /// A file whose role cannot be signed here stays, with what lies right below it; what lies further below is looked at all the same.
    fn purge_keys(&mut self, below: &RoleName, keys: &[CanonicalKeyId]) -> Result<(), PlanError> {
        self.must_exist(below)?;
        let mut parents = vec![below.clone()];
        while let Some(parent) = parents.pop() {
            let Some(file) = self.file(&parent) else { continue };
            parents.extend(file.roles.iter().map(|delegation| delegation.name.clone()));
            let lost = keys_of_file(file, keys);
            if lost.is_empty() {
                continue;
            }
            if (self.can_sign)(&self.keys_of(&parent)) {
                self.take_keys(&parent, &lost, |_| true)?;
            } else {
                self.notices.push(Notice::Unpurged(parent));
            }
        }
        Ok(())
    }

    /// Takes keys from some of the roles that `parent` delegates to.
    fn take_keys(&mut self, parent: &RoleName, lost: &BTreeSet<String>, from: impl Fn(&RoleName) -> bool) -> Result<(), PlanError> {
        let file = self.edit(parent)?;
        let mut notices = Vec::new();
        for delegation in file.roles.iter_mut().filter(|delegation| from(&delegation.name)) {
            let spec = &mut delegation.spec;
            let before = spec.keyids.len();
            spec.keyids.retain(|id| !lost.contains(id));
            if spec.keyids.len() < before && is_out_of_reach(spec) {
                notices.push(Notice::OutOfReach { role: delegation.name.clone(), threshold: spec.threshold });
            }
        }
        file.prune_keys();
        self.notices.extend(notices);
        Ok(())
    }

    fn retain_paths(&mut self, role: &RoleName, stays: impl Fn(&String) -> bool) -> Result<(), PlanError> {
        let parent = parent_of(role)?;
        let (_, delegation) = self.delegation(role).ok_or_else(|| PlanError::NoSuchRole(role.clone()))?;
        if delegation.paths.iter().all(&stays) {
            return Ok(());
        }
        let file = self.edit(&parent)?;
        if let Some(delegation) = file.roles.iter_mut().find(|delegation| delegation.name == *role) {
            delegation.paths.retain(stays);
        }
        Ok(())
    }

    fn undelegate(&mut self, role: &RoleName) -> Result<(), PlanError> {
        let Some(parent) = role.parent().filter(|_| self.delegation(role).is_some()) else { return Ok(()) };
        let file = self.edit(&parent)?;
        file.roles.retain(|delegation| delegation.name != *role);
        file.prune_keys();
        // what was to be signed of it and below it has nobody who delegates to it now
        self.edited.retain(|edited, _| !edited.is_at_or_below(role));
        self.gone.insert(role.clone());
        Ok(())
    }

    fn remove_signer(&mut self, role: &RoleName) -> Result<(), PlanError> {
        let Some((targets, delegation)) = self.delegation(role) else { return Ok(()) };
        let releases = RoleName::releases();
        let others = || targets.roles.iter().filter(|other| other.name != *role && other.name != releases);
        let (mut lost, mut notices) = (BTreeSet::new(), Vec::new());
        for key in identities(targets, delegation) {
            let others = others().filter(|other| identities(targets, other).contains(&key));
            let others: Vec<_> = others.filter_map(|other| other.name.signer_name().map(str::to_owned)).collect();
            if others.is_empty() {
                lost.extend(targets.keys.keys().filter(|id| identity(targets, id) == key).cloned());
            } else {
                notices.push(Notice::SharedKey { key, others });
            }
        }
        if let Some((_, releasers)) = self.delegation(&releases) {
            if releasers.spec.keyids.iter().any(|id| lost.contains(id)) {
                self.take_keys(&RoleName::targets(), &lost, |delegation| *delegation == releases)?;
            }
            self.notices.extend(notices);
        }
        self.undelegate(role)
    }

    fn witness(&mut self, role: &RoleName) -> Result<(), PlanError> {
        if *role == RoleName::root() {
            return Err(PlanError::WitnessOfRoot);
        }
        if *role != RoleName::targets() && !role.is_delegation() {
            return Err(PlanError::Scope(role.to_string()));
        }
        if self.file(role).is_some() {
            return self.edit(role).map(drop);
        }
        let unknown = || PlanError::UnknownRole(role.clone());
        let (_, delegation) = self.delegation(role).ok_or_else(unknown)?;
        if is_out_of_reach(&delegation.spec) {
            return Err(PlanError::TooFewKeys(role.clone()));
        }
        if self.to_sign_anew(role).is_some() {
            return self.edit(role).map(drop);
        }
        let content = self.base.unvouched(role).filter(|_| !self.is_gone(role)).ok_or_else(unknown)?.clone();
        self.notices.push(Notice::Vouched { role: role.clone(), entries: content.targets.len() + content.unusable.len() });
        self.begin(role, content)
    }

    /// `targets` always does; a delegation does where it is delegated.
    fn must_exist(&self, role: &RoleName) -> Result<(), PlanError> {
        if *role == RoleName::targets() || self.delegation(role).is_some() {
            return Ok(());
        }
        Err(PlanError::NoSuchRole(role.clone()))
    }

    fn file(&self, role: &RoleName) -> Option<&Targets> {
        self.edited.get(role).or_else(|| self.base.targets(role).filter(|_| !self.is_gone(role)).map(|file| &**file))
    }

    fn delegation(&self, role: &RoleName) -> Option<(&Targets, &Delegation)> {
        let parent = self.file(&role.parent()?)?;
        Some((parent, parent.roles.iter().find(|delegation| delegation.name == *role)?))
    }

    fn keys_of(&self, role: &RoleName) -> RoleKeys {
        match self.delegation(role) {
            Some((parent, delegation)) => parent.role_keys(delegation),
            None => self.base.root().role_keys(role),
        }
    }

    fn is_gone(&self, role: &RoleName) -> bool {
        self.gone.iter().any(|gone| role.is_at_or_below(gone))
    }

    fn to_sign_anew(&self, role: &RoleName) -> Option<&Targets> {
        self.base.to_sign_anew(role).filter(|_| !self.is_gone(role)).map(|file| &**file)
    }

    /// A role of which it is not known what it signs is not edited unless it is to begin anew.
    fn must_be_known(&self, role: &RoleName, causes: &[Cause]) -> Result<(), PlanError> {
        let known = self.edited.contains_key(role) || self.anew.contains(role) || self.is_gone(role);
        match self.base.skipped(role).filter(|skipped| !known && causes.contains(&skipped.cause)) {
            Some(Skipped { reason, .. }) => Err(PlanError::SetAside { role: role.clone(), reason: reason.clone() }),
            None => Ok(()),
        }
    }

    /// The file of a role, with the version and the expiry that it gets; an empty one where it has none that counts.
    fn edit(&mut self, role: &RoleName) -> Result<&mut Targets, PlanError> {
        if !self.edited.contains_key(role) {
            let header = self.header(role)?;
            self.must_be_known(role, &[Cause::Unusable])?;
            let file = self.to_sign_anew(role).cloned().unwrap_or_else(|| Targets::empty(header));
            self.begin(role, file)?;
        }
        self.edited.get_mut(role).ok_or_else(|| PlanError::NoSuchRole(role.clone()))
    }

    fn begin(&mut self, role: &RoleName, mut file: Targets) -> Result<(), PlanError> {
        *file.header_mut() = self.header(role)?;
        self.edited.insert(role.clone(), file);
        Ok(())
    }

    fn header(&self, role: &RoleName) -> Result<Header, PlanError> {
        let version = self.base.version_above(role)?;
        Ok(Header { version, expires: Expires::after_days(self.now, TARGETS_DAYS) })
    }
}

fn parent_of(role: &RoleName) -> Result<RoleName, PlanError> {
    role.parent().ok_or_else(|| PlanError::NoSuchRole(role.clone()))
}

/// What tells the key of an ID from others, in whatever certificate it stands: its canonical ID, or the ID where it cannot be read.
fn identity(file: &Targets, id: &str) -> String {
    let canonical = file.keys.get(id).and_then(|key| key.canonical_id().ok());
    canonical.map_or_else(|| id.to_owned(), |canonical| canonical.to_string())
}

fn identities(file: &Targets, delegation: &Delegation) -> BTreeSet<String> {
    delegation.spec.keyids.iter().map(|id| identity(file, id)).collect()
}

/// The IDs by which a file names these keys, in whatever certificates.
fn keys_of_file(file: &Targets, keys: &[CanonicalKeyId]) -> BTreeSet<String> {
    let named = |key: &Key| key.canonical_id().is_ok_and(|id| keys.contains(&id));
    file.keys.iter().filter(|(_, key)| named(key)).map(|(id, _)| id.clone()).collect()
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

/// Refuses a file with an entry that cannot be written again without changing it.
pub(crate) fn unusable_entry(role: &RoleName, file: &Targets) -> Result<(), PlanError> {
    match file.unusable.iter().find(|(_, json)| !survives_go(json)) {
        Some((name, _)) => Err(PlanError::UnusableEntry { role: role.clone(), name: name.clone() }),
        None => Ok(()),
    }
}

/// Whether Notary's server, which reads an entry into its own type and writes it again, would leave it as it is.
pub(crate) fn survives_go(entry: &Json) -> bool {
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
        edit::local::{LocalRepo, NewKeys, SnapshotKey},
        model::{digest::Sha256, gun::Gun, hashes::FileMeta},
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
        applied_with(changes, &|_| true)
    }

    fn applied_with(changes: &[Change], can_sign: &dyn Fn(&RoleKeys) -> bool) -> Result<Plan, PlanError> {
        let (root, targets) = (PrivateKey::generate_p256().unwrap(), PrivateKey::generate_p256().unwrap());
        let snapshot = SnapshotKey::Server(new_key());
        let keys = NewKeys { root: &root, root_certificate: None, targets: &targets, timestamp: new_key(), snapshot };
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let local = LocalRepo::initialize(&Gun::parse("example.com/x").unwrap(), keys, now).unwrap();
        apply(Base::Unpublished(&local), changes, now, can_sign)
    }

    fn files(plan: &Plan) -> Vec<&str> {
        plan.files.iter().map(|(_, keys)| keys.role().as_str()).collect()
    }

    #[test]
    fn a_target_that_is_not_there_is_removed_without_a_signature() {
        assert!(files(&applied(&[remove("targets", "1")]).unwrap()).is_empty());
        let nobody = applied(&[remove("targets/nobody", "1")]).unwrap_err();
        assert_eq!(nobody, PlanError::NoSuchRole(role("targets/nobody")));
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
        assert!(plan.notices.is_empty());
    }

    #[test]
    fn a_role_without_enough_keys_is_told_of_and_its_keys_go() {
        let jeff = new_key();
        let plan = applied(&[delegate("targets/releases", &[&jeff]), lose("targets/releases", &[&jeff])]).unwrap();
        let threshold = std::num::NonZeroU64::MIN;
        assert_eq!(plan.notices, [Notice::OutOfReach { role: role("targets/releases"), threshold }]);
        assert!(plan.files[0].0.keys.is_empty());
        // a key can be added again
        let again = applied(&[delegate("targets/x", &[&jeff]), lose("targets/x", &[&jeff]), delegate("targets/x", &[&jeff])]);
        let again = again.unwrap();
        assert_eq!((again.files[0].0.roles[0].spec.keyids.len(), again.notices), (1, Vec::new()));
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

    #[test]
    fn what_is_made_in_the_place_of_a_delegation_that_was_taken_back_begins_empty() {
        let jeff = new_key();
        let made = [delegate("targets/jeff", &[&jeff]), add("targets/jeff", "1")];
        let again =
            [Change::Undelegate { role: role("targets/jeff") }, delegate("targets/jeff", &[&jeff]), add("targets/jeff", "2")];
        let plan = applied(&[&made[..], &again[..]].concat()).unwrap();
        assert_eq!(plan.files[1].0.targets.keys().collect::<Vec<_>>(), ["2"]);
    }

    #[test]
    fn paths_are_added_to_a_delegation_that_is_there_and_taken_from_it() {
        let jeff = new_key();
        let paths = |add: &[&str]| Change::Delegate {
            role: role("targets/jeff"),
            keys: Vec::new(),
            paths: add.iter().map(|path| (*path).to_owned()).collect(),
        };
        let take = |paths: &[&str]| Change::RemovePaths {
            role: role("targets/jeff"),
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        };
        assert_eq!(applied(&[paths(&["x"])]).unwrap_err(), PlanError::NoKeys(role("targets/jeff")));
        let keys = Change::Delegate { role: role("targets/jeff"), keys: vec![jeff], paths: Vec::new() };
        let left = |changes: &[Change]| {
            applied(&[std::slice::from_ref(&keys), changes].concat()).unwrap().files[0].0.roles[0].paths.clone()
        };
        assert_eq!(left(&[paths(&["x", "y"]), paths(&["y", "z"]), take(&["y", "q"])]), ["x", "z"]);
        assert_eq!(left(&[paths(&["x", ""]), Change::ClearPaths { role: role("targets/jeff") }]), [""; 0]);
        assert_eq!(applied(&[take(&["x"])]).unwrap_err(), PlanError::NoSuchRole(role("targets/jeff")));
        let outside = Change::Delegate { role: role("targets/jeff/x"), keys: vec![new_key()], paths: vec!["y".to_owned()] };
        let refused = applied(&[keys.clone(), paths(&["x"]), outside]).unwrap_err();
        assert_eq!(refused, PlanError::PathsOutsideParent(role("targets/jeff/x")));
    }

    #[test]
    fn a_purge_takes_keys_from_all_delegations_below_and_passes_over_what_cannot_be_signed() {
        let (jeff, ian) = (new_key(), new_key());
        let tree = [
            delegate("targets/a", &[&jeff, &ian]),
            delegate("targets/b", &[&jeff]),
            delegate("targets/a/c", &[&jeff, &ian]),
            delegate("targets/a/c/d", &[&jeff]),
        ];
        let purge = |below: &str, key: &Key| Change::PurgeKeys { below: role(below), keys: vec![key.canonical_id().unwrap()] };
        let counts = |plan: &Plan| {
            plan.files.iter().flat_map(|(file, _)| &file.roles).map(|role| role.spec.keyids.len()).collect::<Vec<_>>()
        };
        let plan = applied(&[&tree[..], &[purge("targets", &jeff)]].concat()).unwrap();
        assert_eq!((files(&plan), counts(&plan)), (vec!["targets", "targets/a", "targets/a/c"], vec![1, 0, 1, 0]));
        assert_eq!(plan.notices.len(), 2, "b and d");
        let plan = applied(&[&tree[..], &[purge("targets/a", &jeff)]].concat()).unwrap();
        assert_eq!(counts(&plan), [2, 1, 1, 0]);
        let not_a = |keys: &RoleKeys| keys.role().as_str() != "targets/a";
        let plan = applied_with(&[&tree[..], &[purge("targets", &jeff)]].concat(), &not_a).unwrap();
        assert_eq!(counts(&plan), [1, 0, 2, 0]);
        assert!(plan.notices.contains(&Notice::Unpurged(role("targets/a"))));
        assert_eq!(applied(&[purge("targets/x", &jeff)]).unwrap_err(), PlanError::NoSuchRole(role("targets/x")));
    }

    #[test]
    fn a_witness_signs_anew_what_is_there_and_is_refused_elsewhere() {
        let witness = |name: &str| Change::Witness { role: role(name) };
        assert_eq!(files(&applied(&[witness("targets")]).unwrap()), ["targets"]);
        let jeff = new_key();
        let made = delegate("targets/jeff", &[&jeff]);
        for (changes, error) in [
            (vec![witness("targets/jeff")], PlanError::UnknownRole(role("targets/jeff"))),
            (vec![made.clone(), witness("targets/jeff")], PlanError::UnknownRole(role("targets/jeff"))),
            (
                vec![made.clone(), lose("targets/jeff", &[&jeff]), witness("targets/jeff")],
                PlanError::TooFewKeys(role("targets/jeff")),
            ),
            (vec![witness("root")], PlanError::WitnessOfRoot),
            (vec![witness("snapshot")], PlanError::Scope("snapshot".to_owned())),
        ] {
            assert_eq!(applied(&changes).unwrap_err(), error);
        }
    }

    #[test]
    fn an_entry_without_sha_256_is_kept_beside_those_that_can_be_looked_up() {
        let json = |text: &str| Json::parse(text.as_bytes()).unwrap();
        let entry = |text: &str| Change::AddEntry { role: RoleName::targets(), name: "1".to_owned(), entry: json(text) };
        let plan = applied(&[add("targets", "1"), entry(r#"{"hashes":{"sha512":"AA=="},"length":1}"#)]).unwrap();
        assert!(plan.files[0].0.targets.is_empty() && plan.files[0].0.unusable.contains_key("1"));
        assert!(matches!(applied(&[entry(r#"{"length":1}"#)]), Err(PlanError::UnusableEntry { .. })));
    }
}
