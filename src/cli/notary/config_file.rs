//! Reads notary's configuration file: JSON, YAML or TOML, by its extension.
//!
//! The three become one kind of tree. Names of settings are found whatever their case, as with notary's reader; names of repositories keep theirs,
//! which that reader loses.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Number, Value};

use crate::cli::error::os_words;

/// Longest file that is read, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// Most levels of a tree in YAML.
const MAX_DEPTH: usize = 64;

/// The settings of a file, by their names.
#[derive(Clone, Debug, Default)]
pub struct Table(Map<String, Value>);

/// Whether a file must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// A person has named it.
    Needed,
    /// It is the usual one.
    Usual,
}

/// Reads a file. An error is told in the words behind notary's `error opening config file: `.
pub fn read(path: &Path, presence: Presence) -> Result<Table, String> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().into_owned()).unwrap_or_default();
    let parse: fn(&str) -> Result<Value, String> = match extension.as_str() {
        "json" => json,
        "yaml" | "yml" => yaml,
        "toml" => toml,
        _ => return Err(format!("Unsupported Config Type {extension:?}")),
    };
    let failed = |error: &io::Error| format!("open {}: {}", path.display(), os_words(error));
    let file = match File::open(path) {
        Err(error) if presence == Presence::Usual && error.kind() == io::ErrorKind::NotFound => return Ok(Table::default()),
        file => file.map_err(|error| failed(&error))?,
    };
    if fs::metadata(path).is_ok_and(|found| found.is_dir()) {
        return Err(format!("read {}: is a directory", path.display()));
    }
    let mut text = String::new();
    file.take(MAX_FILE + 1).read_to_string(&mut text).map_err(|error| failed(&error))?;
    if text.len() as u64 > MAX_FILE {
        return Err(format!("{} is longer than {MAX_FILE} bytes", path.display()));
    }
    match parse(&text).map_err(|reason| format!("While parsing config: {reason}"))? {
        Value::Object(table) => Ok(Table(table)),
        Value::Null => Ok(Table::default()),
        _ => Err("While parsing config: it is no table of settings".to_owned()),
    }
}

impl Table {
    /// A setting: by this very name, else by one that differs in case alone.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).or_else(|| self.0.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value))
    }

    /// The names that are none of these.
    pub fn others<'a>(&'a self, known: &'a [&str]) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str).filter(|found| known.iter().all(|name| !name.eq_ignore_ascii_case(found)))
    }

    /// A table below this one; none where the setting is left out or empty.
    pub fn table(&self, name: &str) -> Result<Option<Self>, String> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(table)) => Ok(Some(Self(table.clone()))),
            Some(_) => Err(format!("{name} is no table of settings")),
        }
    }

    /// A text, which is not empty.
    pub fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(_) => Err(format!("{name} is no text")),
        }
    }

    /// A yes or no, also as older YAML writes it. Another text is refused: notary takes it for a no.
    pub fn switch(&self, name: &str) -> Result<bool, String> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(on)) => Ok(*on),
            Some(Value::String(text)) if text.is_empty() => Ok(false),
            Some(value) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_lowercase);
                match text.as_str() {
                    "1" | "t" | "true" | "yes" | "on" => Ok(true),
                    "0" | "f" | "false" | "no" | "off" => Ok(false),
                    _ => Err(format!("{name} is neither true nor false: {text}")),
                }
            }
        }
    }

    /// All of it, in the names' own case.
    pub fn entries(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn toml(text: &str) -> Result<Value, String> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let line = error.span().map(|span| text.bytes().take(span.start).filter(|b| *b == b'\n').count() + 1);
        line.map_or_else(|| error.message().to_owned(), |line| format!("line {line}: {}", error.message()))
    })
}

fn yaml(text: &str) -> Result<Value, String> {
    let documents = Yaml::load_from_str(text).map_err(|error| format!("yaml: {error}"))?;
    documents.first().map_or(Ok(Value::Null), |document| of_yaml(document, 0))
}

