//! The passphrases that one command knows: what files held, and what was answered for each key. All of it is wiped when the command ends.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::named_key::NamedKey;

/// The one cache.
#[derive(Default)]
pub(super) struct PassphraseCache {
    /// What files held, or why they cannot be used: a pipe can be read once, and a file need not be read again.
    files: BTreeMap<PathBuf, Result<Zeroizing<Vec<u8>>, String>>,
    /// What was answered, by role and ID. One key is asked for once; another key of the same role is another question (the peers reuse the
    /// answer silently).
    answers: BTreeMap<(String, String), Answer>,
    /// The sources whose passphrase is short, of which the person was told.
    short: BTreeSet<String>,
}

/// A passphrase, and how many others were answered for the same key before it.
struct Answer {
    text: Zeroizing<Vec<u8>>,
    revision: u32,
}

impl PassphraseCache {
    /// What a file held when it was read before.
    pub(super) fn file(&self, path: &Path) -> Option<Result<Zeroizing<Vec<u8>>, String>> {
        self.files.get(path).cloned()
    }

    /// Keeps what a file held.
    pub(super) fn keep_file(&mut self, path: &Path, held: Result<Zeroizing<Vec<u8>>, String>) {
        self.files.insert(path.to_owned(), held);
    }

    /// Whether a source's passphrase is found to be short for the first time.
    pub(super) fn is_first_short(&mut self, source: &str) -> bool {
        self.short.insert(source.to_owned())
    }

    /// The last answer for a key, and its revision.
    pub(super) fn answer(&self, key: NamedKey<'_>) -> Option<(Zeroizing<Vec<u8>>, u32)> {
        self.answers.get(&name(key)).map(|answer| (answer.text.clone(), answer.revision))
    }

    /// Keeps an answer in place of the one before it, which was wrong. No answer is kept for a key whose ID is not known: it may be another key's.
    /// Returns the revision of the answer; the same answer once more is the same revision.
    pub(super) fn keep_answer(&mut self, key: NamedKey<'_>, text: &Zeroizing<Vec<u8>>) -> Option<u32> {
        if key.id.is_empty() {
            return None;
        }
        let revision = match self.answers.get(&name(key)) {
            None => 0,
            Some(before) if before.text == *text => before.revision,
            Some(before) => before.revision.saturating_add(1),
        };
        self.answers.insert(name(key), Answer { text: text.clone(), revision });
        Some(revision)
    }
}

fn name(key: NamedKey<'_>) -> (String, String) {
    (key.role.to_owned(), key.id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const JEFF: NamedKey<'_> = NamedKey { role: "jeff", id: "1" };

    fn text(text: &str) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(text.as_bytes().to_vec())
    }

    #[test]
    fn another_answer_is_another_revision_and_the_same_is_the_same() {
        let mut cache = PassphraseCache::default();
        let revisions = ["wrong", "wrong", "right"].map(|answer| cache.keep_answer(JEFF, &text(answer)));
        assert_eq!(revisions, [Some(0), Some(0), Some(1)]);
        assert_eq!(cache.answer(JEFF), Some((text("right"), 1)));
        assert_eq!(cache.answer(NamedKey { id: "2", ..JEFF }), None);
    }

    #[test]
    fn an_answer_for_a_key_of_unknown_id_is_not_kept() {
        let (mut cache, unknown) = (PassphraseCache::default(), NamedKey { id: "", ..JEFF });
        assert_eq!(cache.keep_answer(unknown, &text("x")), None);
        assert_eq!(cache.answer(unknown), None);
    }
}
