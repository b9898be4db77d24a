//! Why a command ends: the words, the cause and the hints for a person, the code and the facts for a program, and the exit code.

use client::error::facts::Facts;

/// Exit codes. Docker's: 125 is for a command line that its flag parser refuses, 1 for all else but what
/// a command that we run ends with, a reader that has gone away, and the verdicts of `dct expiry` and of the verbs that judge an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// 1
    Failed,
    /// 3: asked for what ends soon, there is something.
    EndsSoon,
    /// 4: there is something that has ended.
    HasEnded,
    /// 10 to 21: why an image cannot be used.
    Verdict(u8),
    /// 125
    BadFlag,
    /// 141, as a shell has it of a program that SIGPIPE has ended, which is how the peers end: what was said had no reader.
    Unread,
    /// What another program ended with.
    OfCommand(u8),
}

impl ExitStatus {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::EndsSoon => 3,
            Self::HasEnded => 4,
            Self::BadFlag => 125,
            Self::Unread => 141,
            Self::Verdict(code) | Self::OfCommand(code) => code,
        }
    }
}

/// A failure as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    message: Vec<String>,
    cause: Option<String>,
    hints: Vec<String>,
    kind: Box<Kind>,
    status: ExitStatus,
    /// The command that was used wrong, where the way to use it is to be shown.
    misused: Option<&'static str>,
}

/// What kind of failure it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Kind {
    /// A stable name, for programs.
    code: Option<&'static str>,
    /// The facts of the kind, for programs.
    facts: Facts,
    /// The failure as the program knows it, for `--debug`.
    insides: Option<String>,
}

impl CliError {
    /// An error of these words; each line of them is printed as one.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: vec![message.into()],
            cause: None,
            hints: Vec::new(),
            kind: Box::default(),
            status: ExitStatus::Failed,
            misused: None,
        }
    }

    /// An error without words of its own, after others have been said.
    #[must_use]
    pub fn silent(status: ExitStatus) -> Self {
        Self { message: Vec::new(), status, ..Self::new("") }
    }

    /// Puts words of the peer before the first line.
    #[must_use]
    pub fn prefixed(mut self, prefix: &str) -> Self {
        match self.message.first_mut() {
            Some(first) => first.insert_str(0, prefix),
            None => self.message.push(prefix.to_owned()),
        }
        self
    }

    /// Adds a further line of the message.
    #[must_use]
    pub fn and(mut self, line: impl Into<String>) -> Self {
        self.message.push(line.into());
        self
    }

    /// Sets the fact behind the peer's words.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds what a person could do.
    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Has these hints and no others.
    #[must_use]
    pub fn with_hints(mut self, hints: &[String]) -> Self {
        self.hints = hints.to_vec();
        self
    }

    /// Sets the kind, for programs.
    #[must_use]
    pub fn coded(mut self, code: &'static str) -> Self {
        self.kind.code = Some(code);
        self
    }

    /// Sets the facts of the kind, for programs.
    #[must_use]
    pub fn with_facts(mut self, facts: Facts) -> Self {
        self.kind.facts = facts;
        self
    }

    /// Sets the failure as the program knows it.
    #[must_use]
    pub fn with_insides(mut self, insides: String) -> Self {
        self.kind.insides = Some(insides);
        self
    }

    /// Names the command that was used wrong.
    #[must_use]
    pub fn misusing(mut self, command: &'static str) -> Self {
        self.misused = Some(command);
        self
    }

    /// The command that was used wrong.
    #[must_use]
    pub fn misused(&self) -> Option<&'static str> {
        self.misused
    }

    /// Sets the exit code.
    #[must_use]
    pub fn with_status(mut self, status: ExitStatus) -> Self {
        self.status = status;
        self
    }

    /// The lines of the message, in the peer's words where it has any.
    #[must_use]
    pub fn message(&self) -> &[String] {
        &self.message
    }

    /// The fact behind the message.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// What a person could do.
    #[must_use]
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// The kind, for programs: what a command line was refused for is `usage`, and what has no kind of its own is `failed`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.status {
            ExitStatus::BadFlag => self.kind.code.unwrap_or("usage"),
            _ => self.kind.code.unwrap_or("failed"),
        }
    }

    /// The facts of the kind.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.kind.facts
    }

    /// The failure as the program knows it, for `--debug`.
    #[must_use]
    pub fn insides(&self) -> Option<&str> {
        self.kind.insides.as_deref()
    }

    /// How the process ends.
    #[must_use]
    pub fn status(&self) -> ExitStatus {
        self.status
    }
}

/// The text without the numbers that Rust puts behind the operating system's words: `(os error 28)`.
pub(crate) fn without_error_numbers(text: &str) -> String {
    const NUMBER: &str = " (os error ";
    let mut pieces = text.split(NUMBER);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |words, piece| match piece.split_once(')') {
        Some((number, rest)) if number.bytes().all(|b| b.is_ascii_digit()) => words + rest,
        _ => words + NUMBER + piece,
    })
}

/// An error of the operating system as Go words it: without a capital letter and a number.
#[must_use]
pub(crate) fn os_words(error: &std::io::Error) -> String {
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or_default();
    let mut chars = words.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_errors_are_left_out_wherever_they_stand() {
        for (text, words) in [
            ("write /x: No space left on device (os error 28)", "write /x: No space left on device"),
            ("a (os error 2), and b (os error 13): c", "a, and b: c"),
            ("a file named (os error x)", "a file named (os error x)"),
            ("cut off (os error ", "cut off (os error "),
            ("", ""),
        ] {
            assert_eq!(without_error_numbers(text), words);
        }
    }
}
