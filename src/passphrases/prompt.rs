//! The last source of a passphrase: the person, asked in the words of the peers (their `passphrase.go`).
//!
//! An end of input is one error that names the variable which would have answered; the peers ask twelve times.

use std::{io, sync::Arc};

use zeroize::Zeroizing;

use super::named_key::NamedKey;
use crate::term::{peer::Peer, prompter::Prompter};
use client::ports::DecisionError;

/// Shortest new passphrase that is accepted from a person, in bytes. A variable may hold a shorter one, as with the peers, which is warned of.
pub(super) const MIN_NEW: usize = 8;

/// How often a new passphrase is asked for.
const NEW_ATTEMPTS: u32 = 12;

/// How often the passphrase of an existing key is asked for.
const UNLOCK_ATTEMPTS: u32 = 4;

/// The peers' words, which do not say how long it must be.
const TOO_SHORT: &str = "Passphrase is too short. Please use a password manager to generate and store a good random passphrase.";

const ROOT_WARNING: [&str; 6] = [
    "You are about to create a new root signing key passphrase. This passphrase",
    "will be used to protect the most sensitive key in your signing system. Please",
    "choose a long, complex passphrase and be careful to keep the password and the",
    "key file itself secure and backed up. It is highly recommended that you use a",
    "password manager to generate the passphrase and keep it safe. There will be no",
    "way to recover this key. You can find the key in your config directory.",
];

/// Asks a person for passphrases, as a peer does.
pub(super) struct PassphrasePrompt {
    peer: Peer,
    prompter: Arc<Prompter>,
}

/// What a person can do where nobody answers, found out only then.
pub(super) type Advice<'a> = &'a dyn Fn() -> String;

/// What is asked for, as an error names it.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    what: &'static str,
    key: NamedKey<'a>,
    advice: Advice<'a>,
}

impl PassphrasePrompt {
    pub(super) fn new(peer: Peer, prompter: Arc<Prompter>) -> Self {
        Self { peer, prompter }
    }

    /// Asks for the passphrase of a key that exists. `attempt` answers were wrong.
    pub(super) fn unlock(&self, key: NamedKey<'_>, attempt: u32, advice: Advice<'_>) -> Result<Zeroizing<Vec<u8>>, DecisionError> {
        if attempt >= UNLOCK_ATTEMPTS || !self.may_ask() {
            return Err(DecisionError::AttemptsExceeded);
        }
        if attempt > 0 {
            self.prompter.ui().say("Passphrase incorrect. Please retry.");
        }
        let wanted = Wanted { what: "passphrase", key, advice };
        self.ask(wanted, &format!("Enter passphrase for {}: ", key.shown(self.peer)))
    }

    /// Asks for the passphrase of a new key, twice.
    pub(super) fn create(&self, key: NamedKey<'_>, advice: Advice<'_>) -> Result<Zeroizing<Vec<u8>>, DecisionError> {
        if !self.may_ask() {
            return Err(DecisionError::NewAttemptsExceeded);
        }
        self.warn_of_root(key);
        self.ask_twice(Wanted { what: "passphrase", key, advice }, "passphrase for new")
    }

    /// Asks for a passphrase in place of the one that a key has, twice.
    pub(super) fn replace(&self, key: NamedKey<'_>, advice: Advice<'_>) -> Result<Zeroizing<Vec<u8>>, DecisionError> {
        if !self.may_ask() {
            return Err(DecisionError::NewAttemptsExceeded);
        }
        let words = match self.peer {
            Peer::Docker => "new passphrase for",
            // it asks as for a new key, with all that it says of one
            Peer::Notary => {
                self.warn_of_root(key);
                "passphrase for new"
            }
        };
        self.ask_twice(Wanted { what: "new passphrase", key, advice }, words)
    }

    fn warn_of_root(&self, key: NamedKey<'_>) {
        for line in ROOT_WARNING.iter().filter(|_| key.role == "root") {
            self.prompter.ui().say(line);
        }
    }

    fn ask_twice(&self, wanted: Wanted<'_>, words: &str) -> Result<Zeroizing<Vec<u8>>, DecisionError> {
        let key = wanted.key.shown(self.peer);
        for _ in 0..NEW_ATTEMPTS {
            let first = self.ask(wanted, &format!("Enter {words} {key}: "))?;
            if first.len() < MIN_NEW {
                match self.peer {
                    Peer::Docker => self.prompter.ui().say(&format!("{TOO_SHORT} It takes at least {MIN_NEW} characters.")),
                    Peer::Notary => self.prompter.ui().say(TOO_SHORT),
                }
                continue;
            }
            let second = self.ask(wanted, &format!("Repeat {words} {key}: "))?;
            if *first == *second {
                return Ok(first);
            }
            self.prompter.ui().say("Passphrases do not match. Please retry.");
        }
        Err(DecisionError::NewAttemptsExceeded)
    }

