//! JSON as Go's `encoding/json` writes it: the escapes of its strings, and members in the order of a struct.

use std::{borrow::Cow, fmt::Write as _};

/// What Go escapes though JSON lets it stand: it is safe in HTML and in JavaScript then.
const ESCAPED: [char; 5] = ['<', '>', '&', '\u{2028}', '\u{2029}'];

/// A text within quotes, with what Go escapes beside that which every writer does.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(ESCAPED) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if ESCAPED.contains(&c) { by_number(&mut out, c) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// A string. Go before 1.22, which Notary is built with, has no short form for U+0008 and U+000C.
#[must_use]
pub fn string(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' => by_number(&mut out, c),
            c if ESCAPED.contains(&c) => by_number(&mut out, c),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A list of values that are written already.
#[must_use]
pub fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
}

/// An object of values that are written already, in this order.
#[must_use]
pub fn object<'a>(members: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let members = members.into_iter().map(|(name, value)| format!("{}:{value}", string(name)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn by_number(out: &mut String, c: char) {
    // writing into a text does not fail
    let _ = write!(out, "\\u{:04x}", u32::from(c));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_act_in_a_page_is_escaped_by_its_number() {
        assert_eq!(escaped("<a&b>\u{2028}\u{2029}"), r"\u003ca\u0026b\u003e\u2028\u2029");
        assert!(matches!(escaped("plain \" \\ ü"), Cow::Borrowed("plain \" \\ ü")));
    }

    #[test]
    fn text_is_escaped_as_go_escapes_it() {
        let of_go = r#""\u0001\b\n\r\t\"\\\u003c\u003e\u0026\u2028/é""#.replace(r"\b", r"\u0008");
        assert_eq!(string("\u{1}\u{8}\n\r\t\"\\<>&\u{2028}/é"), of_go);
    }

    #[test]
    fn members_and_items_keep_their_order() {
        let list = list([string("b"), string("a")]);
        assert_eq!(object([("b", list), ("a", "null".to_owned())]), r#"{"b":["b","a"],"a":null}"#);
        assert_eq!((object([]), super::list([])), ("{}".to_owned(), "[]".to_owned()));
    }
}
