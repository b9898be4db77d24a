//! Reads notary's configuration file: JSON, YAML or TOML, by its extension.
//!
//! The three become one kind of tree. Names of settings are found whatever their case, and dotted ones in the table that they lead to, as with
//! notary's reader; names of repositories keep their case, which that reader loses. What could be read in two ways is refused: of two settings
//! one would be lost, and it could be the pin.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Number, Value};

use super::notary_json;
use crate::term::error::os_words;
use host::bounded::read_bounded;

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
        "json" => notary_json::parse,
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
    let mut text = Vec::new();
    read_bounded(file, MAX_FILE, &mut text).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => format!("{} is longer than {MAX_FILE} bytes", path.display()),
        _ => failed(&error),
    })?;
    let text = String::from_utf8(text).map_err(|_| format!("open {}: stream did not contain valid UTF-8", path.display()))?;
    match parse(&text).map_err(|reason| format!("While parsing config: {reason}"))? {
        Value::Object(table) => Table::of(table),
        Value::Null => Ok(Table::default()),
        _ => Err("While parsing config: it is no table of settings".to_owned()),
    }
}

impl Table {
    /// Settings of which no two have the same name.
    fn of(settings: Map<String, Value>) -> Result<Self, String> {
        for (place, name) in settings.keys().enumerate() {
            if let Some(other) = settings.keys().skip(place + 1).find(|other| other.eq_ignore_ascii_case(name)) {
                return Err(format!("{name} and {other} are one setting, which is there twice"));
            }
        }
        Ok(Self(settings))
    }

    /// With `NAME.SETTING` moved into the table NAME, where NAME is one of these.
    pub fn undotted(self, names: &[&str]) -> Result<Self, String> {
        let is_dotted =
            |name: &str| name.split_once('.').is_some_and(|(head, _)| names.iter().any(|name| name.eq_ignore_ascii_case(head)));
        let (dotted, mut settings): (Map<_, _>, Map<_, _>) = self.0.into_iter().partition(|(name, _)| is_dotted(name));
        for (name, value) in dotted {
            let Some((head, rest)) = name.split_once('.') else { continue };
            let head = settings.keys().find(|found| found.eq_ignore_ascii_case(head)).cloned().unwrap_or_else(|| head.to_owned());
            let table = settings.entry(head.clone()).or_insert(Value::Null);
            if table.is_null() {
                *table = Value::Object(Map::new());
            }
            let Value::Object(table) = table else { return Err(format!("{head} is no table of settings")) };
            if table.insert(rest.to_owned(), value).is_some() {
                return Err(format!("{head} has {rest} twice"));
            }
        }
        Self::of(settings)
    }

    /// A setting, whatever the case of its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The names that are none of these.
    pub fn others<'a>(&'a self, known: &'a [&str]) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str).filter(|found| known.iter().all(|name| !name.eq_ignore_ascii_case(found)))
    }

    /// A table of settings below this one; empty where it is left out.
    pub fn table(&self, name: &str) -> Result<Self, String> {
        Self::of(self.entries(name)?)
    }

    /// What a table below this one has, by names that keep their case; nothing where it is left out.
    pub fn entries(&self, name: &str) -> Result<Map<String, Value>, String> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(table)) => Ok(table.clone()),
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
                if name == "<<" {
                    return Err("yaml: the merge key << is not read; write out what it stands for".to_owned());
                }
                let value = of_yaml(value, depth + 1)?;
                if table.insert(name.clone(), value).is_some() {
                    return Err(format!("yaml: {name} is there twice"));
                }
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
            let pinning = table.table("trust_pinning").unwrap();
            assert!(pinning.switch("disable_tofu").unwrap(), "{name}");
            assert_eq!(
                pinning.entries("certs").unwrap().iter().map(|(gun, ids)| format!("{gun} {ids}")).collect::<Vec<_>>(),
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
        let long = parsed("c.json", &" ".repeat((1 << 20) + 1)).unwrap_err();
        assert!(long.ends_with("/c.json is longer than 1048576 bytes"), "{long}");
        let nowhere = Path::new("/nowhere/config.json");
        assert_eq!(read(nowhere, Presence::Needed).unwrap_err(), "open /nowhere/config.json: no such file or directory");
        assert!(read(nowhere, Presence::Usual).unwrap().get("trust_dir").is_none());
        assert!(parsed("c.yaml", &"a: [".repeat(9000)).is_err() && parsed("c.yaml", &"[".repeat(9000)).is_err());
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for (name, text, words) in [
            ("c.json", r#"{"a": {"x": 1}, "a": {}}"#, "a is there twice"),
            ("c.json", r#"{"a": {"b": [{"x": 1, "x": 1}]}}"#, "x is there twice"),
            ("c.json", r#"{"a": 1, "\u0061": 2}"#, "a is there twice"),
            ("c.json", r#"{"a": 1, "A": 2}"#, "are one setting"),
            ("c.toml", "[A_b]\nx = true\n[a_B.c]\n", "are one setting"),
            ("c.toml", "a = 1\na = 2\n", "duplicate key"),
            ("c.yaml", "a: {x: 1}\na: {}\n", "yaml: "),
            ("c.yaml", "1: {x: 1}\n\"1\": {}\n", "1 is there twice"),
            ("c.yaml", "a: 1\nA: 2\n", "are one setting"),
            ("c.yaml", "x: &p {y: true}\na:\n  <<: *p\n", "the merge key <<"),
            ("c.yaml", "x: &p {y: true}\na:\n  z: 1\n  <<: [*p]\n", "the merge key <<"),
        ] {
            let error = parsed(name, text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
        let settings = parsed("c.json", r#"{"a": {"x": 1, "X": 2}}"#).unwrap();
        assert!(settings.table("a").is_err());
        assert_eq!(settings.entries("a").unwrap().len(), 2);
    }

    #[test]
    fn dotted_names_lead_into_a_table() {
        let undotted = |name, text| parsed(name, text).unwrap().undotted(&["a_b"]);
        for (name, text) in [
            ("c.json", r#"{"a_b.x": 1, "A_b": {"y": 2}, "c.d": 3}"#),
            ("c.json", r#"{"A_B.x": 1, "a_b.y": 2, "c.d": 3}"#),
            ("c.json", r#"{"a_b": null, "a_b.x": 1, "a_b.y": 2, "c.d": 3}"#),
            ("c.yaml", "a_b.x: 1\na_b.y: 2\nc.d: 3\n"),
            ("c.toml", "'a_b.x' = 1\na_b.y = 2\n'c.d' = 3\n"),
        ] {
            let table = undotted(name, text).unwrap();
            let below = table.table("a_b").unwrap();
            assert_eq!((below.get("x"), below.get("y")), (Some(&1.into()), Some(&2.into())), "{text}");
            assert_eq!(table.others(&["a_b"]).collect::<Vec<_>>(), ["c.d"]);
        }
        for text in [r#"{"a_b.x": 1, "a_b": {"x": 1}}"#, r#"{"a_b.x": 1, "a_b": true}"#] {
            assert!(undotted("c.json", text).is_err(), "{text}");
        }
        assert!(parsed("c.json", r#"{"a_b.x": 1, "A_b.x": 1}"#).is_err());
        let differing = undotted("c.json", r#"{"a_b.x": 1, "a_b": {"X": 1}}"#).unwrap();
        assert!(differing.table("a_b").is_err());
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
