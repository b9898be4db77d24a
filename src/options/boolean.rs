//! What the command lines of all verbs share.

/// Docker's layout of a help page.
pub(crate) const TEMPLATE: &str = "Usage:  {usage}\n\n{about}\n\n{all-args}{after-help}\n";

/// Reads a flag's value as Go does (`strconv.ParseBool`), so that `--pretty=false` means what it says.
pub(crate) fn go_bool(value: &str) -> Result<bool, String> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(format!("strconv.ParseBool: parsing {value:?}: invalid syntax")),
    }
}
