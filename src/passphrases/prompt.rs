//! Passphrases and logins, asked for in the words of the peers (their `passphrase.go`).
//!
//! An answer comes from a flag or a variable where one is set, else from the person: on a terminal without echo, or line by line from a pipe. An
//! end of input is one error that names the variable which would have answered; the peers ask twelve times.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use zeroize::Zeroizing;

use super::source::{PassphraseNeed, PassphraseSource, PassphraseSources, Peer};
use crate::term::{
    input::{Echo, Input},
    terminal::read_interruptibly,
    ui::Ui,
};
use client::ports::{DecisionError, Decisions, PassphrasePurpose, PassphraseRequest};
use trust::{
    crypto::secret::Passphrase,
    model::{key_id::CanonicalKeyId, key_name::KeyName},
};

/// Shortest new passphrase that is accepted from a person, in bytes. A variable may hold a shorter one, as with the peers.
const MIN_NEW: usize = 8;

/// How often a new passphrase is asked for.
const NEW_ATTEMPTS: u32 = 12;

/// How often the passphrase of an existing key is asked for.
const UNLOCK_ATTEMPTS: u32 = 4;

const ROOT_WARNING: [&str; 6] = [
    "You are about to create a new root signing key passphrase. This passphrase",
    "will be used to protect the most sensitive key in your signing system. Please",
    "choose a long, complex passphrase and be careful to keep the password and the",
    "key file itself secure and backed up. It is highly recommended that you use a",
    "password manager to generate the passphrase and keep it safe. There will be no",
    "way to recover this key. You can find the key in your config directory.",
];

/// By name and key.
type Answers = BTreeMap<(KeyName, CanonicalKeyId), Zeroizing<String>>;

/// Asks a person, or the environment in their stead.
pub struct Prompter {
    ui: Arc<Ui>,
    input: Arc<Input>,
    sources: PassphraseSources,
    /// What was answered in this process, by name and key: one key is asked for once. Another key of the same name is another question
    /// (the peers reuse the answer silently).
    answers: Mutex<Answers>,
}

/// A user's name and password.
pub struct Login {
    /// The name.
    pub username: String,
    /// The password.
    pub password: Zeroizing<String>,
}

impl Prompter {
    /// Asks through these.
    #[must_use]
    pub fn new(ui: Arc<Ui>, input: Arc<Input>, sources: PassphraseSources) -> Self {
        Self { ui, input, sources, answers: Mutex::default() }
    }

    /// Asks for a login at a server, on a terminal alone; none elsewhere.
    pub fn login(&self) -> io::Result<Option<Login>> {
        if !self.input.is_terminal() {
            return Ok(None);
        }
        let asking = self.ui.ask("Enter username: ");
        let username = self.input.line(Echo::Shown)?.to_string();
        drop(asking);
        let password = self.ask_hidden("Enter password: ")?;
        Ok(Some(Login { username, password }))
    }

