//! The JSON of notary's configuration, in which no name is there twice.
//!
//! Of two members of one name `serde_json` keeps the last, and notary's reader merges the two; which of them was meant, nobody can tell.
//!
//! The strict reader of trust data, `trust::json`, is not the one for it: that refuses fractions, integers beyond 2^53 and deep nesting, which no
//! signature would survive, and notary takes them in a setting.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

/// Reads a text. An error is told in words, with its place.
pub fn parse(text: &str) -> Result<Value, String> {
    serde_json::from_str::<Unambiguous>(text).map(|value| value.0).map_err(|error| error.to_string())
}

struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UnambiguousReader).map(Self)
    }
}

struct UnambiguousReader;

impl<'de> Visitor<'de> for UnambiguousReader {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut table = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if table.contains_key(&name) {
                return Err(A::Error::custom(format!("{name} is there twice")));
            }
            table.insert(name, members.next_value::<Unambiguous>()?.0);
        }
        Ok(Value::Object(table))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Unambiguous>()? {
            list.push(item.0);
        }
        Ok(Value::Array(list))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, on: bool) -> Result<Value, E> {
        Ok(on.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_has_no_name_twice_is_read() {
        for text in [r#"{"a": [1, -1, 1.5, true, null, "x", {"a": {"a": {}}}, {"a": 0}]}"#, "1", "null", "\"x\""] {
            assert_eq!(parse(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        }
    }

    #[test]
    fn a_name_that_is_there_twice_is_refused_at_any_depth() {
        for text in [r#"{"a": 1, "a": 1}"#, r#"[{"b": {"a": {}, "x": 0, "a": 1}}]"#, r#"{"a": 1, "\u0061": 1}"#] {
            assert!(parse(text).unwrap_err().starts_with("a is there twice at line 1"), "{text}");
        }
        assert!(parse("{").is_err() && parse("{} {}").is_err() && parse(&"[".repeat(9000)).is_err());
    }
}
