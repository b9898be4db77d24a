//! Names of keys and signers, as Docker allows them: `^[a-z0-9][a-z0-9_\-]*$`.

use crate::term::error::CliError;
use trust::model::role::RoleName;

/// Refuses a name that Docker would refuse; `kind` is `key` or `signer`.
pub(super) fn check(kind: &str, name: &str) -> Result<(), CliError> {
    let first = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let mut bytes = name.bytes();
    if bytes.next().is_some_and(first) && bytes.all(|b| first(b) || b == b'_' || b == b'-') {
        return Ok(());
    }
    Err(CliError::new(format!(
        "{kind} name \"{name}\" must start with lowercase alphanumeric characters and can include \"-\" or \"_\" after the first character"
    )).coded("invalid-name"))
}

/// Refuses a name for a new key that is a role's. Docker takes the first key of the role `root` in the store for the root key of the next
/// repository: a signer's key by that name would become one.
pub(super) fn check_for_new_key(name: &str) -> Result<(), CliError> {
    check("key", name)?;
    if RoleName::parse(name).is_err() && name != "releases" {
        return Ok(());
    }
    Err(CliError::new(format!("{name} is a reserved keyword, use a different key name"))
        .coded("reserved-name")
        .because(format!("a key by that name would be taken for the {name} key of a repository")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_docker_takes() {
        for name in ["jeff", "0", "a-b_c", "9-"] {
            assert!(check("key", name).is_ok(), "{name}");
        }
        for name in ["", "Jeff", "-a", "_a", "a b", "a/b", "é", "a\n"] {
            assert!(check("key", name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_new_key_is_not_named_as_a_role_is() {
        for name in ["root", "targets", "snapshot", "timestamp", "releases"] {
            assert!(check_for_new_key(name).is_err(), "{name}");
        }
        for name in ["jeff", "rooted", "delegation"] {
            assert!(check_for_new_key(name).is_ok(), "{name}");
        }
    }
}