    /// Notary asks nobody but at a terminal: what comes through a pipe may be what a command works on.
    fn may_ask(&self) -> bool {
        self.peer == Peer::Docker || self.prompter.is_terminal()
    }

    fn ask(&self, wanted: Wanted<'_>, question: &str) -> Result<Zeroizing<Vec<u8>>, DecisionError> {
        self.prompter.hidden(question).map_err(|error| {
            let reason = match error.kind() {
                io::ErrorKind::UnexpectedEof => "the input ended".to_owned(),
                _ => error.to_string(),
            };
            let (what, key, advice) = (wanted.what, wanted.key.shown(self.peer), (wanted.advice)());
            DecisionError::NoAnswer(format!("no {what} for the {key}: {reason}; {advice}, or answer the prompt on a terminal"))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, ffi::OsString, io::Write, path::Path, sync::Mutex};

    use super::*;
    use crate::{
        passphrases::{
            decisions::Passphrases,
            reader::{FilePassphrase, PassphraseReader},
            sources::PassphraseSources,
        },
        term::{input::Input, ui::Ui},
    };
    use client::ports::{Decisions as _, PassphrasePurpose, PassphraseRequest};
    use trust::{
        crypto::secret::Passphrase,
        model::{key_id::CanonicalKeyId, key_name::KeyName},
    };

    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The places that variables name are not there.
    struct NotThere;

    impl PassphraseReader for NotThere {
        fn file(&self, _: &Path) -> Result<FilePassphrase, String> {
            Err("not there".to_owned())
        }
        fn descriptor(&self, _: u32) -> Result<Zeroizing<Vec<u8>>, String> {
            Err("not there".to_owned())
        }
        fn command(&self, _: &str, _: NamedKey<'_>) -> Result<Zeroizing<Vec<u8>>, String> {
            Err("not there".to_owned())
        }
    }

    /// A peer's program in this environment, with a person at the other end of a pipe.
    fn passphrases(peer: Peer, screen: &Screen, typed: &'static str, set: &[(&str, &str)]) -> Passphrases {
        let (ui, input) = (Ui::to(screen.clone(), io::sink()), Input::piped(typed.as_bytes()));
        let set: BTreeMap<String, OsString> = set.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
        let sources = PassphraseSources::new(peer, Box::new(move |name| set.get(name).cloned()));
        Passphrases::new(sources, Box::new(NotThere), Arc::new(Prompter::new(Arc::new(ui), Arc::new(input))))
    }

    /// What the person sees on standard output, and what the requests are answered with.
    fn session(
        typed: &'static str,
        set: &[(&str, &str)],
        requests: &[PassphraseRequest],
    ) -> (String, Vec<Result<String, DecisionError>>) {
        let screen = Screen::default();
        let passphrases = passphrases(Peer::Docker, &screen, typed, set);
        let text = |passphrase: Passphrase| String::from_utf8(passphrase.as_bytes().to_vec()).unwrap();
        let answers = requests.iter().map(|request| passphrases.passphrase(request).map(text)).collect();
        let seen = String::from_utf8(screen.0.lock().unwrap().clone()).unwrap();
        (seen, answers)
    }

    fn id(digits: &str) -> Option<CanonicalKeyId> {
        CanonicalKeyId::from_hex(&format!("{digits:0<64}")).filter(|_| !digits.is_empty())
    }

    fn new_key(role: &str, key: &str) -> PassphraseRequest {
        PassphraseRequest { name: KeyName::of(role), key: id(key), purpose: PassphrasePurpose::Create }
    }

    #[test]
    fn notary_asks_nobody_through_a_pipe_and_takes_its_own_words() {
        let screen = Screen::default();
        let set = [("NOTARY_TARGETS_PASSPHRASE", "t")];
        let passphrases = passphrases(Peer::Notary, &screen, "passphrase1\npassphrase1\n", &set);
        let ask = |request: PassphraseRequest| passphrases.passphrase(&request).err();
        assert_eq!(ask(new_key("root", "1234567")), Some(DecisionError::NewAttemptsExceeded));
        assert_eq!(ask(existing("jeff", "1234567", 0)), Some(DecisionError::AttemptsExceeded));
        assert_eq!(ask(existing("targets", "1234567", 0)), None);
        assert_eq!(ask(existing("targets", "1234567", 1)), Some(DecisionError::AttemptsExceeded));
        assert!(screen.0.lock().unwrap().is_empty());
        let key = NamedKey { role: "targets", id: "123456789" };
        assert_eq!(key.shown(Peer::Notary), "targets key with ID 1234567");
    }

    fn existing(role: &str, key: &str, attempt: u32) -> PassphraseRequest {
        PassphraseRequest { name: KeyName::of(role), key: id(key), purpose: PassphrasePurpose::Unlock { attempt } }
    }

    #[test]
    fn a_new_key_is_asked_for_as_docker_asks() {
        let (seen, answers) =
            session("short\npassphrase1\npassphrase2\npassphrase1\n passphrase1 \n", &[], &[new_key("jeff", "9e36c3d77d1f")]);
        assert_eq!(answers, [Ok("passphrase1".to_owned())]);
        // recorded from docker 28.2.2
        assert_eq!(
            seen,
            "Enter passphrase for new jeff key with ID 9e36c3d: \n\
             Passphrase is too short. Please use a password manager to generate and store a good random passphrase. It takes at least 8 characters.\n\
             Enter passphrase for new jeff key with ID 9e36c3d: \n\
             Repeat passphrase for new jeff key with ID 9e36c3d: \n\
             Passphrases do not match. Please retry.\n\
             Enter passphrase for new jeff key with ID 9e36c3d: \n\
             Repeat passphrase for new jeff key with ID 9e36c3d: \n"
        );
    }

    #[test]
    fn a_root_key_comes_with_the_warning_once() {
        let (seen, answers) = session("short\npassphrase1\npassphrase1\n", &[], &[new_key("root", "1234567")]);
        assert_eq!(answers, [Ok("passphrase1".to_owned())]);
        assert!(
            seen.starts_with("You are about to create a new root signing key passphrase. This passphrase\nwill be used"),
            "{seen}"
        );
        assert_eq!(seen.matches("You are about").count(), 1);
    }

    #[test]
    fn a_key_that_exists_is_asked_for_a_new_passphrase_whatever_opens_it() {
        let replace = PassphraseRequest { purpose: PassphrasePurpose::Replace, ..new_key("root", "1234567") };
        let set = [("DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE", "old")];
        let (seen, answers) = session("passphrase1\npassphrase1\n", &set, &[existing("root", "1234567", 0), replace]);
        assert_eq!(answers, ["old", "passphrase1"].map(|p| Ok(p.to_owned())));
        assert_eq!(
            seen,
            "Enter new passphrase for root key with ID 1234567: \nRepeat new passphrase for root key with ID 1234567: \n"
        );
    }

    #[test]
    fn two_keys_are_answered_from_one_pipe() {
        let (_, answers) = session(
            "passphrase1\npassphrase1\npassphrase2\npassphrase2\npassphrase3\n",
            &[],
            &[new_key("root", "1"), new_key("targets", "2"), existing("jeff", "3", 0)],
        );
        assert_eq!(answers, ["passphrase1", "passphrase2", "passphrase3"].map(|p| Ok(p.to_owned())));
    }

    #[test]
    fn another_new_key_of_the_same_role_is_another_question() {
        let (seen, _) = session(
            "passphrase1\npassphrase1\npassphrase2\npassphrase2\n",
            &[],
            &[new_key("targets", "1"), new_key("targets", "2")],
        );
        assert!(seen.contains("Enter passphrase for new repository key with ID 1000000: "), "{seen}");
        assert!(seen.contains("Enter passphrase for new repository key with ID 2000000: "), "{seen}");
    }

    #[test]
    fn one_key_is_asked_for_once() {
        let requests = [new_key("jeff", "1"), existing("jeff", "1", 0), existing("ian", "2", 0), existing("ian", "2", 0)];
        let (seen, answers) = session("passphrase1\npassphrase1\nshort\n", &[], &requests);
        assert_eq!(answers, ["passphrase1", "passphrase1", "short", "short"].map(|p| Ok(p.to_owned())));
        assert_eq!(seen.matches("Enter passphrase").count(), 2);
    }

    #[test]
    fn four_attempts_open_a_key_or_none() {
        let requests: Vec<_> = (0..=4).map(|attempt| existing("snapshot", "1234567890", attempt)).collect();
        let (seen, answers) = session("a\nb\nc\nd\ne\n", &[], &requests);
        assert_eq!(answers[3], Ok("d".to_owned()));
        assert_eq!(answers[4], Err(DecisionError::AttemptsExceeded));
        let again = "Passphrase incorrect. Please retry.\nEnter passphrase for repository key with ID 1234567: \n";
        assert_eq!(seen, format!("Enter passphrase for repository key with ID 1234567: \n{}", again.repeat(3)));
    }

    #[test]
    fn a_wrong_answer_is_not_remembered() {
        let requests = [existing("jeff", "1", 0), existing("jeff", "1", 1), existing("jeff", "1", 0)];
        let (_, answers) = session("wrong\nright\n", &[], &requests);
        assert_eq!(answers, ["wrong", "right", "right"].map(|p| Ok(p.to_owned())));
    }

    #[test]
    fn a_key_of_unknown_id_is_named_by_its_role() {
        let (seen, _) = session("x\ny\n", &[], &[existing("encrypted", "", 0), existing("encrypted", "", 0)]);
        assert_eq!(seen, "Enter passphrase for encrypted key: \n".repeat(2));
    }

    #[test]
    fn variables_answer_without_a_prompt() {
        let set = [("DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE", "r"), ("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE", " s ")];
        let (seen, answers) =
            session("", &set, &[new_key("root", "1"), existing("root", "1", 0), new_key("jeff", "2"), existing("", "3", 0)]);
        assert_eq!(answers, ["r", "r", " s ", " s "].map(|p| Ok(p.to_owned())));
        assert_eq!(seen, "");
    }

    #[test]
    fn a_variable_that_is_wrong_is_named_at_once() {
        let set = [("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE", "wrong")];
        let (seen, answers) =
            session("never read\n", &set, &[existing("targets", "1234567", 0), existing("targets", "1234567", 1)]);
        let error = "the passphrase in DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE does not open the repository key with ID 1234567";
        assert_eq!(answers, [Ok("wrong".to_owned()), Err(DecisionError::NoAnswer(error.to_owned()))]);
        assert_eq!(seen, "");
    }

    #[test]
    fn whatever_holds_a_passphrase_is_named_when_it_is_wrong_or_not_there() {
        let set = [("DCT_PASSPHRASE_JEFF", "wrong"), ("DCT_PASSPHRASE_ROOT_FILE", "/x")];
        let requests = [existing("jeff", "1234567890", 0), existing("jeff", "1234567890", 1), existing("root", "2", 0)];
        let (seen, answers) = session("never read\n", &set, &requests);
        let wrong = "the passphrase in DCT_PASSPHRASE_JEFF does not open the jeff key with ID 1234567";
        let absent = "the passphrase in /x (DCT_PASSPHRASE_ROOT_FILE) cannot be used: not there";
        let error = |words: &str| Err(DecisionError::NoAnswer(words.to_owned()));
        assert_eq!(answers, [Ok("wrong".to_owned()), error(wrong), error(absent)]);
        assert_eq!(seen, "");
    }

    #[test]
    fn a_new_key_never_gets_an_empty_passphrase() {
        let set = [("DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE", "")];
        let (_, answers) = session("", &set, &[new_key("root", "1"), existing("root", "1", 0)]);
        let error = "DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE is set but empty: a new key needs a passphrase";
        let existing = "no passphrase for the root key with ID 1000000: the input ended; DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE is set but \
                        empty; give it a value, or answer the prompt on a terminal";
        assert_eq!(answers, [error, existing].map(|error| Err(DecisionError::NoAnswer(error.to_owned()))));
    }

    #[test]
    fn the_end_of_input_is_one_error_that_names_the_variable() {
        for (request, variable, question) in [
            (
                new_key("jeff", "1234567"),
                "DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE",
                "Enter passphrase for new jeff key with ID 1234567: \n",
            ),
            (
                existing("root", "1234567", 0),
                "DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE",
                "Enter passphrase for root key with ID 1234567: \n",
            ),
        ] {
            let key = format!("{} key with ID 1234567", request.name);
            let (seen, answers) = session("", &[], &[request]);
            let error = format!("no passphrase for the {key}: the input ended; set {variable}, or answer the prompt on a terminal");
            assert_eq!(answers, [Err(DecisionError::NoAnswer(error))]);
            assert_eq!(seen, question);
        }
    }

    #[test]
    fn new_attempts_are_limited() {
        let (_, answers) = session(Box::leak("x\n".repeat(20).into_boxed_str()), &[], &[new_key("jeff", "1")]);
        assert_eq!(answers, [Err(DecisionError::NewAttemptsExceeded)]);
    }

    #[test]
    fn a_name_cannot_act_on_the_terminal() {
        let (seen, _) = session("x\n", &[], &[existing("je\u{1b}[2Jff", "1", 0)]);
        assert_eq!(seen, "Enter passphrase for je\\u{1b}[2Jff key with ID 1000000: \n");
    }
}
