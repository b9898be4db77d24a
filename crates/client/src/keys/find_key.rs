//! Finds the key that a person means.

use crate::{
    ports::{KeyInfo, KeyStoreError},
    session::Session,
};

/// The fewest digits of a key's ID that name it.
const MIN_DIGITS: usize = 7;
/// How many digits an ID has.
const DIGITS: usize = 64;

/// No one key is meant.
#[derive(Debug, thiserror::Error)]
pub enum FindKeyError {
    /// There is none by that ID or name.
    #[error("no key on this machine has the ID or the name {0:?}")]
    None(String),
    /// There are several.
    #[error("{typed:?} names {} keys", keys.len())]
    Several {
        /// What was typed.
        typed: String,
        /// The keys that it names.
        keys: Vec<KeyInfo>,
    },
    /// The key store.
    #[error(transparent)]
    Keys(#[from] KeyStoreError),
}

/// The one key whose ID is or begins so, or that is kept under this name.
pub fn find_key(session: &Session<'_>, typed: &str) -> Result<KeyInfo, FindKeyError> {
    let mut keys: Vec<KeyInfo> = session.keys.list()?.into_iter().filter(|info| is_meant(info, typed)).collect();
    match keys.pop() {
        None => Err(FindKeyError::None(typed.to_owned())),
        Some(info) if keys.is_empty() => Ok(info),
        Some(last) => {
            keys.push(last);
            Err(FindKeyError::Several { typed: typed.to_owned(), keys })
        }
    }
}

/// Whether a text could be the beginning of an ID.
#[must_use]
pub fn is_id(typed: &str) -> bool {
    (MIN_DIGITS..=DIGITS).contains(&typed.len()) && typed.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A key without a name is meant by its ID alone.
fn is_meant(info: &KeyInfo, typed: &str) -> bool {
    (info.name.as_str() == typed && !typed.is_empty())
        || (is_id(typed) && info.id.to_string().starts_with(&typed.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use trust::model::{key_id::CanonicalKeyId, key_name::KeyName};

    #[test]
    fn a_key_is_meant_by_its_name_or_the_beginning_of_its_id() {
        let id = format!("5cb9c4e{}", "0".repeat(57));
        let info = KeyInfo {
            id: CanonicalKeyId::from_hex(&id).unwrap(),
            name: KeyName::of("jeff"),
            gun: None,
            encrypted: true,
            path: "/x".into(),
        };
        for typed in ["jeff", "5cb9c4e", "5CB9C4E00", &id] {
            assert!(is_meant(&info, typed), "{typed}");
        }
        for typed in ["", "jef", "5cb9c4", "5cb9c4f", &format!("{id}0"), "5cb9c4ex"] {
            assert!(!is_meant(&info, typed), "{typed}");
        }
        let nameless = KeyInfo { name: KeyName::Nameless, ..info };
        assert!(!is_meant(&nameless, ""));
        assert!(is_meant(&nameless, &id));
    }
}
