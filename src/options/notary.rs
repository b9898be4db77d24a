//! What the command lines of notary's commands share, and how their flags are read (cobra's pflag).

use std::path::PathBuf;

use clap::{
    ValueHint,
    builder::{OsStringValueParser, TypedValueParser},
};

use crate::{options::boolean::go_bool, passphrases::flags::PassphraseFlags};

/// Notary's layout of a help page.
pub(crate) const TEMPLATE: &str = "{about-with-newline}\nUsage:\n  {usage}\n\n{all-args}{after-help}\n";

/// The same without what the command is for: it stands before an error about its arguments.
pub(crate) const USAGE_TEMPLATE: &str = "Usage:\n  {usage}\n\n{all-args}";

/// The heading of a command's own flags.
pub(crate) const FLAGS: &str = "Flags";

/// The heading of the flags that every command takes.
pub(crate) const GLOBAL: &str = "Global Flags";

/// The flags that every command takes, before its name or behind it.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct GlobalFlags {
    /// Path to the configuration file to use
    #[arg(short = 'c', long = "configFile", global = true, allow_hyphen_values = true, value_name = "FILE",
          value_hint = ValueHint::FilePath, help_heading = GLOBAL, value_parser = path())]
    pub config_file: Option<PathBuf>,

    /// Directory where the trust data is persisted to
    #[arg(short = 'd', long = "trustDir", global = true, allow_hyphen_values = true, value_name = "DIR",
          value_hint = ValueHint::DirPath, help_heading = GLOBAL, value_parser = path())]
    pub trust_dir: Option<PathBuf>,

    /// Debug output
    #[arg(short = 'D', long, global = true, num_args = 0..=1, require_equals = true, default_value = "false",
          default_missing_value = "true", value_parser = go_bool, hide_default_value = true, value_name = "BOOL", help_heading = GLOBAL)]
    pub debug: bool,

    /// Verbose output
    #[arg(short = 'v', long, global = true, num_args = 0..=1, require_equals = true, default_value = "false",
          default_missing_value = "true", value_parser = go_bool, hide_default_value = true, value_name = "BOOL", help_heading = GLOBAL)]
    pub verbose: bool,

    /// Remote trust server location
    #[arg(short = 's', long, global = true, allow_hyphen_values = true, value_name = "URL", help_heading = GLOBAL)]
    pub server: Option<String>,

    /// Trust certs signed only by this CA
    #[arg(long = "tlscacert", global = true, allow_hyphen_values = true, value_name = "FILE",
          value_hint = ValueHint::FilePath, help_heading = GLOBAL, value_parser = path())]
    pub tls_ca: Option<PathBuf>,

    /// Path to TLS certificate file
    #[arg(long = "tlscert", global = true, allow_hyphen_values = true, value_name = "FILE",
          value_hint = ValueHint::FilePath, help_heading = GLOBAL, value_parser = path())]
    pub tls_cert: Option<PathBuf>,

    /// Path to TLS key file
    #[arg(long = "tlskey", global = true, allow_hyphen_values = true, value_name = "FILE",
          value_hint = ValueHint::FilePath, help_heading = GLOBAL, value_parser = path())]
    pub tls_key: Option<PathBuf>,

    /// What answers where a passphrase is wanted.
    #[command(flatten)]
    pub passphrases: PassphraseFlags,
}

/// The flag of the commands that stage changes.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct PublishFlag {
    /// Publish at once, with all that is staged already
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub publish: bool,
}

/// What one value of a flag lists, as in `--roles targets/a,targets/b`. The flag may stand several times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T>(Vec<T>);

/// All that a flag lists, in the order in which it was typed.
pub(crate) fn listed<T: Clone>(lists: &[List<T>]) -> Vec<T> {
    lists.iter().flat_map(|list| list.0.iter().cloned()).collect()
}

/// Reads a flag's value as a path; clap's own parser refuses the empty one.
pub(crate) fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// Reads a line of comma-separated values, quoted where one holds a comma (pflag `StringSlice`, which is Go's `encoding/csv`).
pub(crate) fn words(value: &str) -> Result<List<String>, String> {
    let mut words = Vec::new();
    let mut rest = value;
    if rest.is_empty() {
        return Ok(List(words));
    }
    loop {
        let (word, after) = match rest.strip_prefix('"') {
            Some(quoted) => until_quote(quoted)?,
            None => match rest.split_once(',') {
                Some((word, after)) => (word.to_owned(), Some(after)),
                None => (rest.to_owned(), None),
            },
        };
        words.push(word);
        match after {
            Some(after) => rest = after,
            None => return Ok(List(words)),
        }
    }
}

