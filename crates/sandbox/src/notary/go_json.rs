//! JSON as Go reads it: leniently. Of members that stand twice the last one counts, unknown ones are dropped, `null` is nothing, and bytes that
//! are no UTF-8 become U+FFFD. Our own readers are strict (`trust::json`); a server that is to take what Notary's takes cannot be.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use base64ct::{Base64, Encoding as _};

use trust::{json::value::Json, model::expiry::Expires};

/// What Go would say of a value, and the members that the error has in JSON.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fault {
    /// The text.
    pub(super) text: String,
    /// What is sent where the server does not send the text.
    pub(super) facts: Value,
}

impl Fault {
    /// An error that has no facts of its own.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), facts: json!({}) }
    }
}

/// The first value of a document (Go's `Decoder.Decode`): what follows is not looked at.
pub(super) fn first<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let text = String::from_utf8_lossy(bytes);
    let value = serde_json::Deserializer::from_str(&text).into_iter::<Value>().next()?.ok()?;
    typed(value).ok()
}

/// A whole document (Go's `json.Unmarshal`).
pub(super) fn whole<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    let text = String::from_utf8_lossy(bytes);
    let mut values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    let value = values.next().ok_or_else(|| Fault::new("unexpected end of JSON input"))?;
    let value = value.map_err(|error| Fault::new(error.to_string()))?;
    let rest = text.get(values.byte_offset()..).unwrap_or_default().trim_start_matches([' ', '\t', '\r', '\n']);
    if let Some(c) = rest.chars().next() {
        return Err(Fault::new(format!("invalid character {} after top-level value", quoted(c))));
    }
    typed(value)
}

/// A value of a type; `null` is one without members.
pub(super) fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Fault> {
    let value = if value.is_null() { json!({}) } else { value };
    serde_json::from_value(value).map_err(|error| Fault::new(in_go(&error.to_string())))
}

/// The tree whose canonical form is signed: every number has gone through a 64-bit float and must be whole (docker/go `canonical/json`).
pub(super) fn signed_tree(value: &Value) -> Result<Json, Fault> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) => {
            let float = number.as_f64().unwrap_or(f64::NAN);
            if float.floor().to_bits() != float.to_bits() {
                return Err(Fault::new(format!("json: unsupported value: {float}")));
            }
            #[expect(clippy::cast_possible_truncation, reason = "as Go does it")]
            Json::Integer(float as i64)
        }
        Value::String(text) => Json::String(text.clone()),
        Value::Array(items) => Json::Array(items.iter().map(signed_tree).collect::<Result<_, _>>()?),
        Value::Object(members) => Json::Object(tree_of(members)?),
    })
}

fn tree_of(members: &Map<String, Value>) -> Result<std::collections::BTreeMap<String, Json>, Fault> {
    members.iter().map(|(name, value)| Ok((name.clone(), signed_tree(value)?))).collect()
}

/// The form in which Go writes a typed value into a file: its members sorted, and `<`, `>`, `&`, U+2028 and U+2029 escaped. A control character
/// stands raw in docker/go's canonical form, and Go then refuses to embed it.
pub(super) fn in_file<T: Serialize>(value: &T) -> Result<String, Fault> {
    let fault = |error: serde_json::Error| Fault::new(error.to_string());
    let tree = signed_tree(&serde_json::to_value(value).map_err(fault)?)?;
    if let Some(c) = tree.control_character().and_then(|text| text.chars().find(|c| *c < ' ')) {
        let character = quoted(c);
        return Err(Fault::new(format!(
            "json: error calling MarshalJSON for type *json.RawMessage: invalid character {character} in string literal"
        )));
    }
    String::from_utf8(tree.in_file()).map_err(|error| Fault::new(error.to_string()))
}

/// For `#[serde(deserialize_with)]`: `null` leaves Go's zero value.
pub(super) fn nullable<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

/// The same for a map or a list: an absent one and `null` are Go's nil. A value of another kind is told with the name of Go's type.
pub(super) fn collection<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    from: D,
    fits: fn(&Value) -> bool,
    go_type: &str,
) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(from)?;
    if value.is_null() {
        return Ok(None);
    }
    if !fits(&value) {
        let kind = match value {
            Value::Array(_) => "array",
            Value::Object(_) => "object",
            Value::String(_) => "string",
            Value::Bool(_) => "bool",
            Value::Null | Value::Number(_) => "number",
        };
        return Err(serde::de::Error::custom(format_args!("json: cannot unmarshal {kind} into Go value of type {go_type}")));
    }
    serde_json::from_value(value).map(Some).map_err(|error| serde::de::Error::custom(in_go(&error.to_string())))
}

/// Flattened into a struct, it makes serde take objects alone for it, and no lists.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Members {}

