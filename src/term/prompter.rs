//! Questions to the person, in the words of the peers: a login, a confirmation, an answer that may be seen, and one that is hidden.
//!
//! On a terminal what is hidden is typed without echo; from a pipe each answer is a line.

use std::{io, sync::Arc};

use zeroize::Zeroizing;

use super::{
    input::{Echo, Input, as_text},
    terminal::read_interruptibly,
    ui::Ui,
};
use client::ports::DecisionError;

/// Asks a person.
pub(crate) struct Prompter {
    ui: Arc<Ui>,
    input: Arc<Input>,
}

/// A user's name and password.
pub(crate) struct Login {
    /// The name.
    pub(crate) username: String,
    /// The password.
    pub(crate) password: Zeroizing<String>,
}

impl Prompter {
    /// Asks through these.
    #[must_use]
    pub(crate) fn new(ui: Arc<Ui>, input: Arc<Input>) -> Self {
        Self { ui, input }
    }

    /// Where it asks.
    #[must_use]
    pub(crate) fn ui(&self) -> &Ui {
        &self.ui
    }

    /// Whether a person may be typing.
    #[must_use]
    pub(crate) fn is_terminal(&self) -> bool {
        self.input.is_terminal()
    }

    /// Asks for a login at a server, on a terminal alone; none elsewhere.
    pub(crate) fn login(&self) -> io::Result<Option<Login>> {
        if !self.is_terminal() {
            return Ok(None);
        }
        let asking = self.ui.ask("Enter username: ");
        let username = self.input.line(Echo::Shown)?.to_string();
        drop(asking);
        let password = self.hidden("Enter password: ")?;
        Ok(Some(Login { username, password: as_text(&password, "a password")? }))
    }

    /// Asks for a yes, as docker's `PromptForConfirmation` does: whatever else is answered, and the end of input, is a no. Then `left`, how things
    /// are, is told on standard error; where no person was there to be asked, with the flag that does it `unasked`.
    pub(crate) fn confirm(&self, question: &str, left: &str, unasked: &str) -> Result<bool, DecisionError> {
        let _asking = self.ui.ask(&format!("{question} [y/N] "));
        let input = Arc::clone(&self.input);
        match read_interruptibly(move || input.line(Echo::Shown)) {
            Ok(answer) if answer.eq_ignore_ascii_case("y") => Ok(true),
            Ok(_) => {
                self.ui.notice(left);
                Ok(false)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                self.ui.line("");
                Err(DecisionError::Interrupted)
            }
            Err(_) => {
                if self.is_terminal() {
                    self.ui.notice(left);
                } else {
                    self.ui.hint(&format!("{left}: nobody answered; {unasked} without asking"));
                }
                Ok(false)
            }
        }
    }

    /// Asks for `y` or `yes`, as notary's `askConfirm` does: whatever else is answered, and the end of input, is a no.
    #[must_use]
    pub(crate) fn is_yes(&self, question: &str) -> bool {
        let _asking = self.ui.ask(question);
        let answer = self.input.line(Echo::Shown);
        answer.is_ok_and(|answer| ["y", "yes"].iter().any(|yes| answer.trim().eq_ignore_ascii_case(yes)))
    }

    /// Asks what may be seen. `UnexpectedEof` where nobody answers.
    pub(crate) fn answer(&self, question: &str) -> io::Result<String> {
        let asking = self.ui.ask(question);
        let answer = self.input.line(Echo::Shown);
        drop(asking);
        if answer.is_err() || !self.is_terminal() {
            self.ui.say("");
        }
        answer.map(|answer| answer.to_string())
    }

    /// Asks what nobody may see. `UnexpectedEof` where nobody answers.
    pub(crate) fn hidden(&self, question: &str) -> io::Result<Zeroizing<Vec<u8>>> {
        let _asking = self.ui.ask(question);
        let answer = self.input.bytes(Echo::Hidden);
        self.ui.say("");
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_asked_for_on_a_terminal_alone() {
        let (ui, input) = (Ui::to(io::sink(), io::sink()), Input::piped(&b"jeff\nsecret\n"[..]));
        let prompter = Prompter::new(Arc::new(ui), Arc::new(input));
        assert!(prompter.login().unwrap().is_none());
    }
}