/// The text up to the closing quote, in which two quotes are one, and what follows the comma behind it.
fn until_quote(text: &str) -> Result<(String, Option<&str>), String> {
    let mut word = String::new();
    let mut rest = text;
    loop {
        let Some((before, after)) = rest.split_once('"') else {
            return Err("parse error: extraneous or missing \" in quoted-field".to_owned());
        };
        word.push_str(before);
        if let Some(more) = after.strip_prefix('"') {
            word.push('"');
            rest = more;
        } else if after.is_empty() {
            return Ok((word, None));
        } else if let Some(more) = after.strip_prefix(',') {
            return Ok((word, Some(more)));
        } else {
            return Err("parse error: extraneous or missing \" in quoted-field".to_owned());
        }
    }
}

/// Reads numbers between commas (pflag `IntSlice`).
pub(crate) fn numbers(value: &str) -> Result<List<i64>, String> {
    let number = |text: &str| text.parse().map_err(|_| format!("strconv.Atoi: parsing {text:?}: invalid syntax"));
    value.split(',').map(number).collect::<Result<_, _>>().map(List)
}

/// Reads a number as Go does where no base is said: `12`, `0x10`, `0o7`, `0b1`.
pub(crate) fn go_int(value: &str) -> Result<i64, String> {
    let (negative, digits) = match value.strip_prefix(['-', '+']) {
        Some(digits) => (value.starts_with('-'), digits),
        None => (false, value),
    };
    let (base, digits) = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (16, digits.get(2..)),
        Some("0o") => (8, digits.get(2..)),
        Some("0b") => (2, digits.get(2..)),
        Some(two) if two.starts_with('0') => (8, digits.get(1..)),
        _ => (10, Some(digits)),
    };
    let digits = digits.filter(|digits| !digits.is_empty() && !digits.starts_with(['-', '+'])).unwrap_or("?");
    let signed = if negative { format!("-{digits}") } else { digits.to_owned() };
    i64::from_str_radix(&signed, base).map_err(|error| {
        let out_of_range = matches!(error.kind(), std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow);
        let reason = if out_of_range { "value out of range" } else { "invalid syntax" };
        format!("strconv.ParseInt: parsing {value:?}: {reason}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_go_reads_them() {
        for (value, list) in [
            ("", &[] as &[&str]),
            ("a", &["a"]),
            ("a,b", &["a", "b"]),
            ("a,,b,", &["a", "", "b", ""]),
            ("\"a,b\",c", &["a,b", "c"]),
            ("\"say \"\"x\"\"\"", &["say \"x\""]),
            (",", &["", ""]),
        ] {
            assert_eq!(listed(&[words(value).unwrap()]), list, "{value:?}");
        }
        assert!(words("\"a").is_err() && words("\"a\"b").is_err());
        assert_eq!(listed(&[words("a,b").unwrap(), words("c").unwrap()]), ["a", "b", "c"]);
    }

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        assert_eq!(listed(&[numbers("0,2").unwrap(), numbers("-1").unwrap()]), [0, 2, -1]);
        assert_eq!(numbers("x").unwrap_err(), "strconv.Atoi: parsing \"x\": invalid syntax");
        for (value, number) in [("0", 0), ("12", 12), ("-7", -7), ("+7", 7), ("0x10", 16), ("0b11", 3), ("0o17", 15), ("017", 15)] {
            assert_eq!(go_int(value), Ok(number), "{value}");
        }
        for value in ["", "x", "--1", "0x", "-", "1 ", "0x-1", "é"] {
            assert_eq!(go_int(value), Err(format!("strconv.ParseInt: parsing {value:?}: invalid syntax")));
        }
        assert!(go_int("9223372036854775808").unwrap_err().ends_with("value out of range"));
        assert_eq!(go_int("-9223372036854775808"), Ok(i64::MIN));
    }
}
