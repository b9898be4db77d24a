//! Makes text that a server, a file or a key's header chose safe to show on a terminal.
//!
//! Escaped are the characters that act on a terminal or deceive its reader: C0 and C1 controls, bidirectional controls, zero-width and
//! tag characters. The escape is `\u{1b}`, as Rust writes it, so nothing is lost, and text that is safe comes out as it went in. It holds for
//! pipes and files too (a log is read on a terminal some day); JSON output is exact, and never goes through here.

use std::borrow::Cow;

/// A name, a table's cell, or anything else that is one field: every dangerous character is escaped, the tab among them.
#[must_use]
pub fn field(text: &str) -> Cow<'_, str> {
    escape(text, is_dangerous)
}

/// A whole line: as [`field`], but a tab of our own layout stays a tab.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    escape(text, |c| c != '\t' && is_dangerous(c))
}

/// The same as [`field`], for the words of an error.
#[must_use]
pub fn printable(text: &str) -> String {
    field(text).into_owned()
}

fn escape(text: &str, dangerous: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&dangerous) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if dangerous(c) {
            safe.extend(c.escape_unicode());
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}'                        // soft hyphen: invisible
            | '\u{34f}'                     // combining grapheme joiner: invisible
            | '\u{61c}'                     // Arabic letter mark: bidirectional
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // Hangul fillers: blank letters
            | '\u{17b4}' | '\u{17b5}'       // Khmer inherent vowels: invisible
            | '\u{180b}'..='\u{180f}'       // Mongolian selectors and vowel separator
            | '\u{200b}'..='\u{200f}'       // zero-width, left-to-right and right-to-left marks
            | '\u{2028}'..='\u{202e}'       // line and paragraph separators, bidirectional embeddings and overrides
            | '\u{2060}'..='\u{206f}'       // word joiner, invisible operators, bidirectional isolates
            | '\u{fe00}'..='\u{fe0f}'       // variation selectors: can carry hidden bytes
            | '\u{feff}'                    // zero-width no-break space
            | '\u{fff9}'..='\u{fffb}'       // interlinear annotation
            | '\u{1d173}'..='\u{1d17a}'     // musical controls: invisible
            | '\u{e0000}'..='\u{e0fff}'     // tags and more variation selectors
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["v1.2.3", "größe", "日本語", "a b", "Ünï – “ok”", "👍", "\\u{1b}"] {
            assert!(matches!(field(text), Cow::Borrowed(t) if t == text), "{text}");
        }
    }

    #[test]
    fn nothing_acts_on_the_terminal() {
        assert_eq!(field("\u{1b}]0;owned\u{7}"), "\\u{1b}]0;owned\\u{7}");
        assert_eq!(field("a\r\nb\tc"), "a\\u{d}\\u{a}b\\u{9}c");
        assert_eq!(field("\u{9b}31m"), "\\u{9b}31m");
        assert_eq!(field("abc\u{202e}cba"), "abc\\u{202e}cba");
        assert_eq!(field("v1\u{200b}"), "v1\\u{200b}");
        assert_eq!(field("v1\u{e0041}"), "v1\\u{e0041}");
        assert_eq!(field("\u{2066}x\u{2069}"), "\\u{2066}x\\u{2069}");
    }

    #[test]
    fn a_line_keeps_its_tabs_alone() {
        assert_eq!(line("  Root Key:\tab\n"), "  Root Key:\tab\\u{a}");
    }

    #[test]
    fn escaping_twice_changes_nothing() {
        let once = field("\u{1b}[31m").into_owned();
        assert_eq!(field(&once), once);
    }
}
