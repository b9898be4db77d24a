//! Looking names up: which role signs which content under a name.

use std::collections::{BTreeSet, VecDeque};

use super::{
    role::RoleName,
    targets::{Target, Targets},
    trusted::TrustedRepo,
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

impl TrustedRepo {
    /// Every entry of every role, breadth-first from targets; all names, or one (Notary `GetAllTargetMetadataByName`).
    #[must_use]
    pub fn entries(&self, name: Option<&str>) -> Vec<Entry<'_>> {
        let mut entries = Vec::new();
        self.walk(|role, file, paths| {
            let admitted = file.targets.iter().filter(|(found, _)| name.is_none_or(|name| name == *found) && admits(paths, found));
            entries.extend(admitted.map(|(name, target)| Entry { role, name, target }));
        });
        entries
    }

    fn walk<'a>(&'a self, mut visit: impl FnMut(&'a RoleName, &'a Targets, &[String])) {
        let mut queue = VecDeque::from([(RoleName::targets(), vec![String::new()])]);
        let mut seen = BTreeSet::new();
        while let Some((role, paths)) = queue.pop_front() {
            let Some(file) = self.targets(&role) else { continue };
            if seen.insert(role) {
                visit(file.role(), file, &paths);
                queue.extend(file.roles.iter().map(|child| (child.name.clone(), narrow(&paths, &child.paths))));
            }
        }
    }
}

/// The prefixes of names that a role may sign, narrowed by those of each role above it; empty for a role that nobody delegates to.
/// `file_of` gives the file of a role, verified or being edited.
pub(super) fn effective_paths<'a>(role: &RoleName, file_of: impl Fn(&RoleName) -> Option<&'a Targets>) -> Vec<String> {
    let mut ancestry = vec![role.clone()];
    while let Some(parent) = ancestry.last().and_then(RoleName::parent) {
        ancestry.push(parent);
    }
    let mut paths = vec![String::new()];
    for pair in ancestry.windows(2).rev() {
        let [child, parent] = pair else { continue };
        let delegation = file_of(parent).and_then(|file| file.roles.iter().find(|delegation| delegation.name == *child));
        paths = delegation.map_or_else(Vec::new, |delegation| narrow(&paths, &delegation.paths));
    }
    paths
}

/// Whether one of a role's prefixes admits a name.
#[must_use]
pub fn admits(paths: &[String], name: &str) -> bool {
    paths.iter().any(|prefix| name.starts_with(prefix.as_str()))
}

/// A child's prefixes that lie within its parent's (Notary `data.RestrictDelegationPathPrefixes`).
fn narrow(parent: &[String], child: &[String]) -> Vec<String> {
    child.iter().filter(|path| admits(parent, path)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_prefixes_and_never_widen() {
        let strings = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert_eq!(narrow(&strings(&["a/", "b"]), &strings(&["a/x", "a", "", "bc", "c"])), strings(&["a/x", "bc"]));
        assert!(admits(&strings(&["only"]), "onlyevil") && admits(&strings(&[""]), "x") && !admits(&[], "x"));
    }
}
