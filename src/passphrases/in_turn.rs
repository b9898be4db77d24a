//! The passphrases of one of several repositories that are worked on at once: one key is asked for once, though several want it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use super::decisions::Passphrases;
use client::ports::{DecisionError, Decisions, PassphraseRequest};
use trust::{
    crypto::secret::Passphrase,
    model::{key_id::CanonicalKeyId, key_name::KeyName},
};

/// What answers for one repository among several.
///
/// A wrong answer goes to every repository, and the first of them to find out asks again. The others are given what was answered then.
pub(crate) struct InTurn<'a> {
    passphrases: &'a Passphrases,
    /// The revision of the answer that this repository got last, by role and ID.
    got: Mutex<BTreeMap<(KeyName, Option<CanonicalKeyId>), u32>>,
}

impl<'a> InTurn<'a> {
    /// Answers out of what all of them share.
    #[must_use]
    pub(crate) fn new(passphrases: &'a Passphrases) -> Self {
        Self { passphrases, got: Mutex::default() }
    }
}

impl Decisions for InTurn<'_> {
    fn passphrase(&self, request: &PassphraseRequest) -> Result<Passphrase, DecisionError> {
        let name = (request.name.clone(), request.key);
        let mut got = self.got.lock().unwrap_or_else(PoisonError::into_inner);
        let (answer, revision) = self.passphrases.answer(request, got.get(&name).copied())?;
        if let Some(revision) = revision {
            got.insert(name, revision);
        }
        Ok(answer)
    }

    fn known_passphrase(&self, name: &KeyName, key: CanonicalKeyId) -> Option<Passphrase> {
        self.passphrases.known_passphrase(name, key)
    }
}

#[cfg(test)]
mod tests {
    use std::{io, path::Path, sync::Arc};

    use zeroize::Zeroizing;

    use super::*;
    use crate::{
        passphrases::{
            named_key::NamedKey,
            reader::{FilePassphrase, PassphraseReader},
            sources::PassphraseSources,
        },
        term::{input::Input, peer::Peer, prompter::Prompter, ui::Ui},
    };
    use client::ports::PassphrasePurpose;

    /// Nothing names a place.
    struct Nowhere;

    impl PassphraseReader for Nowhere {
        fn file(&self, _: &Path) -> Result<FilePassphrase, String> {
            Err(String::new())
        }
        fn descriptor(&self, _: u32) -> Result<Zeroizing<Vec<u8>>, String> {
            Err(String::new())
        }
        fn command(&self, _: &str, _: NamedKey<'_>) -> Result<Zeroizing<Vec<u8>>, String> {
            Err(String::new())
        }
    }

    fn typed(lines: &'static str) -> Passphrases {
        let prompter = Prompter::new(Arc::new(Ui::to(io::sink(), io::sink())), Arc::new(Input::piped(lines.as_bytes())));
        Passphrases::new(PassphraseSources::new(Peer::Docker, Box::new(|_| None)), Box::new(Nowhere), Arc::new(prompter))
    }

    #[test]
    fn a_wrong_answer_is_asked_for_anew_once_for_all_repositories() {
        let passphrases = typed("wrong\nright\nnever wanted\n");
        let repositories = [(), (), ()].map(|()| InTurn::new(&passphrases));
        let ask = |repository: &InTurn<'_>, attempt| {
            let purpose = PassphrasePurpose::Unlock { attempt };
            let key = CanonicalKeyId::from_hex(&"1".repeat(64));
            repository.passphrase(&PassphraseRequest { name: KeyName::of("jeff"), key, purpose })
        };
        for (attempt, expected) in [(0, "wrong"), (1, "right")] {
            for repository in &repositories {
                assert_eq!(ask(repository, attempt).unwrap().as_bytes(), expected.as_bytes());
            }
        }
        // what is wrong again goes to the one who is asked
        assert_eq!(ask(&repositories[2], 4).err(), Some(DecisionError::AttemptsExceeded));
    }
}
