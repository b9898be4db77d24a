//! Looking names up: which role signs which content under a name.

use std::{
    collections::{BTreeSet, VecDeque},
    ops::Bound,
};

use super::{ends::Judged, trusted::TrustedRepo};
use crate::model::{
    role::RoleName,
    targets::{Target, Targets},
};

/// An entry that counts: its role was verified, and the role's paths admit its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Who signs it.
    pub role: &'a RoleName,
    /// The name: for an image its tag.
    pub name: &'a str,
    /// The content.
    pub target: &'a Target,
}

impl TrustedRepo<Judged> {
    /// Every entry of every role, breadth-first from targets; all names, or one (Notary `GetAllTargetMetadataByName`).
    #[must_use]
    pub fn entries(&self, name: Option<&str>) -> Vec<Entry<'_>> {
        let mut entries = Vec::new();
        self.walk(|role, file, paths| {
            let admitted = file.targets.iter().filter(|(found, _)| name.is_none_or(|name| name == *found) && paths.admits(found));
            entries.extend(admitted.map(|(name, target)| Entry { role, name, target }));
        });
        entries
    }

    /// The entries that count where some roles do before others: each role's and those of the roles below it, breadth-first, but what is below another of
    /// these roles stands where that one does. Of each name the first is what it means (Notary `ListTargets`, `GetTargetByName`).
    #[must_use]
    pub fn entries_by_priority(&self, roles: &[RoleName], name: Option<&str>) -> Vec<Entry<'_>> {
        let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
        for start in roles {
            let is_walked = |role: &RoleName| roles.iter().all(|other| other == start || other != role);
            self.walk_from(start, is_walked, |role, file, paths| {
                for (found, target) in file.targets.iter().filter(|(found, _)| name.is_none_or(|name| name == *found)) {
                    if paths.admits(found) && seen.insert(found.as_str()) {
                        entries.push(Entry { role, name: found, target });
                    }
                }
            });
        }
        entries
    }

    fn walk<'a>(&'a self, visit: impl FnMut(&'a RoleName, &'a Targets, &Prefixes)) {
        self.walk_from(&RoleName::targets(), |_| true, visit);
    }

    /// Visits a role and those below it; one that is not to be walked ends its branch.
    fn walk_from<'a>(
        &'a self,
        start: &RoleName,
        is_walked: impl Fn(&RoleName) -> bool,
        mut visit: impl FnMut(&'a RoleName, &'a Targets, &Prefixes),
    ) {
        let mut queue = VecDeque::from([(RoleName::targets(), Prefixes::of_all())]);
        let mut seen = BTreeSet::new();
        while let Some((role, paths)) = queue.pop_front() {
            let Some(file) = self.targets(&role) else { continue };
            let (leads_there, is_there) = (start.is_at_or_below(&role), role.is_at_or_below(start));
            let is_visited = is_there && is_walked(&role);
            if (is_visited || (leads_there && !is_there)) && seen.insert(role) {
                if is_visited {
                    visit(file.role(), file, &paths);
                }
                queue.extend(file.roles.iter().map(|child| (child.name.clone(), paths.narrow(&child.paths))));
            }
        }
    }
}

/// The prefixes of names that a role may sign, narrowed by those of each role above it; none for a role that nobody delegates to.
/// `file_of` gives the file of a role, verified or being edited.
pub(crate) fn effective_paths<'a>(role: &RoleName, file_of: impl Fn(&RoleName) -> Option<&'a Targets>) -> Prefixes {
    let mut ancestry = vec![role.clone()];
    while let Some(parent) = ancestry.last().and_then(RoleName::parent) {
        ancestry.push(parent);
    }
    let mut paths = Prefixes::of_all();
    for pair in ancestry.windows(2).rev() {
        let [child, parent] = pair else { continue };
        let delegation = file_of(parent).and_then(|file| file.roles.iter().find(|delegation| delegation.name == *child));
        paths = paths.narrow(delegation.map_or(&[], |delegation| &delegation.paths));
    }
    paths
}

/// Prefixes of names, none of which begins with another: however many a delegate lists, one look-up tells whether a name is admitted.
#[derive(Clone, Debug)]
pub(crate) struct Prefixes(BTreeSet<String>);

impl Prefixes {
    fn of_all() -> Self {
        Self(BTreeSet::from([String::new()]))
    }

    /// Whether one of them is a prefix of a name. Of all that sort up to the name only the last can be.
    pub(crate) fn admits(&self, name: &str) -> bool {
        self.0
            .range::<str, _>((Bound::Unbounded, Bound::Included(name)))
            .next_back()
            .is_some_and(|prefix| name.starts_with(prefix.as_str()))
    }

    /// A child's prefixes that lie within these (Notary `data.RestrictDelegationPathPrefixes`).
    fn narrow(&self, child: &[String]) -> Self {
        let within: BTreeSet<_> = child.iter().filter(|path| self.admits(path)).collect();
        let mut narrowed = Self(BTreeSet::new());
        for path in within {
            // a prefix sorts before what begins with it
            if !narrowed.admits(path) {
                narrowed.0.insert(path.clone());
            }
        }
        narrowed
    }
}

/// Whether one of a role's prefixes admits a name.
#[must_use]
pub fn admits(paths: &[String], name: &str) -> bool {
    paths.iter().any(|prefix| name.starts_with(prefix.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_prefixes_and_never_widen() {
        let strings = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let parent = Prefixes::of_all().narrow(&strings(&["b", "a/", "a/deep", "b"]));
        assert_eq!(Vec::from_iter(parent.0.clone()), strings(&["a/", "b"]));
        assert_eq!(Vec::from_iter(parent.narrow(&strings(&["a/x", "a", "", "bc", "c"])).0), strings(&["a/x", "bc"]));
        assert!(parent.admits("a/!") && parent.admits("bzz") && !parent.admits("a") && !parent.admits("c"));
        assert!(Prefixes::of_all().admits("") && !Prefixes::of_all().narrow(&[]).admits(""));
        assert!(admits(&strings(&["only"]), "onlyevil") && admits(&strings(&[""]), "x") && !admits(&[], "x"));
    }
}
