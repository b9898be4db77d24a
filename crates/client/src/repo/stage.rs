//! Changes that are staged for the next publish: kept, told of, and taken back. No server is asked.

use jiff::Timestamp;

use crate::{
    error::OpsError,
    ports::{ChangeFile, Changelist},
    repo::error::RepoError,
};
use trust::{
    edit::{change::Change, changelist::StagedChange, sign::SignError},
    json::value::Json,
    model::{gun::Gun, role::RoleName},
};

/// A staged change.
#[derive(Clone, Debug)]
pub struct Staged {
    /// Its file.
    pub file: ChangeFile,
    /// What the file holds, or why it holds no change.
    pub change: Result<StagedChange, String>,
}

/// Which staged changes to take back.
#[derive(Clone, Copy, Debug)]
pub enum Reset<'a> {
    /// All that are there.
    All,
    /// Those that stand at these places of the list, from 0. Places that it does not have are passed over.
    At(&'a [usize]),
}

/// The staged changes in the order in which they are published. A change's place in this list is its number, and a file that holds no change
/// has one too.
pub fn staged(changelist: &dyn Changelist, gun: &Gun) -> Result<Vec<Staged>, OpsError> {
    let read = |file: ChangeFile| {
        let change = file.content.clone().and_then(|bytes| StagedChange::parse(&bytes).map_err(|error| error.to_string()));
        Staged { file, change }
    };
    Ok(changelist.list(gun)?.into_iter().map(read).collect())
}

/// Stages changes behind those that are there, in this order; gives how many.
pub fn stage(changelist: &dyn Changelist, gun: &Gun, now: Timestamp, changes: &[Change]) -> Result<usize, OpsError> {
    let changes: Vec<StagedChange> = changes.iter().filter_map(StagedChange::of).collect();
    for change in &changes {
        // such a change would stand in the way of every publish (Notary signs it, and cannot read what it has signed)
        let data =
            change.data.as_deref().map(Json::parse).transpose().map_err(|error| OpsError::Repo(RepoError::NotSignable(error)))?;
        if let Some(text) = Json::string(&change.path).control_character().or(data.as_ref().and_then(Json::control_character)) {
            let role = RoleName::parse(&change.role).unwrap_or_else(|_| RoleName::targets());
            return Err(SignError::ControlCharacter { role, text: text.to_owned() }.into());
        }
    }
    changelist.add(gun, now, &changes.iter().map(StagedChange::to_bytes).collect::<Vec<_>>())?;
    Ok(changes.len())
}

/// Takes staged changes back; gives how many.
pub fn reset(changelist: &dyn Changelist, gun: &Gun, which: Reset<'_>) -> Result<usize, OpsError> {
    let mut files = changelist.list(gun)?;
    if let Reset::At(places) = which {
        let mut place = 0..;
        files.retain(|_| place.next().is_some_and(|place| places.contains(&place)));
    }
    changelist.remove(gun, &files)?;
    Ok(files.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::StoreError;
    use trust::model::{digest::Sha256, hashes::FileMeta, targets::Target};

    /// Takes whatever comes.
    struct Anything;

    impl Changelist for Anything {
        fn list(&self, _: &Gun) -> Result<Vec<ChangeFile>, StoreError> {
            Ok(Vec::new())
        }

        fn add(&self, _: &Gun, _: Timestamp, _: &[Vec<u8>]) -> Result<(), StoreError> {
            Ok(())
        }

        fn remove(&self, _: &Gun, _: &[ChangeFile]) -> Result<(), StoreError> {
            Ok(())
        }
    }

    #[test]
    fn what_no_publish_could_sign_is_not_staged() {
        let gun = Gun::parse("a/b").unwrap();
        let staged = |change| stage(&Anything, &gun, Timestamp::UNIX_EPOCH, &[change]);
        let (role, name) = (RoleName::targets(), "v1".to_owned());
        for (length, fits) in [(1 << 53, true), ((1 << 53) + 1, false), (i64::MAX as u64, false)] {
            let meta = FileMeta::of_image(length, Sha256::of(b"x"));
            let change = Change::AddTarget { role: role.clone(), name: name.clone(), target: Target { meta, custom: None } };
            assert_eq!(staged(change).is_ok(), fits, "{length}");
            let entry = FileMeta::without_sha256(length, &[("sha512".to_owned(), vec![0; 64])].into(), None);
            let change = Change::AddEntry { role: role.clone(), name: name.clone(), entry };
            assert_eq!(staged(change).is_ok(), fits, "{length}");
        }
    }
}
