//! Why a use case of keys fails: the failures that arise here, each with its words, its code and its facts.

use crate::{
    error::{
        code::Coded,
        facts::{Facts, facts, text, texts, with},
    },
    ports::GunHeader,
};
use trust::model::{key_id::CanonicalKeyId, key_name::KeyName, role::RoleName};

/// A failure around the keys of this machine.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A private key is on this machine for another role or another repository, and stays what it is.
    #[error("the key is on this machine already, as {name}{}", gun.as_ref().map_or_else(String::new, |gun| format!(" of {gun}")))]
    KeyOfAnother {
        /// What it is stored as.
        name: KeyName,
        /// The repository that it is stored for, where only that differs.
        gun: Option<GunHeader>,
    },
    /// None of a role's keys is on this machine.
    #[error("no key of {role} is on this machine")]
    NoSigningKeys {
        /// The role.
        role: RoleName,
        /// The keys that could sign it.
        keys: Vec<CanonicalKeyId>,
    },
}

impl Coded for KeysError {
    fn code(&self) -> &'static str {
        match self {
            Self::KeyOfAnother { .. } => "key-of-another",
            Self::NoSigningKeys { .. } => "no-signing-keys",
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::KeyOfAnother { name, gun } => {
                let of = gun.as_ref().map(|gun| ("repository", text(gun)));
                with(facts([("name", text(name))]), of)
            }
            Self::NoSigningKeys { role, keys } => facts([("role", text(role)), ("keys", texts(keys))]),
        }
    }
}