fn of_yaml(node: &Yaml<'_>, depth: usize) -> Result<Value, String> {
    if depth > MAX_DEPTH {
        return Err("yaml: it is too deep".to_owned());
    }
    Ok(match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(on)) => Value::Bool(*on),
        Yaml::Value(Scalar::Integer(number)) => Value::Number(Number::from(*number)),
        Yaml::Value(Scalar::FloatingPoint(number)) => Value::String(number.to_string()),
        Yaml::Value(Scalar::String(text)) | Yaml::Representation(text, ..) => Value::String(text.to_string()),
        Yaml::Sequence(items) => Value::Array(items.iter().map(|item| of_yaml(item, depth + 1)).collect::<Result<_, _>>()?),
        Yaml::Mapping(entries) => {
            let mut table = Map::new();
            for (name, value) in entries {
                let name = match of_yaml(name, depth + 1)? {
                    Value::String(name) => name,
                    name => name.to_string(),
                };
                table.insert(name, of_yaml(value, depth + 1)?);
            }
            Value::Object(table)
        }
        Yaml::Tagged(_, node) => of_yaml(node, depth + 1)?,
        Yaml::Alias(_) | Yaml::BadValue => return Err("yaml: it holds a value that cannot be read".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(name: &str, text: &str) -> Result<Table, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        read(&path, Presence::Needed)
    }

    #[test]
    fn three_formats_say_the_same() {
        for (name, text) in [
            (
                "c.json",
                r#"{"Trust_Dir": "~/x", "trust_pinning": {"disable_tofu": true, "certs": {"Dtr.example.com/A": ["1f", "20"]}}}"#,
            ),
            (
                "c.toml",
                "trust_dir = '~/x'\n[trust_pinning]\ndisable_tofu = true\n[trust_pinning.certs]\n\"Dtr.example.com/A\" = ['1f', '20']\n",
            ),
            ("c.yaml", "TRUST_DIR: ~/x\ntrust_pinning:\n  disable_tofu: yes\n  certs:\n    Dtr.example.com/A: ['1f', '20']\n"),
            ("c.yml", "trust_dir: ~/x\ntrust_pinning: {disable_tofu: true, certs: {Dtr.example.com/A: [1f, \"20\"]}}\n"),
        ] {
            let table = parsed(name, text).unwrap();
            assert_eq!(table.text("trust_dir").unwrap().as_deref(), Some("~/x"), "{name}");
            let pinning = table.table("trust_pinning").unwrap().unwrap();
            assert!(pinning.switch("disable_tofu").unwrap(), "{name}");
            let certs = pinning.table("certs").unwrap().unwrap();
            assert_eq!(
                certs.entries().map(|(gun, ids)| format!("{gun} {ids}")).collect::<Vec<_>>(),
                ["Dtr.example.com/A [\"1f\",\"20\"]"]
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_in_notary_s_words() {
        for (name, text, words) in [
            ("c", "{}", "Unsupported Config Type \"\""),
            ("c.foo", "{}", "Unsupported Config Type \"foo\""),
            ("c.json", "{", "While parsing config: "),
            ("c.json", "[1]", "While parsing config: "),
            ("c.yaml", "a: [", "While parsing config: yaml: "),
            ("c.toml", "a = ", "While parsing config: line 1: "),
        ] {
            let error = parsed(name, text).unwrap_err();
            assert!(error.starts_with(words), "{error}");
        }
        let nowhere = Path::new("/nowhere/config.json");
        assert_eq!(read(nowhere, Presence::Needed).unwrap_err(), "open /nowhere/config.json: no such file or directory");
        assert!(read(nowhere, Presence::Usual).unwrap().get("trust_dir").is_none());
        assert!(parsed("c.yaml", &"a: [".repeat(9000)).is_err() && parsed("c.yaml", &"[".repeat(9000)).is_err());
    }

    #[test]
    fn a_switch_is_never_guessed() {
        let on = |text: &str| parsed("c.json", &format!("{{\"x\": {text}}}")).unwrap().switch("x");
        for (text, expected) in
            [("true", true), ("\"True\"", true), ("1", true), ("\"off\"", false), ("null", false), ("\"\"", false)]
        {
            assert_eq!(on(text), Ok(expected), "{text}");
        }
        assert!(on("\"maybe\"").is_err() && on("[]").is_err() && on("2").is_err());
    }
}
