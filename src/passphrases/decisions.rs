//! The answers to a use case that wants a passphrase: the cache, else the source that counts, else the person.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use super::{
    cache::PassphraseCache,
    named_key::NamedKey,
    prompt::{MIN_NEW, PassphrasePrompt},
    reader::PassphraseReader,
    source::{PassphraseSource, Place},
    sources::PassphraseSources,
};
use crate::term::{peer::Peer, prompter::Prompter};
use client::ports::{DecisionError, Decisions, PassphrasePurpose, PassphraseRequest};
use trust::{
    crypto::{file_kind::BYTE_ORDER_MARK, secret::Passphrase},
    model::{key_id::CanonicalKeyId, key_name::KeyName},
};

/// All the passphrases of one command.
pub(crate) struct Passphrases {
    sources: PassphraseSources,
    reader: Box<dyn PassphraseReader>,
    cache: Mutex<PassphraseCache>,
    prompt: PassphrasePrompt,
    prompter: Arc<Prompter>,
    /// Whose question is answered: one at a time, so that one key is asked for once, whoever wants it at the same moment.
    turn: Mutex<()>,
}

impl Passphrases {
    /// These sources, read by this reader; and the person at last.
    #[must_use]
    pub(crate) fn new(sources: PassphraseSources, reader: Box<dyn PassphraseReader>, prompter: Arc<Prompter>) -> Self {
        let prompt = PassphrasePrompt::new(sources.peer(), Arc::clone(&prompter));
        Self { sources, reader, cache: Mutex::default(), prompt, prompter, turn: Mutex::default() }
    }

