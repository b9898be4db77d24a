//! What a settings file says, key by key, with the line of each: where a setting was said is told, and so is where a bad one stands.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// A key of the file, with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrittenSetting {
    /// The whole key, as it can be written: `registry."dtr.example.com".server`.
    pub(crate) key: String,
    /// The value as it is written.
    pub(crate) value: String,
    /// Its line, from 1.
    pub(crate) line: usize,
}

/// All that a text of TOML sets, in its order. One that is no TOML sets nothing.
pub(crate) fn written(text: &str) -> Vec<WrittenSetting> {
    let mut all = Vec::new();
    if let Ok(table) = DeTable::parse(text) {
        collect(text, "", table.get_ref(), &mut all);
    }
    all.sort_by_key(|setting| setting.line);
    all
}

/// The line on which a byte of a text stands, from 1.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

fn collect(text: &str, above: &str, table: &DeTable<'_>, all: &mut Vec<WrittenSetting>) {
    for (key, value) in table {
        let key = written_key(key.get_ref());
        let key = if above.is_empty() { key } else { format!("{above}.{key}") };
        match value.get_ref() {
            DeValue::Table(below) => collect(text, &key, below, all),
            _ => all.push(WrittenSetting { key, value: as_written(text, value), line: line_of(text, value.span().start) }),
        }
    }
}

/// One part of a key as it can be written: in quotes where it must be.
pub(crate) fn written_key(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if bare { key.to_owned() } else { format!("{key:?}") }
}

/// On one line, as the file has it.
fn as_written(text: &str, value: &Spanned<DeValue<'_>>) -> String {
    text.get(value.span()).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_told_with_its_line() {
        let text = "# head\n[registry.\"dtr.example.com\"]\nserver = \"https://n\"\ntoken-realms = [\n  \"a\",\n  \"b\",\n]\n[network]\ntimeout = 60\n";
        let all: Vec<_> = written(text).into_iter().map(|it| format!("{} = {} ({})", it.key, it.value, it.line)).collect();
        assert_eq!(
            all,
            [
                "registry.\"dtr.example.com\".server = \"https://n\" (3)",
                "registry.\"dtr.example.com\".token-realms = [ \"a\", \"b\", ] (4)",
                "network.timeout = 60 (9)"
            ]
        );
        assert_eq!(written("[network"), []);
    }
}
