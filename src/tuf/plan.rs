//! What changes come to: which roles are signed anew, and which keys could sign each.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU64,
};

use jiff::Timestamp;

use super::{
    change::Change,
    edit::Working,
    expiry::{Expires, TARGETS_DAYS},
    hashes::FileMeta,
    local::LocalRepo,
    payload::Header,
    role::RoleName,
    role_keys::RoleKeys,
    root::Root,
    snapshot::Snapshot,
    targets::{Target, Targets},
    trusted::TrustedRepo,
    verify::{Unvouched, Verified},
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
    /// What a person should know of it.
    pub notices: Vec<Notice>,
}

/// What is not as one might think of changes that can be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Notice {
    /// A delegation has fewer keys than its threshold now. The words are Notary's.
    #[error("role {role} has fewer keys than its threshold of {threshold}; it will not be usable until keys are added to it")]
    OutOfReach {
        /// The role.
        role: RoleName,
        /// How many of its keys must sign.
        threshold: NonZeroU64,
    },
    /// Keys to be purged stay in a role's file, which nobody here can sign. The words are Notary's.
    #[error(
        "role {0} contains keys being purged but you do not have the necessary keys present to sign it; keys will not be purged from {0} or its immediate children"
    )]
    Unpurged(RoleName),
    /// A witness signs content that the role's keys have not signed.
    #[error("{role} is signed anew with its {entries} entries, which too few of its keys had signed")]
    Vouched {
        /// The role.
        role: RoleName,
        /// How many entries it has.
        entries: usize,
    },
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
    /// No change can be made to this role. The words are Notary's for a change of whatever type.
    #[error("scope not supported: {0}")]
    Scope(String),
    /// A role to be witnessed lacks the keys for its threshold.
    #[error("tuf: invalid role {0}. role does not specify enough valid signing keys to meet its required threshold")]
    TooFewKeys(RoleName),
    /// A role to be witnessed has no file.
    #[error("tuf: invalid role {0}. this role is not known")]
    UnknownRole(RoleName),
    /// The root is not witnessed.
    #[error("type of root change not yet supported: witness")]
    WitnessOfRoot,
    /// The version cannot grow.
    #[error("{0} is at the highest version that there is")]
    LastVersion(RoleName),
}

/// Applies changes in order. `can_sign` tells whether a key for a role is at hand: a purge passes over what it could not sign.
pub fn apply(base: Base<'_>, changes: &[Change], now: Timestamp, can_sign: &dyn Fn(&RoleKeys) -> bool) -> Result<Plan, PlanError> {
    let mut working = Working::new(base, now, can_sign);
    for change in changes {
        working.apply(change)?;
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
    let file_of = |role: &RoleName| {
        let changed = changed.iter().find(|file| file.role() == role).map(|file| &***file);
        changed.or_else(|| base.targets(role).map(|file| &**file))
    };
    meta.retain(|role, _| is_delegated(role, file_of));
    let header = Header { version, expires: Expires::after_days(now, TARGETS_DAYS) };
    Ok(Snapshot { header, meta, unusable: BTreeSet::new() })
}

/// Whether a role is still delegated, as far as the files above it tell.
fn is_delegated<'a>(role: &RoleName, file_of: impl Fn(&RoleName) -> Option<&'a Targets> + Copy) -> bool {
    let Some(parent) = role.parent() else { return true };
    let names = |file: &Targets| file.roles.iter().any(|delegation| delegation.name == *role);
    is_delegated(&parent, file_of) && file_of(&parent).is_none_or(names)
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

    /// Whether nothing is known of a role's file: a new one begins with version 1.
    #[must_use]
    pub fn begins_with(self, role: &RoleName) -> bool {
        self.next_version(role) == Some(Version::FIRST)
    }

    /// What a role signs under a name.
    #[must_use]
    pub fn signed_by(self, role: &RoleName, name: &str) -> Option<&'a Target> {
        self.targets(role)?.targets.get(name)
    }

    pub(super) fn targets(self, role: &RoleName) -> Option<&'a Verified<Targets>> {
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

    /// The content of a delegation that lacks signatures alone: for a witness.
    pub(super) fn unvouched(self, role: &RoleName) -> Option<&'a Targets> {
        match self {
            Base::Trusted(repo) => repo.unvouched(role).map(Unvouched::to_vouch_for),
            Base::Unpublished(_) => None,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::private_key::PrivateKey,
        tuf::{
            digest::Sha256,
            gun::Gun,
            json::Json,
            key::Key,
            local::{NewKeys, SnapshotKey},
        },
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
        assert_eq!(nobody.to_string(), "tuf: invalid role targets/nobody. delegation does not exist");
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
        let words =
            "role targets/releases has fewer keys than its threshold of 1; it will not be usable until keys are added to it";
        assert_eq!(plan.notices.iter().map(ToString::to_string).collect::<Vec<_>>(), [words]);
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
        assert_eq!(applied(&[paths(&["x"])]).unwrap_err().to_string(), "tuf: invalid role targets/jeff.");
        let keys = Change::Delegate { role: role("targets/jeff"), keys: vec![jeff], paths: Vec::new() };
        let left = |changes: &[Change]| {
            applied(&[std::slice::from_ref(&keys), changes].concat()).unwrap().files[0].0.roles[0].paths.clone()
        };
        assert_eq!(left(&[paths(&["x", "y"]), paths(&["y", "z"]), take(&["y", "q"])]), ["x", "z"]);
        assert_eq!(left(&[paths(&["x", ""]), Change::ClearPaths { role: role("targets/jeff") }]), [""; 0]);
        assert_eq!(applied(&[take(&["x"])]).unwrap_err(), PlanError::NoSuchRole(role("targets/jeff")));
        let outside = Change::Delegate { role: role("targets/jeff/x"), keys: vec![new_key()], paths: vec!["y".to_owned()] };
        let refused = applied(&[keys.clone(), paths(&["x"]), outside]).unwrap_err();
        assert_eq!(refused.to_string(), "tuf: invalid role targets/jeff/x. invalid paths to add to role");
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
    fn a_witness_signs_anew_what_is_there_and_is_refused_elsewhere_in_notary_s_words() {
        let witness = |name: &str| Change::Witness { role: role(name) };
        assert_eq!(files(&applied(&[witness("targets")]).unwrap()), ["targets"]);
        let jeff = new_key();
        let made = delegate("targets/jeff", &[&jeff]);
        for (changes, words) in [
            (vec![witness("targets/jeff")], "tuf: invalid role targets/jeff. this role is not known"),
            (vec![made.clone(), witness("targets/jeff")], "tuf: invalid role targets/jeff. this role is not known"),
            (
                vec![made.clone(), lose("targets/jeff", &[&jeff]), witness("targets/jeff")],
                "tuf: invalid role targets/jeff. role does not specify enough valid signing keys to meet its required threshold",
            ),
            (vec![witness("root")], "type of root change not yet supported: witness"),
            (vec![witness("snapshot")], "scope not supported: snapshot"),
        ] {
            assert_eq!(applied(&changes).unwrap_err().to_string(), words);
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
