//! The name that a private key is kept under: the `role` header of its file.

use std::{cmp::Ordering, fmt};

use super::role::RoleName;

/// What a key is kept under. Docker and Notary find a role's key by the role and a signer's key by the signer's name; a header may also be missing, or hold any
/// text. It is written back as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyName {
    /// There is none.
    Nameless,
    /// A base role, or a delegation by its whole name.
    Role(RoleName),
    /// A signer's name, or whatever an import said.
    Signer(SignerName),
}

/// A text that names no role.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SignerName(String);

impl KeyName {
    /// The name that a text is.
    #[must_use]
    pub fn of(text: &str) -> Self {
        match RoleName::parse(text) {
            Ok(role) => Self::Role(role),
            Err(_) if text.is_empty() => Self::Nameless,
            Err(_) => Self::Signer(SignerName(text.to_owned())),
        }
    }

    /// The text; empty where there is no name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Nameless => "",
            Self::Role(role) => role.as_str(),
            Self::Signer(SignerName(name)) => name,
        }
    }

    /// Whether it is this role.
    #[must_use]
    pub fn is(&self, role: &RoleName) -> bool {
        matches!(self, Self::Role(own) if own == role)
    }

    /// Whether it is that of root keys, which belong to no repository.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.is(&RoleName::root())
    }

    /// Whether a key of this name belongs to one repository, which its file then names: it is that of a base role other than the root.
    #[must_use]
    pub fn is_of_one_repository(&self) -> bool {
        matches!(self, Self::Role(role) if !role.is_delegation()) && !self.is_root()
    }

    /// Whether a key of this name is kept for signing tags: under a signer's name, whatever that is, and not under a base role's.
    #[must_use]
    pub fn is_signers(&self) -> bool {
        !matches!(self, Self::Role(role) if !role.is_delegation())
    }
}

impl From<RoleName> for KeyName {
    fn from(role: RoleName) -> Self {
        Self::Role(role)
    }
}

/// By the text, as lists show them.
impl Ord for KeyName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for KeyName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_it_is_and_is_written_as_it_was_read() {
        // the name, whether it is one repository's, whether it is a signer's
        for (text, of_one, signers) in [
            ("root", false, false),
            ("targets", true, false),
            ("snapshot", true, false),
            ("timestamp", true, false),
            ("targets/releases", false, true),
            ("jeff", false, true),
            ("Root", false, true),
            (" je\u{1b}ff\u{e9} ", false, true),
            ("", false, true),
        ] {
            let name = KeyName::of(text);
            assert_eq!((name.as_str(), name.to_string().as_str()), (text, text));
            assert_eq!(
                (name.is_of_one_repository(), name.is_signers(), name.is_root()),
                (of_one, signers, text == "root"),
                "{text}"
            );
        }
        assert_eq!(KeyName::of(""), KeyName::Nameless);
        assert!(matches!(KeyName::of("targets/jeff"), KeyName::Role(role) if role.as_str() == "targets/jeff"));
    }

    #[test]
    fn names_are_in_the_order_of_their_texts() {
        let mut names = ["targets", "jeff", "", "root", "zoe"].map(KeyName::of);
        names.sort();
        assert_eq!(names.map(|name| name.to_string()), ["", "jeff", "root", "targets", "zoe"]);
    }
}
