//! What a request must be allowed to do, as the registry's token specification names it.

use std::fmt;

/// Actions on one resource: `repository:prod/nginx:pull,push`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// `repository` or `registry`.
    pub kind: &'static str,
    /// The resource; a Notary repository's name has the host in it.
    pub name: String,
    /// `pull`, `push`, `delete`, or `*` for an administrator's.
    pub actions: &'static [&'static str],
}

impl Scope {
    /// Actions on a repository.
    #[must_use]
    pub fn repository(name: &str, actions: &'static [&'static str]) -> Self {
        Self { kind: "repository", name: name.to_owned(), actions }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.kind, self.name, self.actions.join(","))
    }
}
