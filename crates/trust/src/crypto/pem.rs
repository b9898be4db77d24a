//! PEM with headers, read and written as Go's `encoding/pem` does: every key file goes through it, and the peers must read ours.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

/// One block.
#[derive(Clone, PartialEq, Eq)]
pub struct PemBlock {
    /// What stands after `BEGIN`, such as `EC PRIVATE KEY`.
    pub label: String,
    /// The headers, such as `role` and `gun`.
    pub headers: BTreeMap<String, String>,
    /// The decoded bytes.
    pub content: Zeroizing<Vec<u8>>,
}

impl PemBlock {
    /// A block without headers.
    #[must_use]
    pub fn new(label: &str, content: Vec<u8>) -> Self {
        Self { label: label.to_owned(), headers: BTreeMap::new(), content: Zeroizing::new(content) }
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// A header that cannot be written so that a reader finds it again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the PEM header {0:?} cannot be written")]
pub struct InvalidHeader(pub String);

/// Writes a block: LF, 64 columns, `Proc-Type` first and the other headers sorted.
pub fn encode(block: &PemBlock) -> Result<Zeroizing<String>, InvalidHeader> {
    // room for all of it, so that no copy of a key is left behind by a growing string
    let headers: usize = block.headers.iter().map(|(name, value)| name.len() + value.len() + 3).sum();
    let capacity = 2 * (block.label.len() + 17) + headers + 1 + block.content.len().div_ceil(3) * 4 * 65 / 64 + 2;
    let mut text = Zeroizing::new(String::with_capacity(capacity));
    let mut push = |parts: &[&str]| parts.iter().for_each(|part| text.push_str(part));
    push(&["-----BEGIN ", &block.label, "-----\n"]);
    let first = block.headers.get_key_value("Proc-Type");
    for (name, value) in first.into_iter().chain(block.headers.iter().filter(|(name, _)| *name != "Proc-Type")) {
        if !is_plain(name) || name.contains(':') || !is_plain(value) {
            return Err(InvalidHeader(name.clone()));
        }
        push(&[name, ": ", value, "\n"]);
    }
    if !block.headers.is_empty() {
        push(&["\n"]);
    }
    for line in block.content.chunks(48) {
        push(&[&Zeroizing::new(Base64::encode_string(line)), "\n"]);
    }
    push(&["-----END ", &block.label, "-----\n"]);
    Ok(text)
}

/// A reader trims white space and ends a header at the end of its line.
fn is_plain(text: &str) -> bool {
    text.trim() == text && !text.contains(['\n', '\r'])
}

/// The first block of a text.
#[must_use]
pub fn first_block(text: &[u8]) -> Option<PemBlock> {
    Blocks::of(text).next()
}

/// All blocks of a text. What stands between them, and what begins like a block and is none, is passed over.
#[must_use]
pub fn blocks(text: &[u8]) -> Vec<PemBlock> {
    Blocks::of(text).collect()
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// Walks a text once, whatever it holds.
struct Blocks<'a> {
    text: &'a [u8],
    /// Where the walk stands; always the beginning of a line, or of the text.
    at: usize,
    /// The first `END` line at or after some earlier place, so that no text is searched twice for it.
    end: usize,
}

impl<'a> Blocks<'a> {
    fn of(text: &'a [u8]) -> Self {
        Self { text, at: 0, end: 0 }
    }

    /// The line at the walk's place without its ending, and the place after it.
    fn line(&self) -> (&'a [u8], usize) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        let line = rest.get(..len).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let blank = line.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let line = line.get(..line.len() - blank).unwrap_or_default();
        (line, (self.at + len + 1).min(self.text.len()))
    }

    /// The place of the next `END` line at or after the walk's place.
    fn next_end(&mut self) -> Option<usize> {
        while self.end < self.at || !self.text.get(self.end..)?.starts_with(END) {
            let from = self.end.max(self.at.saturating_sub(1));
            self.end = from + self.text.get(from..)?.iter().position(|b| *b == b'\n')? + 1;
        }
        Some(self.end)
    }

    /// The block that begins on the line `begin`, whose content begins at the walk's place.
    fn block(&mut self, begin: &[u8]) -> Option<PemBlock> {
        let label = begin.strip_prefix(BEGIN)?.strip_suffix(DASHES)?;
        let mut headers = BTreeMap::new();
        loop {
            let (line, next) = self.line();
            let Some(colon) = line.iter().position(|b| *b == b':') else { break };
            let (name, value) = line.split_at_checked(colon)?;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes.trim_ascii()).into_owned();
            headers.insert(text(name), text(value.get(1..)?));
            self.at = next;
        }
        let end = self.next_end()?;
        let content = decode_lines(self.text.get(self.at..end)?)?;
        self.at = end;
        let (line, next) = self.line();
        if line.strip_prefix(END)?.strip_suffix(DASHES)? != label {
            return None;
        }
        self.at = next;
        Some(PemBlock { label: String::from_utf8_lossy(label).into_owned(), headers, content })
    }
}

impl Iterator for Blocks<'_> {
    type Item = PemBlock;

