//! Names of keys and signers, as Docker allows them: `^[a-z0-9][a-z0-9_\-]*$`.

use crate::cli::error::CliError;

/// Refuses a name that Docker would refuse; `kind` is `key` or `signer`.
pub(super) fn check(kind: &str, name: &str) -> Result<(), CliError> {
    let first = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let mut bytes = name.bytes();
    if bytes.next().is_some_and(first) && bytes.all(|b| first(b) || b == b'_' || b == b'-') {
        return Ok(());
    }
    Err(CliError::new(format!(
        "{kind} name \"{name}\" must start with lowercase alphanumeric characters and can include \"-\" or \"_\" after the first character"
    )))
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
}
