//! The one strict parse of JSON that arrives from outside.
//!
//! Signature and meaning are taken from the same tree, so nothing can be read in two ways: no member twice at any depth, integers
//! that every reader keeps exactly, valid UTF-8, bounded depth, nothing after the end.

use std::{cell::Cell, collections::BTreeMap, fmt};

use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The greatest integer that every reader of metadata keeps exactly.
pub const MAX_EXACT_INTEGER: u64 = 1 << 53;

/// Deepest nesting accepted.
const MAX_DEPTH: u8 = 64;

/// Most values of a document for which no less is allowed: a file of 400,000 tags has as many.
pub const MAX_VALUES: u64 = 16 << 20;

/// What an object costs that is not empty, in values: the map allocates room for its first members at once.
const OF_AN_OBJECT: u64 = 16;

/// A JSON value. Objects are sorted by the bytes of their members' names, as the canonical form wants them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer within ±2^53.
    Integer(i64),
    /// A text.
    String(String),
    /// A list.
    Array(Vec<Json>),
    /// An object.
    Object(BTreeMap<String, Json>),
}

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// No JSON at all, whoever reads it.
    #[error("{0}")]
    Syntax(String),
    /// JSON to a reader who is less strict, or who has more room: it is beyond what is read here.
    #[error("{0}")]
    Beyond(String),
}

impl Json {
    /// Parses a whole document.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        Self::parse_within(bytes, &mut MAX_VALUES.clone())
    }

    /// Parses a whole document of no more than so many values, and takes from these what it has: a value of a few bytes fills ten times as many in
    /// memory, and an empty name a hundred times.
    pub fn parse_within(bytes: &[u8], values: &mut u64) -> Result<Self, JsonError> {
        let left = Cell::new(*values);
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        let parsed = Reader { depth: MAX_DEPTH, left: &left }.deserialize(&mut deserializer).and_then(|value| {
            deserializer.end()?;
            Ok(value)
        });
        *values = left.get();
        // a reader who only passes over it, as Notary does with what it does not know
        let is_json = || serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
        let known = |error: serde_json::Error| {
            if is_json() { JsonError::Beyond(error.to_string()) } else { JsonError::Syntax(error.to_string()) }
        };
        parsed.map_err(known)
    }

    /// An object of these members.
    pub fn object<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// A text.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    /// The members, where this is an object.
    pub fn as_object(&self) -> Option<&BTreeMap<String, Self>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The items, where this is a list.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The text, where this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, where this is an integer of 0 or more.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Integer(number) => u64::try_from(*number).ok(),
            _ => None,
        }
    }
}

/// How many more levels may open, and how many more values there may be.
#[derive(Clone, Copy)]
struct Reader<'a> {
    depth: u8,
    left: &'a Cell<u64>,
}

impl Reader<'_> {
    fn inner<E: de::Error>(self) -> Result<Self, E> {
        let deeper = || E::custom(format_args!("nested deeper than {MAX_DEPTH} levels"));
        Ok(Self { depth: self.depth.checked_sub(1).ok_or_else(deeper)?, ..self })
    }

    fn take<E: de::Error>(self, values: u64) -> Result<(), E> {
        let left = self.left.get().checked_sub(values).ok_or_else(|| E::custom("more values than are read"))?;
        self.left.set(left);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Json;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        self.take(1)?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Json, E> {
        if value.unsigned_abs() > MAX_EXACT_INTEGER {
            return Err(E::custom(format_args!("the integer {value} is beyond 2^53 and would not be exact in every reader")));
        }
        Ok(Json::Integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Json, E> {
        self.visit_i64(i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        Err(E::custom(format_args!("the number {value} is not an exact integer")))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Json, E> {
        Ok(Json::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let inner = self.inner()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            array.push(item);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let inner = self.inner()?;
        let mut object = BTreeMap::new();
        while let Some(name) = members.next_key::<String>()? {
            self.take(if object.is_empty() { OF_AN_OBJECT } else { 1 })?;
            let value = members.next_value_seed(inner)?;
            if object.contains_key(&name) {
                return Err(de::Error::custom(format_args!("the member {name:?} stands twice in one object")));
            }
            object.insert(name, value);
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_document_is_read() {
        let json = Json::parse(br#" {"b":[1,-2,null,true],"a":"\u0041\/"} "#).unwrap();
        assert_eq!(json.as_object().unwrap()["a"], Json::string("A/"));
        assert_eq!(json.as_object().unwrap()["b"].as_array().unwrap()[1], Json::Integer(-2));
    }

    #[test]
    fn one_reading_or_none() {
        let deep = format!("{}1{}", "[".repeat(65), "]".repeat(65));
        let very_deep = "[".repeat(500_000);
        for document in [
            "",
            " ",
            r#"{"a":1,"a":1}"#,
            r#"{"x":{"a":1,"\u0061":2}}"#,
            "1.0",
            "1e0",
            "1.5",
            "-0",
            "01",
            "9007199254740993",
            "9223372036854775808",
            "1e400",
            "{} {}",
            "{}x",
            "\u{feff}{}",
            r#""\ud800""#,
            "nul",
            "[1,]",
            "'a'",
            &deep,
            &very_deep,
        ] {
            assert!(Json::parse(document.as_bytes()).is_err(), "{document:.40}");
        }
        assert!(Json::parse(b"\"\xff\"").is_err());
        assert!(Json::parse(format!("{}1{}", "[".repeat(64), "]".repeat(64)).as_bytes()).is_ok());
        assert!(
            matches!(Json::parse(b"{junk"), Err(JsonError::Syntax(_))) && matches!(Json::parse(b"[[1"), Err(JsonError::Syntax(_)))
        );
        // what another reader would take is told apart from what nobody can read
        let closed = format!("{very_deep}{}", "]".repeat(500_000));
        for beyond in [r#"{"a":1,"a":1}"#, "1.5", "1e400", r#""\ud800""#, &deep, &closed] {
            assert!(matches!(Json::parse(beyond.as_bytes()), Err(JsonError::Beyond(_))), "{beyond:.40}");
        }
        assert_eq!(Json::parse(b"9007199254740992").unwrap().as_u64(), Some(MAX_EXACT_INTEGER));
    }

    #[test]
    fn values_are_counted_and_bounded() {
        let left = |text: &str| {
            let mut values = 100;
            Json::parse_within(text.as_bytes(), &mut values).map(|_| values)
        };
        assert_eq!(left("[0,[],{}]"), Ok(96));
        assert_eq!(left(r#"{"a":1,"b":2}"#), Ok(100 - 3 - OF_AN_OBJECT - 1));
        assert!(left(&format!("[0{}]", ",0".repeat(98))).is_ok());
        assert_eq!(
            left(&format!("[0{}]", ",0".repeat(99))).unwrap_err().to_string(),
            "more values than are read at line 1 column 199"
        );
        assert!(left(&format!("[{{\"\":0}}{}]", ",{\"\":0}".repeat(5))).is_err());
    }
}
