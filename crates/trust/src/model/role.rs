//! Names of roles.

use std::fmt;

/// A role's name: one of the four base roles, or a delegation below `targets`.
///
/// Notary `tuf/data/roles.go`: a delegation matches `^[-a-z0-9_/]+$`, begins with `targets/`, is shorter than 256 bytes and
/// is a clean path. The same text names the role's file, `<name>.json`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleName(String);

/// A name that cannot be a role's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} cannot be the name of a role")]
pub struct InvalidRole(pub String);

impl RoleName {
    /// `root`
    #[must_use]
    pub fn root() -> Self {
        Self("root".to_owned())
    }

    /// `targets`
    #[must_use]
    pub fn targets() -> Self {
        Self("targets".to_owned())
    }

    /// `snapshot`
    #[must_use]
    pub fn snapshot() -> Self {
        Self("snapshot".to_owned())
    }

    /// `timestamp`
    #[must_use]
    pub fn timestamp() -> Self {
        Self("timestamp".to_owned())
    }

    /// `targets/releases`: the role whose tags Docker trusts beside `targets`.
    #[must_use]
    pub fn releases() -> Self {
        Self("targets/releases".to_owned())
    }

    /// The delegation of a signer: `targets/<name>`.
    pub fn signer(name: &str) -> Result<Self, InvalidRole> {
        Self::parse(&format!("targets/{name}"))
    }

    /// Checks a name.
    pub fn parse(name: &str) -> Result<Self, InvalidRole> {
        let base = matches!(name, "root" | "targets" | "snapshot" | "timestamp");
        if base || is_delegation_name(name) { Ok(Self(name.to_owned())) } else { Err(InvalidRole(name.to_owned())) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is a delegation below `targets`.
    #[must_use]
    pub fn is_delegation(&self) -> bool {
        self.0.starts_with("targets/")
    }

    /// The role that delegates to this one; none for a base role.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.is_delegation().then(|| self.0.rsplit_once('/').map(|(parent, _)| Self(parent.to_owned())))?
    }

    /// Whether this is `other`, or a role below it.
    #[must_use]
    pub fn is_at_or_below(&self, other: &Self) -> bool {
        self.0.strip_prefix(&other.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// A delegation's name without the leading `targets/`: what Docker shows as a signer.
    #[must_use]
    pub fn signer_name(&self) -> Option<&str> {
        self.0.strip_prefix("targets/")
    }
}

fn is_delegation_name(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("targets/") else { return false };
    name.len() < 256
        && rest.split('/').all(|component| {
            !component.is_empty()
                && component.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
        })
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delegations_know_their_parent() {
        let role = RoleName::parse("targets/a/b").unwrap();
        assert_eq!(role.parent().unwrap().as_str(), "targets/a");
        assert_eq!(role.parent().unwrap().parent().unwrap(), RoleName::targets());
        assert_eq!(RoleName::targets().parent(), None);
        assert_eq!(role.signer_name(), Some("a/b"));
    }

    #[test]
    fn unusual_role_names_are_refused() {
        let long = format!("targets/{}", "x".repeat(300));
        for name in [
            "",
            "targets/",
            "targets/../evil",
            "targets/A",
            "targets//a",
            "targets/a/",
            "release",
            "targets/a b",
            "targets/%2f",
            "targets/é",
            "targets/.",
            "Root",
            &long,
        ] {
            assert!(RoleName::parse(name).is_err(), "{name:?}");
        }
    }
}