    fn next(&mut self) -> Option<PemBlock> {
        while self.at < self.text.len() {
            let (line, next) = self.line();
            self.at = next;
            if line.starts_with(BEGIN)
                && let Some(block) = self.block(line)
            {
                return Some(block);
            }
        }
        None
    }
}

/// Decodes base64 over several lines.
fn decode_lines(lines: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let blank = |b: u8| matches!(b, b'\n' | b'\r' | b' ' | b'\t');
    // stops where another block begins, before anything is copied: a hostile text costs no more than its length
    if !lines.iter().all(|b| blank(*b) || b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')) {
        return None;
    }
    let mut text = Zeroizing::new(String::with_capacity(lines.len()));
    text.extend(lines.iter().filter(|b| !blank(**b)).map(|b| char::from(*b)));
    Base64::decode_vec(&text).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn headers(block: &PemBlock) -> Vec<(&str, &str)> {
        block.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// What Go's `pem.EncodeToMemory` writes for the same block.
    const GO: &str = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\ngun: localhost:5000/x\nrole: \
                      targets\n\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nAAA=\n-----END EC PRIVATE KEY-----\n";

    #[test]
    fn blocks_are_written_as_go_writes_them() {
        let mut block = PemBlock::new("EC PRIVATE KEY", vec![0; 50]);
        for (name, value) in
            [("role", "targets"), ("gun", "localhost:5000/x"), ("DEK-Info", "AES-256-CBC,00"), ("Proc-Type", "4,ENCRYPTED")]
        {
            block.headers.insert(name.to_owned(), value.to_owned());
        }
        assert_eq!(*encode(&block).unwrap(), GO);
        assert!(first_block(GO.as_bytes()).unwrap() == block);
        assert_eq!(*encode(&PemBlock::new("X", vec![])).unwrap(), "-----BEGIN X-----\n-----END X-----\n");
    }

    #[test]
    fn headers_that_would_not_be_found_again_are_refused() {
        for (name, value) in [("a:b", "x"), ("a", "x\ny"), ("a\n", "x"), ("a", " x")] {
            let mut block = PemBlock::new("X", vec![1]);
            block.headers.insert(name.to_owned(), value.to_owned());
            assert!(encode(&block).is_err(), "{name:?} {value:?}");
        }
    }

    #[test]
    fn blocks_are_read_as_go_reads_them() {
        let text = "junk\r\n-----BEGIN A-----\r\nrole :  x:y \r\n\r\nAAEC \r\n-----END A-----  \r\nmore\n-----BEGIN B-----\nAA==\n-----END B-----";
        let found = blocks(text.as_bytes());
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].label.as_str(), found[0].content.as_slice()), ("A", &[0, 1, 2][..]));
        assert_eq!(headers(&found[0]), [("role", "x:y")]);
        assert_eq!((found[1].label.as_str(), found[1].content.as_slice()), ("B", &[0][..]));
    }

    #[test]
    fn what_is_no_block_is_passed_over() {
        for text in [
            "",
            "-----BEGIN A-----",
            "-----BEGIN A-----\nAAAA\n",
            "-----BEGIN A-----\nAAAA\n-----END B-----\n",
            "-----BEGIN A-----\nAAAA\n-----END A-----x\n",
            "-----BEGIN A-----\nAA!A\n-----END A-----\n",
            "-----BEGIN A----\nAAAA\n-----END A-----\n",
            " -----BEGIN A-----\nAAAA\n-----END A-----\n",
            "-----BEGIN A-----\nAAAA-----END A-----\n",
        ] {
            assert!(blocks(text.as_bytes()).is_empty(), "{text:?}");
            let followed = format!("{text}\n-----BEGIN Z-----\nAAAA\n-----END Z-----\n");
            assert_eq!(first_block(followed.as_bytes()).map(|block| block.label), Some("Z".to_owned()), "{text:?}");
        }
    }

    #[test]
    fn a_hostile_text_costs_no_more_than_its_length() {
        drop(blocks("-----BEGIN A-----\n".repeat(60_000).as_bytes()));
        drop(blocks(["-----BEGIN A-----\n".repeat(60_000).as_str(), "-----END B-----\n"].concat().as_bytes()));
        drop(blocks("-----BEGIN A-----\nx:y\n".repeat(50_000).as_bytes()));
        drop(blocks("-----END A-----\n-----BEGIN A-----\n".repeat(30_000).as_bytes()));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            content in proptest::collection::vec(any::<u8>(), 0..300),
            label in "[A-Z][A-Z0-9 ]{0,20}[A-Z]",
            headers in proptest::collection::btree_map("[A-Za-z-]{1,12}", "[a-z:/.0-9-]{0,40}", 0..4),
        ) {
            let block = PemBlock { label, headers, content: Zeroizing::new(content) };
            let text = encode(&block).unwrap();
            prop_assert!(blocks(text.as_bytes()) == [block]);
        }

        #[test]
        fn no_text_makes_it_panic(text in proptest::collection::vec(prop_oneof![
            Just("-----BEGIN A-----"), Just("-----END A-----"), Just("-----"), Just("\n"), Just("\r\n"), Just("a: b"), Just("AAAA"), Just("="), Just(" "),
        ], 0..40)) {
            drop(blocks(text.concat().as_bytes()));
        }
    }
}