    /// Asks for a yes, as docker's `PromptForConfirmation` does: whatever else is answered, and the end of input, is a no. Where no person was
    /// there to be asked, `unasked` is hinted at.
    pub fn confirm(&self, question: &str, unasked: &str) -> Result<bool, DecisionError> {
        let _asking = self.ui.ask(&format!("{question} [y/N] "));
        let input = Arc::clone(&self.input);
        match read_interruptibly(move || input.line(Echo::Shown)) {
            Ok(answer) => Ok(answer.eq_ignore_ascii_case("y")),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                self.ui.line("");
                Err(DecisionError::Interrupted)
            }
            Err(_) => {
                if !self.input.is_terminal() {
                    self.ui.hint(unasked);
                }
                Ok(false)
            }
        }
    }

    /// Asks for `y` or `yes`, as notary's `askConfirm` does: whatever else is answered, and the end of input, is a no.
    #[must_use]
    pub fn is_yes(&self, question: &str) -> bool {
        let _asking = self.ui.ask(question);
        let answer = self.input.line(Echo::Shown);
        answer.is_ok_and(|answer| ["y", "yes"].iter().any(|yes| answer.trim().eq_ignore_ascii_case(yes)))
    }

    /// Asks what may be seen. `UnexpectedEof` where nobody answers.
    pub fn answer(&self, question: &str) -> io::Result<String> {
        let asking = self.ui.ask(question);
        let answer = self.input.line(Echo::Shown);
        drop(asking);
        if answer.is_err() || !self.input.is_terminal() {
            self.ui.say("");
        }
        answer.map(|answer| answer.to_string())
    }

    fn create(&self, question: &Question<'_>) -> Result<Zeroizing<String>, DecisionError> {
        if let Some(source) = self.source(question, true)? {
            return self.read(&source, question);
        }
        if !self.may_ask() {
            return Err(DecisionError::NewAttemptsExceeded);
        }
        self.warn_of_root(question);
        self.ask_twice(question, &format!("passphrase for new {}", question.key()), PassphrasePurpose::Create)
    }

    fn warn_of_root(&self, question: &Question<'_>) {
        for line in ROOT_WARNING.iter().filter(|_| question.kept_as.is_root()) {
            self.ui.say(line);
        }
    }

    /// A passphrase in place of the one that a key has.
    fn replace(&self, question: &Question<'_>) -> Result<Zeroizing<String>, DecisionError> {
        match self.sources.for_replacing() {
            Some(source) => self.read(&source, question),
            None if !self.may_ask() => Err(DecisionError::NewAttemptsExceeded),
            None => {
                let what = match question.peer {
                    Peer::Docker => "new passphrase for",
                    // it asks as for a new key, with all that it says of one
                    Peer::Notary => {
                        self.warn_of_root(question);
                        "passphrase for new"
                    }
                };
                self.ask_twice(question, &format!("{what} {}", question.key()), PassphrasePurpose::Replace)
            }
        }
    }

    fn ask_twice(
        &self,
        question: &Question<'_>,
        what: &str,
        purpose: PassphrasePurpose,
    ) -> Result<Zeroizing<String>, DecisionError> {
        for _ in 0..NEW_ATTEMPTS {
            let first = self.ask(question, &format!("Enter {what}: "), purpose)?;
            if first.len() < MIN_NEW {
                self.ui
                    .say("Passphrase is too short. Please use a password manager to generate and store a good random passphrase.");
                continue;
            }
            let second = self.ask(question, &format!("Repeat {what}: "), purpose)?;
            if *first == *second {
                return Ok(first);
            }
            self.ui.say("Passphrases do not match. Please retry.");
        }
        Err(DecisionError::NewAttemptsExceeded)
    }

    fn unlock(&self, question: &Question<'_>, attempt: u32) -> Result<Zeroizing<String>, DecisionError> {
        if attempt == 0
            && let Some(known) = question.known_by().and_then(|by| self.answers().get(&by).cloned())
        {
            return Ok(known);
        }
        if let Some(source) = self.source(question, false)? {
            if attempt == 0 {
                return self.read(&source, question);
            }
            // the peers try the same value once more
            let words = format!("the passphrase {} does not open the {}", source.described(), question.key());
            if question.peer == Peer::Docker {
                return Err(DecisionError::NoAnswer(words));
            }
            self.ui.warning("passphrase", &words);
            return Err(DecisionError::AttemptsExceeded);
        }
        if attempt >= UNLOCK_ATTEMPTS || !self.may_ask() {
            return Err(DecisionError::AttemptsExceeded);
        }
        if attempt > 0 {
            self.ui.say("Passphrase incorrect. Please retry.");
        }
        self.ask(question, &format!("Enter passphrase for {}: ", question.key()), PassphrasePurpose::Unlock { attempt })
    }

    /// Notary asks nobody but at a terminal: what comes through a pipe may be what a command works on.
    fn may_ask(&self) -> bool {
        self.sources.peer() == Peer::Docker || self.input.is_terminal()
    }

    fn question<'a>(&self, kept_as: &'a KeyName, id: Option<CanonicalKeyId>) -> Question<'a> {
        Question { kept_as, id, peer: self.sources.peer() }
    }

    fn source(&self, question: &Question<'_>, new: bool) -> Result<Option<PassphraseSource>, DecisionError> {
        self.sources.find(PassphraseNeed { name: question.kept_as, key: question.id, new }).map_err(DecisionError::NoAnswer)
    }

    fn read(&self, source: &PassphraseSource, question: &Question<'_>) -> Result<Zeroizing<String>, DecisionError> {
        // a command may ask on the terminal
        let _aside = self.ui.aside();
        let answer = self.sources.read(source, question.kept_as, question.id).map_err(DecisionError::NoAnswer)?;
        if let Some(warning) = &answer.warning {
            self.ui.warning("passphrase", warning);
        }
        Ok(answer.text)
    }

    fn ask(&self, question: &Question<'_>, words: &str, purpose: PassphrasePurpose) -> Result<Zeroizing<String>, DecisionError> {
        self.ask_hidden(words).map_err(|error| {
            let reason = match error.kind() {
                io::ErrorKind::UnexpectedEof => "the input ended".to_owned(),
                _ => error.to_string(),
            };
            let key = question.key();
            let advice = |new| self.sources.advice(PassphraseNeed { name: question.kept_as, key: question.id, new });
            let (what, advice) = match purpose {
                PassphrasePurpose::Create => ("passphrase", advice(true)),
                PassphrasePurpose::Unlock { .. } => ("passphrase", advice(false)),
                PassphrasePurpose::Replace => ("new passphrase", "give --new-passphrase-file".to_owned()),
            };
            DecisionError::NoAnswer(format!("no {what} for the {key}: {reason}; {advice}, or answer the prompt on a terminal"))
        })
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask_hidden(&self, words: &str) -> io::Result<Zeroizing<String>> {
        let _asking = self.ui.ask(words);
        let answer = self.input.line(Echo::Hidden);
        self.ui.say("");
        answer
    }
}

