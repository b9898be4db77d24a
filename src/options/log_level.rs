//! `--log-level`: how much is told beside answers and errors.

use crate::term::{error::CliError, ui::Detail};

/// What Docker takes, in any case (logrus' `ParseLevel`), and what each means here. What is not set, or empty, is `info`.
const LEVELS: [(&str, Detail); 9] = [
    ("", Detail::Plain),
    ("trace", Detail::Debug),
    ("debug", Detail::Debug),
    ("info", Detail::Plain),
    ("warn", Detail::Plain),
    ("warning", Detail::Plain),
    ("error", Detail::Quiet),
    ("fatal", Detail::Quiet),
    ("panic", Detail::Quiet),
];

/// What the two flags say together, `--debug` before the level; an error, in Docker's words, for a level that there is not.
pub(crate) fn detail(debug: bool, level: Option<&str>) -> Result<Detail, CliError> {
    let level = level.unwrap_or_default();
    let known = LEVELS.iter().find(|(name, _)| name.eq_ignore_ascii_case(level));
    let (_, detail) = known.ok_or_else(|| CliError::new(format!("Unable to parse logging level: {level}")))?;
    Ok(if debug { Detail::Debug } else { *detail })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_as_docker_reads_them() {
        for (debug, level, expected) in [
            (false, None, Detail::Plain),
            (true, None, Detail::Debug),
            (false, Some(""), Detail::Plain),
            (false, Some("debug"), Detail::Debug),
            (false, Some("Info"), Detail::Plain),
            (false, Some("WARN"), Detail::Plain),
            (false, Some("error"), Detail::Quiet),
            (false, Some("fatal"), Detail::Quiet),
            (true, Some("fatal"), Detail::Debug),
        ] {
            assert_eq!(detail(debug, level), Ok(expected), "{debug} {level:?}");
        }
        for level in ["x", " info", "infos", "\u{130}nfo"] {
            let refused = detail(true, Some(level)).unwrap_err();
            assert_eq!(refused.message(), [format!("Unable to parse logging level: {level}")]);
        }
    }
}
