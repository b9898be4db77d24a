//! What someone else has decided about a name since this person did.

use std::fmt::{self, Display, Formatter};

use trust::model::{digest::Sha256, role::RoleName};

/// A name that someone else has decided about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overtaken {
    /// The role that signs it.
    pub role: RoleName,
    /// The name.
    pub name: String,
    /// The SHA-256 of what stands under the name now; none where it was removed.
    pub theirs: Option<Sha256>,
}

impl Display for Overtaken {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { role, name, theirs } = self;
        match theirs {
            Some(theirs) => write!(f, "signed {name} for sha256:{theirs} in {role}"),
            None => write!(f, "removed {name} from {role}"),
        }
    }
}

/// All of them, on one line.
pub(super) fn listed(names: &[Overtaken]) -> String {
    names.iter().map(Overtaken::to_string).collect::<Vec<_>>().join(", ")
}
