//! Canonical JSON as docker/go writes it: what is signed, and what stands in a file.

use super::{go, value::Json};

impl Json {
    /// The bytes that are signed: members sorted, no white space, and of a string's characters only `"` and `\` escaped
    /// (docker/go `canonical/json`; it differs from OLPC's form in that it does not normalise text).
    pub fn canonical(&self) -> Vec<u8> {
        self.canonical_text().into_bytes()
    }

    /// The canonical form as it stands in a file: Go's `encoding/json` escapes `<`, `>`, `&`, U+2028 and U+2029 in what it embeds.
    ///
    /// A control character has no place in it: the peers write it raw, which no JSON reader takes. [`Json::control_character`]
    /// finds it before anything is signed.
    pub fn in_file(&self) -> Vec<u8> {
        go::escaped(&self.canonical_text()).into_owned().into_bytes()
    }

    fn canonical_text(&self) -> String {
        let mut out = String::new();
        write(self, &mut out);
        out
    }

    /// The first text, of a value or of a member's name, that holds a control character.
    pub fn control_character(&self) -> Option<&str> {
        let bad = |text: &str| text.chars().any(|c| c < ' ');
        match self {
            Self::Null | Self::Bool(_) | Self::Integer(_) => None,
            Self::String(text) => bad(text).then_some(text),
            Self::Array(items) => items.iter().find_map(Self::control_character),
            Self::Object(members) => {
                members.iter().find_map(|(name, value)| if bad(name) { Some(name.as_str()) } else { value.control_character() })
            }
        }
    }
}

fn write(json: &Json, out: &mut String) {
    match json {
        Json::Null => out.push_str("null"),
        Json::Bool(true) => out.push_str("true"),
        Json::Bool(false) => out.push_str("false"),
        Json::Integer(number) => out.push_str(&number.to_string()),
        Json::String(text) => write_string(text, out),
        Json::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (i, (name, value)) in members.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        if c == '"' || c == '\\' {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(document: &str) -> String {
        String::from_utf8(Json::parse(document.as_bytes()).unwrap().canonical()).unwrap()
    }

    #[test]
    fn members_are_sorted_by_bytes_and_text_is_left_alone() {
        assert_eq!(
            canonical(r#"{ "b": [1, -2], "B": null, "é": "e\u0301", "a": "\"\\\/\t<&>" }"#),
            "{\"B\":null,\"a\":\"\\\"\\\\/\t<&>\",\"b\":[1,-2],\"é\":\"e\u{301}\"}"
        );
    }

    #[test]
    fn a_file_has_what_go_escapes_in_it() {
        let json = Json::parse(r#""<a&b>\u2028\u2029""#.as_bytes()).unwrap();
        assert_eq!(json.in_file(), br#""\u003ca\u0026b\u003e\u2028\u2029""#);
    }

    #[test]
    fn control_characters_are_found_anywhere() {
        assert_eq!(Json::parse(br#"{"a":["\t"]}"#).unwrap().control_character(), Some("\t"));
        assert_eq!(Json::parse(br#"{"a\n":[]}"#).unwrap().control_character(), Some("a\n"));
        assert_eq!(Json::parse(br#"{"a":["b c"]}"#).unwrap().control_character(), None);
    }
}
