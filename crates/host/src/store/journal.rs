//! The journal: the step that decides a change of a repository's files, and what completes it.
//!
//! Before the journal stands under its name nothing live has been touched; once it does, the new set is decided, and whoever opens the repository next puts
//! in place what is still staged.

use serde::{Deserialize, Serialize};

use super::{
    files::{self, make_dir, rename, sync_dir},
    layout::Repository,
};
use client::ports::StoreError;
use trust::model::role::RoleName;

/// A decided change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Journal {
    /// The roles whose new files are staged, in the order of their numbers.
    pub(super) put: Vec<RoleName>,
    /// The roles whose files go.
    pub(super) remove: Vec<RoleName>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JournalFile {
    format: u32,
    put: Vec<String>,
    remove: Vec<String>,
}

const FORMAT: u32 = 1;

/// Whether a change of the repository was cut off, or is under way.
pub(super) fn is_unsettled(repo: &Repository) -> bool {
    repo.journal().exists() || repo.staged().exists()
}

/// Completes a change that was decided, and removes what one that was not left behind. Under the exclusive lock.
pub(super) fn settle(repo: &Repository) -> Result<(), StoreError> {
    match read(repo)? {
        Some(journal) => complete(repo, &journal),
        None if repo.staged().exists() => files::remove_files_in(&repo.staged()),
        None => Ok(()),
    }
}

/// Decides a change whose files are staged and synced.
pub(super) fn decide(repo: &Repository, journal: &Journal) -> Result<(), StoreError> {
    files::write_new(&repo.staged_journal(), &journal.encode())?;
    sync_dir(&repo.staged())?;
    rename(&repo.staged_journal(), &repo.journal())
}

/// Puts in place what is still staged: the timestamp last, so that a reader without our locks that sees the new timestamp sees the new set.
pub(super) fn complete(repo: &Repository, journal: &Journal) -> Result<(), StoreError> {
    sync_dir(&repo.own())?;
    let timestamp = RoleName::timestamp();
    let (last, first): (Vec<_>, Vec<_>) = journal.put.iter().enumerate().partition(|(_, role)| **role == timestamp);
    let put = |(index, role): (usize, &RoleName)| {
        let (staged, live) = (repo.staged_file(index), repo.live(role));
        if staged.exists() {
            live.parent().map_or(Ok(()), make_dir)?;
            rename(&staged, &live)?;
        }
        Ok(live)
    };
    let mut touched = first.into_iter().map(put).collect::<Result<Vec<_>, StoreError>>()?;
    for role in &journal.remove {
        files::remove(&repo.live(role))?;
        touched.push(repo.live(role));
    }
    if repo.staged_floor().exists() {
        rename(&repo.staged_floor(), &repo.floor())?;
    }
    for item in last {
        touched.push(put(item)?);
    }
    let mut folders: Vec<_> = touched.iter().filter_map(|file| file.parent()).filter(|dir| dir.is_dir()).collect();
    folders.sort_unstable();
    folders.dedup();
    folders.into_iter().try_for_each(sync_dir)?;
    sync_dir(&repo.own())?;
    files::remove(&repo.journal())?;
    files::remove_files_in(&repo.staged())?;
    sync_dir(&repo.own())
}

/// The journal of a change that was decided and not completed.
pub(super) fn read(repo: &Repository) -> Result<Option<Journal>, StoreError> {
    let Some(bytes) = files::read(&repo.journal())? else { return Ok(None) };
    let corrupt = || StoreError::Corrupt { path: repo.journal(), reason: "it is not a journal".to_owned() };
    Journal::parse(&bytes).ok_or_else(corrupt).map(Some)
}

impl Journal {
    fn encode(&self) -> Vec<u8> {
        let names = |roles: &[RoleName]| roles.iter().map(ToString::to_string).collect();
        let file = JournalFile { format: FORMAT, put: names(&self.put), remove: names(&self.remove) };
        // lists of texts always have a JSON form
        serde_json::to_vec(&file).unwrap_or_default()
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let file: JournalFile = serde_json::from_slice(bytes).ok()?;
        let roles = |names: &[String]| names.iter().map(|name| RoleName::parse(name).ok()).collect::<Option<_>>();
        (file.format == FORMAT).then_some(())?;
        Some(Self { put: roles(&file.put)?, remove: roles(&file.remove)? })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::arbitrary::role, *};
    use proptest::collection::vec;

    proptest::proptest! {
        #[test]
        fn any_journal_reads_as_it_was_written(put in vec(role(), 0..6), remove in vec(role(), 0..6)) {
            let journal = Journal { put, remove };
            proptest::prop_assert_eq!(Journal::parse(&journal.encode()), Some(journal));
        }
    }

    #[test]
    fn a_journal_reads_as_it_was_written_and_names_nothing_but_roles() {
        let journal = Journal { put: vec![RoleName::root(), RoleName::releases()], remove: vec![RoleName::signer("ian").unwrap()] };
        assert_eq!(Journal::parse(&journal.encode()).unwrap(), journal);
        for text in ["", "{}", r#"{"format":1,"put":["../../x"],"remove":[]}"#, r#"{"format":2,"put":[],"remove":[]}"#] {
            assert_eq!(Journal::parse(text.as_bytes()), None, "{text}");
        }
    }
}