/// `[]byte`: base64 in JSON, and `null` for none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct GoBytes(pub(super) Option<Vec<u8>>);

impl GoBytes {
    pub(super) fn as_slice(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for GoBytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Some(text) = Option::<String>::deserialize(from)? else { return Ok(Self(None)) };
        // Go passes over line endings
        let line: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
        let bytes = Base64::decode_vec(&line);
        let at = line.bytes().position(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'+' | b'/')).unwrap_or(line.len());
        bytes
            .map(|bytes| Self(Some(bytes)))
            .map_err(|_| serde::de::Error::custom(format_args!("illegal base64 data at input byte {at}")))
    }
}

impl Serialize for GoBytes {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.as_ref().map(|bytes| Base64::encode_string(bytes)).serialize(to)
    }
}

/// `time.Time`: RFC 3339, written back with its own offset and without zeros at the end of the fraction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GoTime {
    text: String,
    /// None for the zero value, which lies in the year 1.
    pub(super) time: Option<Expires>,
}

impl Default for GoTime {
    fn default() -> Self {
        Self { text: "0001-01-01T00:00:00Z".to_owned(), time: None }
    }
}

impl<'de> Deserialize<'de> for GoTime {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Some(text) = Option::<String>::deserialize(from)? else { return Ok(Self::default()) };
        let time = Expires::parse(&text).ok_or_else(|| serde::de::Error::custom(format_args!("parsing time {text:?}")))?;
        Ok(Self { text: shortest(&text), time: Some(time) })
    }
}

impl Serialize for GoTime {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(to)
    }
}

fn shortest(time: &str) -> String {
    let Some((seconds, rest)) = time.split_at_checked(19) else { return time.to_owned() };
    let end = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (fraction, zone) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    let zone = if matches!(zone, "+00:00" | "-00:00") { "Z" } else { zone };
    format!("{seconds}{fraction}{zone}")
}

/// serde's words about a value of another type in Go's; where serde does not know Go's type they are only near.
fn in_go(text: &str) -> String {
    let Some((found, expected)) = text.strip_prefix("invalid type: ").and_then(|text| text.split_once(", expected ")) else {
        return text.to_owned();
    };
    let kind = match found.split([' ', '`']).next().unwrap_or_default() {
        "sequence" => "array",
        "map" => "object",
        "string" => "string",
        "boolean" => "bool",
        _ => "number",
    };
    let expected = match expected {
        "a string" => "string",
        "a boolean" => "bool",
        "i64" => "int",
        other => other,
    };
    format!("json: cannot unmarshal {kind} into Go value of type {expected}")
}

/// A character as Go's scanner quotes it.
fn quoted(c: char) -> String {
    match c {
        '\'' => r"'\''".to_owned(),
        '"' => "'\"'".to_owned(),
        '\n' => r"'\n'".to_owned(),
        '\r' => r"'\r'".to_owned(),
        '\t' => r"'\t'".to_owned(),
        c if c < ' ' => format!(r"'\x{:02x}'", u32::from(c)),
        c => format!("'{c}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read_as_leniently_as_by_go() {
        let value: Value = whole(b" {\"a\":1,\"a\":2,\"x\":\"\xff\"} \n").unwrap();
        assert_eq!(value, json!({"a": 2, "x": "\u{fffd}"}));
        assert_eq!(first::<Value>(b"{} trailing"), Some(json!({})));
        assert_eq!(whole::<Value>(b"{}\n'").unwrap_err().text, r"invalid character '\'' after top-level value");
        assert_eq!(first::<Value>(b"{"), None);
        assert_eq!(first::<Value>(b""), None);
        assert_eq!(first::<Value>("[".repeat(100_000).as_bytes()), None);
    }

    #[test]
    fn numbers_must_be_whole() {
        let canonical =
            |text: &str| signed_tree(&serde_json::from_str(text).unwrap()).map(|json| String::from_utf8(json.canonical()).unwrap());
        assert_eq!(canonical("[1.0,1e2,-0.0,9007199254740993]").unwrap(), "[1,100,0,9007199254740992]");
        assert_eq!(canonical("1.5").unwrap_err().text, "json: unsupported value: 1.5");
    }

    #[test]
    fn times_are_written_as_go_would() {
        for (text, written) in [
            ("2036-11-18T02:50:32.626000000-05:00", "2036-11-18T02:50:32.626-05:00"),
            ("2036-11-18T02:50:32.000Z", "2036-11-18T02:50:32Z"),
            ("2036-11-18T02:50:32+00:00", "2036-11-18T02:50:32Z"),
        ] {
            assert_eq!(serde_json::to_value(typed::<GoTime>(json!(text)).unwrap()).unwrap(), json!(written));
        }
        assert!(typed::<GoTime>(json!("tomorrow")).is_err());
    }
}
