//! JSON as the peers print it: Go's encoder escapes `<`, `>`, `&` and the line separators U+2028 and U+2029, and Docker indents by four.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use trust::json::go;

/// Renders a value, without a line ending.
pub(crate) fn indented(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::new();
    let formatter = GoFormatter(PrettyFormatter::with_indent(b"    "));
    value.serialize(&mut Serializer::with_formatter(&mut bytes, formatter))?;
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

struct GoFormatter<'a>(PrettyFormatter<'a>);

impl Formatter for GoFormatter<'_> {
    /// The text between two characters that every JSON encoder escapes.
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        writer.write_all(go::escaped(fragment).as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn strings_are_escaped_as_go_does() {
        let text = "<a & b>\u{2028}\u{2029}\"\\\n\t\u{8}\u{c}\u{1b}\u{7f}ü\u{202e}";
        assert_eq!(
            indented(&text).unwrap(),
            "\"\\u003ca \\u0026 b\\u003e\\u2028\\u2029\\\"\\\\\\n\\t\\b\\f\\u001b\u{7f}ü\u{202e}\""
        );
    }

    #[test]
    fn four_spaces_indent_and_nothing_is_empty_on_two_lines() {
        assert_eq!(indented(&Vec::<u8>::new()).unwrap(), "[]");
        let value = [BTreeMap::from([("Keys", vec!["a", "b"]), ("None", vec![])])];
        assert_eq!(
            indented(&value).unwrap(),
            "[\n    {\n        \"Keys\": [\n            \"a\",\n            \"b\"\n        ],\n        \"None\": []\n    }\n]"
        );
    }
}