    /// Answers a request, and says of which revision the answer is. One who got the answer of revision `got` before, and has found it wrong, gets
    /// what another has answered since.
    pub(super) fn answer(&self, request: &PassphraseRequest, got: Option<u32>) -> Result<(Passphrase, Option<u32>), DecisionError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let id = request.key.map(|id| id.to_string()).unwrap_or_default();
        let key = NamedKey { role: request.name.as_str(), id: &id };
        let known = self.cache().answer(key);
        let (answer, revision) = match (request.purpose, known) {
            (PassphrasePurpose::Unlock { attempt: 0 }, Some((answer, revision))) => (answer, Some(revision)),
            (PassphrasePurpose::Unlock { .. }, Some((answer, revision))) if got.is_some_and(|got| got != revision) => {
                (answer, Some(revision))
            }
            _ => {
                let answer = self.find_out(request.purpose, key)?;
                let revision = self.cache().keep_answer(key, &answer);
                (answer, revision)
            }
        };
        Ok((Passphrase::new(answer.to_vec()), revision))
    }

    fn find_out(&self, purpose: PassphrasePurpose, key: NamedKey<'_>) -> Result<Zeroizing<Vec<u8>>, DecisionError> {
        match purpose {
            PassphrasePurpose::Create => match self.source(key, true)? {
                Some(source) => self.read_new(&source, key),
                None => self.prompt.create(key, &|| self.sources.advice(key, true)),
            },
            PassphrasePurpose::Replace => match self.sources.for_replacing() {
                Some(source) => self.read_new(&source, key),
                None => self.prompt.replace(key, &|| "give --new-passphrase-file".to_owned()),
            },
            PassphrasePurpose::Unlock { attempt } => match self.source(key, false)? {
                Some(source) if attempt == 0 => self.read(&source, key),
                Some(source) => Err(self.wrong(&source, key)),
                None => self.prompt.unlock(key, attempt, &|| self.sources.advice(key, false)),
            },
        }
    }

    /// What a source holds does not open the key: the peers try the same value once more.
    fn wrong(&self, source: &PassphraseSource, key: NamedKey<'_>) -> DecisionError {
        let peer = self.sources.peer();
        let words = format!("the passphrase {} does not open the {}", source.described(), key.shown(peer));
        if peer == Peer::Docker {
            return DecisionError::NoAnswer(words);
        }
        self.prompter.ui().warning("passphrase", &words);
        DecisionError::AttemptsExceeded
    }

    fn source(&self, key: NamedKey<'_>, new: bool) -> Result<Option<PassphraseSource>, DecisionError> {
        self.sources.find(key, new).map_err(DecisionError::NoAnswer)
    }

    /// Reads what is to protect a key from now on. The peers take a short one from a variable, and so it is taken.
    fn read_new(&self, source: &PassphraseSource, key: NamedKey<'_>) -> Result<Zeroizing<Vec<u8>>, DecisionError> {
        let answer = self.read(source, key)?;
        let described = source.described();
        if answer.len() < MIN_NEW && self.cache().is_first_short(&described) {
            let words =
                format!("the passphrase {described} is shorter than {MIN_NEW} characters: whoever has the key's file can guess it");
            self.prompter.ui().warning("short-passphrase", &words);
        }
        Ok(answer)
    }

    fn read(&self, source: &PassphraseSource, key: NamedKey<'_>) -> Result<Zeroizing<Vec<u8>>, DecisionError> {
        // a command may ask on the terminal
        let _aside = self.prompter.ui().aside();
        let unusable = |reason: String| format!("the passphrase {} cannot be used: {reason}", source.described());
        let answer = match &source.place {
            Place::Text(text) => return Ok(text.clone()),
            Place::Command(line) => self.reader.command(line, key).map_err(unusable),
            Place::File(path) => {
                // whoever else wants it waits until it was read
                let mut cache = self.cache();
                cache.file(path).unwrap_or_else(|| {
                    let read = self.reader.file(path).map_err(unusable);
                    if let Some(warning) = read.as_ref().ok().and_then(|read| read.warning.as_deref()) {
                        self.prompter.ui().warning("passphrase", warning);
                    }
                    let held = read.map(|read| read.text);
                    if held.as_ref().is_ok_and(|text| text.starts_with(BYTE_ORDER_MARK)) {
                        let words =
                            format!("{} begins with a byte order mark, which counts as part of the passphrase", path.display());
                        self.prompter.ui().warning("passphrase", &words);
                    }
                    cache.keep_file(path, held.clone());
                    held
                })
            }
        };
        answer.map_err(DecisionError::NoAnswer)
    }

    fn cache(&self) -> MutexGuard<'_, PassphraseCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Decisions for Passphrases {
    fn passphrase(&self, request: &PassphraseRequest) -> Result<Passphrase, DecisionError> {
        self.answer(request, None).map(|(answer, _)| answer)
    }

    fn known_passphrase(&self, name: &KeyName, key: CanonicalKeyId) -> Option<Passphrase> {
        let id = key.to_string();
        let key = NamedKey { role: name.as_str(), id: &id };
        let known = self.cache().answer(key).map(|(answer, _)| answer);
        let read = || {
            let source = self.source(key, false).ok().flatten().filter(PassphraseSource::is_quiet)?;
            self.read(&source, key).ok()
        };
        known.or_else(read).map(|known| Passphrase::new(known.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        path::Path,
        sync::atomic::{AtomicU32, Ordering},
    };

    use super::*;
    use crate::{
        passphrases::reader::FilePassphrase,
        term::{input::Input, ui::Ui},
    };

    /// Files of which each can be read once, such as pipes; and a command that repeats what it was told.
    #[derive(Default)]
    struct Pipes(AtomicU32);

    impl PassphraseReader for Pipes {
        fn file(&self, path: &Path) -> Result<FilePassphrase, String> {
            match self.0.fetch_add(1, Ordering::Relaxed) {
                0 if path.ends_with("several") => Err("it holds more than one line".to_owned()),
                0 => Ok(FilePassphrase { text: b"secret".to_vec().into(), warning: None }),
                _ => Err("it is empty".to_owned()),
            }
        }
        fn descriptor(&self, _: u32) -> Result<Zeroizing<Vec<u8>>, String> {
            Err("the descriptor is not open".to_owned())
        }
        fn command(&self, line: &str, key: NamedKey<'_>) -> Result<Zeroizing<Vec<u8>>, String> {
            Ok(format!("{line} {} {}", key.role, key.id).into_bytes().into())
        }
    }

    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn passphrases(set: &'static [(&str, &str)]) -> Passphrases {
        let value = |name: &str| set.iter().find(|(set, _)| *set == name).map(|(_, value)| value.into());
        let sources = PassphraseSources::new(Peer::Docker, Box::new(value));
        let prompter = Prompter::new(Arc::new(Ui::to(io::sink(), io::sink())), Arc::new(Input::piped(io::empty())));
        Passphrases::new(sources, Box::new(Pipes::default()), Arc::new(prompter))
    }

    fn unlock(passphrases: &Passphrases, role: &str) -> Result<String, DecisionError> {
        let purpose = PassphrasePurpose::Unlock { attempt: 0 };
        let answer = passphrases.passphrase(&PassphraseRequest { name: KeyName::of(role), key: None, purpose });
        answer.map(|answer| String::from_utf8(answer.as_bytes().to_vec()).unwrap())
    }

    #[test]
    fn a_file_is_read_once_for_all_keys() {
        let pipe = passphrases(&[("DCT_PASSPHRASE_FILE", "/pipe")]);
        for role in ["jeff", "ian"] {
            assert_eq!(unlock(&pipe, role), Ok("secret".to_owned()));
        }
    }

    #[test]
    fn a_pipe_that_held_no_passphrase_says_the_same_when_it_is_asked_again() {
        let pipe = passphrases(&[("DCT_PASSPHRASE_FILE", "/several")]);
        let error = "the passphrase in /several (DCT_PASSPHRASE_FILE) cannot be used: it holds more than one line";
        for _ in 0..2 {
            assert_eq!(unlock(&pipe, "jeff"), Err(DecisionError::NoAnswer(error.to_owned())));
        }
    }

    #[test]
    fn a_command_is_told_the_key_and_no_command_is_run_before_its_answer_is_wanted() {
        let command = passphrases(&[("DCT_PASSPHRASE_COMMAND", "pass")]);
        assert!(command.known_passphrase(&KeyName::of("jeff"), CanonicalKeyId::from_hex(&"1".repeat(64)).unwrap()).is_none());
        assert_eq!(unlock(&command, "jeff"), Ok("pass jeff ".to_owned()));
    }

    #[test]
    fn a_short_passphrase_for_a_new_key_is_taken_and_told_of_once_a_source() {
        let screen = Arc::new(Mutex::new(Vec::new()));
        let ui = Arc::new(Ui::to(io::sink(), Screen(Arc::clone(&screen))));
        let set = |name: &str| match name {
            "DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE" => Some("x".into()),
            "DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE" => Some("long enough".into()),
            _ => None,
        };
        let sources = PassphraseSources::new(Peer::Docker, Box::new(set));
        let prompter = Prompter::new(ui, Arc::new(Input::piped(io::empty())));
        let passphrases = Passphrases::new(sources, Box::new(Pipes::default()), Arc::new(prompter));
        let ask = |role: &str, purpose| {
            passphrases.passphrase(&PassphraseRequest { name: KeyName::of(role), key: None, purpose }).unwrap();
        };
        ask("ian", PassphrasePurpose::Unlock { attempt: 0 });
        for role in ["targets", "jeff", "root"] {
            ask(role, PassphrasePurpose::Create);
        }
        let said = String::from_utf8(screen.lock().unwrap().clone()).unwrap();
        let warning = "warning: the passphrase in DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE is shorter than 8 characters: ";
        assert!(said.starts_with(warning) && said.lines().count() == 1, "{said}");
    }
}
