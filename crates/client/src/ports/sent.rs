//! What was sent to the server from here, until a later look finds it. A server can say yes and lose an update, an answer can be lost on its way, and an
//! update that was under way at the same moment can displace another when that was seen already.

use std::collections::BTreeMap;

use trust::{
    model::{digest::Sha256, role::RoleName, version::Version},
    verify::{ends::ExpiryCheck, trusted::TrustedRepo},
};

/// What was sent, as far as no later look has found it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// The last file of each role.
    pub files: BTreeMap<RoleName, SentFile>,
    /// What was decided about names by files that were never seen.
    pub decided: DecidedNames,
}

/// Decisions by role and name.
pub type DecidedNames = BTreeMap<RoleName, BTreeMap<String, Decided>>;

/// A file that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentFile {
    /// Its version.
    pub version: Version,
    /// Its hash.
    pub sha256: Sha256,
    /// Whether it was seen in the server's state, just after it was sent.
    pub seen: bool,
    /// Whether a person knows that it is not there.
    pub told: bool,
}

/// What was decided about a name; none where it has no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The version of the file that says so.
    pub version: Version,
    /// What stood under it before.
    pub before: Option<Sha256>,
    /// What was to stand under it.
    pub sent: Option<Sha256>,
}

impl Sent {
    /// What a state does not have: of the files, neither the file, nor a later one in the place of one that was seen; of the decisions, those that do not
    /// stand in it.
    #[must_use]
    pub fn missing_in<E: ExpiryCheck>(&self, repo: &TrustedRepo<E>) -> Self {
        let mut missing = self.clone();
        let is_there = |role: &RoleName, file: &SentFile| {
            repo.listed(role) == Some(file.sha256) || file.seen && repo.version(role) > Some(file.version)
        };
        missing.files.retain(|role, file| !is_there(role, file));
        let content = |role: &RoleName, name: &String| repo.targets(role)?.targets.get(name).map(|target| target.meta.sha256);
        missing.retain_decided(|role, name, decided| content(role, name) != decided.sent);
        missing
    }

    /// Keeps the decisions that are wanted.
    pub fn retain_decided(&mut self, mut is_wanted: impl FnMut(&RoleName, &String, &Decided) -> bool) {
        self.decided.retain(|role, names| {
            names.retain(|name, decided| is_wanted(role, name, decided));
            !names.is_empty()
        });
    }

    /// The same, and a person knows of all of it.
    #[must_use]
    pub fn told(mut self) -> Self {
        self.files.values_mut().for_each(|file| file.told = true);
        self
    }

    /// Whether someone else has decided about a name since `content` was sent for it; `now` is the version of the role and what it signs under the name.
    ///
    /// Under a later version than the sent one it may be either their decision, or that of one who never saw ours: nobody can tell, and the
    /// person who sent it is asked.
    #[must_use]
    pub fn is_overtaken(&self, role: &RoleName, name: &str, content: Option<Sha256>, now: (Version, Option<Sha256>)) -> bool {
        let decided = self.decided.get(role).and_then(|names| names.get(name));
        let Some(decided) = decided.filter(|decided| decided.sent == content) else { return false };
        let (version, theirs) = now;
        theirs != content && (version > decided.version || version == decided.version && theirs != decided.before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_decided_last_is_heard() {
        let (role, version) = (RoleName::releases(), |n| Version::new(n).unwrap());
        let [ours, theirs, before] = [b"ours", b"them", b"was "].map(|content| Some(Sha256::of(content)));
        let decided = Decided { version: version(7), before, sent: ours };
        let decided = BTreeMap::from([(role.clone(), BTreeMap::from([("v1".to_owned(), decided)]))]);
        let sent = Sent { files: BTreeMap::new(), decided };
        let overtaken = |name, content, n, now| sent.is_overtaken(&role, name, content, (version(n), now));
        // lost: the state is the one from before, or another's of the same version that leaves the name alone
        assert!(!overtaken("v1", ours, 6, before) && !overtaken("v1", ours, 7, before));
        // kept: what was sent stands
        assert!(!overtaken("v1", ours, 7, ours) && !overtaken("v1", ours, 9, ours));
        // someone else's decision, or what may be one
        assert!(overtaken("v1", ours, 7, theirs) && overtaken("v1", ours, 8, theirs) && overtaken("v1", ours, 8, None));
        assert!(overtaken("v1", ours, 8, before));
        // another name, or another wish
        assert!(!overtaken("v2", ours, 8, theirs) && !overtaken("v1", Some(Sha256::of(b"new")), 8, theirs));
    }
}
