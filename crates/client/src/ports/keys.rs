//! The private keys that can sign on this machine: found, and opened.

use std::path::PathBuf;

use trust::{
    crypto::{secret::Passphrase, signing_key::SigningKey},
    model::{
        gun::{Gun, InvalidGun},
        key_id::CanonicalKeyId,
        key_name::KeyName,
        role::RoleName,
    },
};

/// The private keys that can sign on this machine. Whoever signs, or looks at keys, needs nothing else of them.
pub trait Keys: Sync {
    /// All keys, sorted by ID. A file that is no key is told of as an `Event` by the end's `warnings`, and passed over.
    fn list(&self) -> Result<Vec<KeyInfo>, KeyStoreError>;

    /// What is known of one key; none where it is not here.
    fn find(&self, id: CanonicalKeyId) -> Result<Option<KeyInfo>, KeyStoreError>;

    /// Opens a key to sign with it. It is checked to be the key of this ID. `passphrase` is not used for a key that is not encrypted.
    fn open(&self, id: CanonicalKeyId, passphrase: &Passphrase) -> Result<Box<dyn SigningKey>, KeyStoreError>;
}

/// What a key file says of its key without being decrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// The key's ID, from the file's name.
    pub id: CanonicalKeyId,
    /// What it is kept under.
    pub name: KeyName,
    /// The repository that it belongs to; of targets and snapshot keys alone, where a program wrote it.
    pub gun: Option<GunHeader>,
    /// Whether a passphrase is needed.
    pub encrypted: bool,
    /// Where it is.
    pub path: PathBuf,
}

/// The `gun` header of a key file. It is shown and written back as it was read, also where it can be no repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GunHeader {
    /// A repository.
    Gun(Gun),
    /// A text that names none.
    Unusable(InvalidGun),
}

impl GunHeader {
    /// What a text says.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Gun::parse(text).map_or_else(Self::Unusable, Self::Gun)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Gun(gun) => gun.as_str(),
            Self::Unusable(invalid) => &invalid.name,
        }
    }

    /// Whether it is this repository.
    #[must_use]
    pub fn is(&self, gun: &Gun) -> bool {
        matches!(self, Self::Gun(own) if own == gun)
    }
}

impl std::fmt::Display for GunHeader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl KeyInfo {
    /// Whether it is kept for a repository.
    #[must_use]
    pub fn is_of(&self, gun: &Gun) -> bool {
        self.gun.as_ref().is_some_and(|own| own.is(gun))
    }

    /// Whether it may be a key of a repository's own roles: a root key, which belongs to none, or one that is kept for it.
    #[must_use]
    pub fn may_sign_roles_of(&self, gun: &Gun) -> bool {
        self.name.is_root() || self.is_of(gun)
    }

    /// Whether it may sign tags of a repository: a signer's, or the repository's own.
    #[must_use]
    pub fn may_sign_tags_of(&self, gun: &Gun) -> bool {
        if self.gun.is_some() { self.is_of(gun) } else { !self.name.is_root() }
    }

    /// Whether it is the targets key of a repository, which signs what is said of its signers.
    #[must_use]
    pub fn is_targets_key_of(&self, gun: &Gun) -> bool {
        self.name.is(&RoleName::targets()) && self.is_of(gun)
    }

    /// The text of the `gun` header.
    #[must_use]
    pub fn gun_text(&self) -> Option<&str> {
        self.gun.as_ref().map(GunHeader::as_str)
    }

    /// Sorts keys as lists show them: root keys first, as Notary lists them; then by repository and name.
    pub fn sort_for_lists(keys: &mut [Self]) {
        fn place(info: &KeyInfo) -> (bool, Option<&str>, &KeyName, CanonicalKeyId) {
            (!info.name.is_root(), info.gun_text(), &info.name, info.id)
        }
        keys.sort_by(|one, other| place(one).cmp(&place(other)));
    }
}

/// A failure of the key store.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// A key file does not hold a key that can be read.
    #[error("{path}: {reason}")]
    BadKeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file holds another key than its name says.
    #[error("{path}: the file holds key {found}, not the key that its name says")]
    WrongKey {
        /// The file.
        path: PathBuf,
        /// The ID of the key in it.
        found: CanonicalKeyId,
    },
    /// The key is in a folder of the store that no program made.
    #[error("{0}: a copy of the key, in a folder that is no program's; it is not touched")]
    Copy(PathBuf),
    /// The passphrase does not open the key.
    #[error("wrong passphrase for key {0}")]
    WrongPassphrase(CanonicalKeyId),
    /// The store has no such key.
    #[error("no key with ID {0} in the key store")]
    NoSuchKey(CanonicalKeyId),
    /// The operating system refused.
    #[error("{action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Its answer.
        source: std::io::Error,
    },
}