impl Decisions for Prompter {
    fn passphrase(&self, request: &PassphraseRequest) -> Result<Passphrase, DecisionError> {
        let question = self.question(&request.name, request.key);
        let answer = match request.purpose {
            PassphrasePurpose::Create => self.create(&question)?,
            PassphrasePurpose::Replace => self.replace(&question)?,
            PassphrasePurpose::Unlock { attempt } => self.unlock(&question, attempt)?,
        };
        if let Some(by) = question.known_by() {
            // a wrong answer stays only until the next attempt replaces it
            self.answers().insert(by, answer.clone());
        }
        Ok(Passphrase::new(answer.to_string()))
    }

    fn known_passphrase(&self, name: &KeyName, key: CanonicalKeyId) -> Option<Passphrase> {
        let question = self.question(name, Some(key));
        let known = self.answers().get(&(name.clone(), key)).cloned();
        let read = || {
            let source = self.source(&question, false).ok().flatten().filter(PassphraseSource::is_quiet)?;
            self.read(&source, &question).ok()
        };
        known.or_else(read).map(|known| Passphrase::new(known.to_string()))
    }
}

/// Whose passphrase is wanted.
struct Question<'a> {
    kept_as: &'a KeyName,
    id: Option<CanonicalKeyId>,
    peer: Peer,
}

impl Question<'_> {
    /// The name as the peer shows it, and the key's first seven digits where they are known.
    fn key(&self) -> String {
        let name = self.peer.shown(self.kept_as);
        self.id.map_or_else(|| format!("{name} key"), |id| format!("{name} key with ID {}", id.short()))
    }

    /// By what its answer is known; a key of unknown ID may be another the next time.
    fn known_by(&self) -> Option<(KeyName, CanonicalKeyId)> {
        Some((self.kept_as.clone(), self.id?))
    }
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsString, io::Write};

    use super::*;

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

    /// Variables alone; the places that they name are not there.
    fn sources(variables: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static) -> PassphraseSources {
        PassphraseSources::new(Box::new(variables), Box::new(|_, _, _| Err("not there".to_owned())))
    }

    /// What the person sees on standard output, and what the requests are answered with.
    fn session(
        typed: &'static str,
        set: &[(&str, &str)],
        requests: &[PassphraseRequest],
    ) -> (String, Vec<Result<String, DecisionError>>) {
        let screen = Screen::default();
        let (ui, input) = (Ui::to(screen.clone(), io::sink()), Input::piped(typed.as_bytes()));
        let set: BTreeMap<String, OsString> = set.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
        let prompter = Prompter::new(Arc::new(ui), Arc::new(input), sources(move |name| set.get(name).cloned()));
        let text = |passphrase: Passphrase| String::from_utf8(passphrase.as_bytes().to_vec()).unwrap();
        let answers = requests.iter().map(|request| prompter.passphrase(request).map(text)).collect();
        let seen = String::from_utf8(screen.0.lock().unwrap().clone()).unwrap();
        (seen, answers)
    }

    /// The ID that begins with these digits; none where there are none.
    fn id(digits: &str) -> Option<CanonicalKeyId> {
        CanonicalKeyId::from_hex(&format!("{digits:0<64}")).filter(|_| !digits.is_empty())
    }

    fn new_key(name: &str, digits: &str) -> PassphraseRequest {
        PassphraseRequest { name: KeyName::of(name), key: id(digits), purpose: PassphrasePurpose::Create }
    }

    #[test]
    fn notary_asks_nobody_through_a_pipe_and_takes_its_own_words() {
        let screen = Screen::default();
        let (ui, input) = (Ui::to(screen.clone(), io::sink()), Input::piped(&b"passphrase1\npassphrase1\n"[..]));
        let set = |name: &str| (name == "NOTARY_TARGETS_PASSPHRASE").then(|| OsString::from("t"));
        let prompter = Prompter::new(Arc::new(ui), Arc::new(input), sources(set).in_the_words_of(Peer::Notary));
        let ask = |request: PassphraseRequest| prompter.passphrase(&request).err();
        assert_eq!(ask(new_key("root", "1234567")), Some(DecisionError::NewAttemptsExceeded));
        assert_eq!(ask(existing("jeff", "1234567", 0)), Some(DecisionError::AttemptsExceeded));
        assert_eq!(ask(existing("targets", "1234567", 0)), None);
        assert_eq!(ask(existing("targets", "1234567", 1)), Some(DecisionError::AttemptsExceeded));
        assert!(screen.0.lock().unwrap().is_empty());
        let targets = KeyName::of("targets");
        let question = prompter.question(&targets, id("123456789"));
        assert_eq!(question.key(), "targets key with ID 1234567");
    }

    fn existing(name: &str, digits: &str, attempt: u32) -> PassphraseRequest {
        PassphraseRequest { name: KeyName::of(name), key: id(digits), purpose: PassphrasePurpose::Unlock { attempt } }
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
             Passphrase is too short. Please use a password manager to generate and store a good random passphrase.\n\
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

    #[test]
    fn a_login_is_asked_for_on_a_terminal_alone() {
        let (ui, input) = (Ui::to(io::sink(), io::sink()), Input::piped(&b"jeff\nsecret\n"[..]));
        let prompter = Prompter::new(Arc::new(ui), Arc::new(input), sources(|_| None));
        assert!(prompter.login().unwrap().is_none());
    }
}
