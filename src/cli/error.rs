//! Why a command ends, for a person: the words, the cause, the hints and the exit code.
//!
//! The library's errors hold facts; this file alone adds hints and chooses exit codes. A hint never suggests loosening a check.

/// Exit codes. Docker's: 125 is for a command line that its flag parser refuses, 1 for all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// 1
    Failed,
    /// 125
    BadFlag,
    /// 130, as a shell says it of a process that SIGINT ended.
    Interrupted,
}

impl ExitStatus {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::BadFlag => 125,
            Self::Interrupted => 130,
        }
    }
}

/// A failure as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    message: Vec<String>,
    cause: Option<String>,
    hints: Vec<String>,
    status: ExitStatus,
}

impl CliError {
    /// An error of these words; each line of them is printed as one.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: vec![message.into()], cause: None, hints: Vec::new(), status: ExitStatus::Failed }
    }

    /// An error without words of its own, after others have been said.
    #[must_use]
    pub fn silent(status: ExitStatus) -> Self {
        Self { message: Vec::new(), cause: None, hints: Vec::new(), status }
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

    /// How the process ends.
    #[must_use]
    pub fn status(&self) -> ExitStatus {
        self.status
    }
}

/// An error of the operating system as Go words it: without a capital letter and a number.
#[must_use]
pub fn os_words(error: &std::io::Error) -> String {
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or_default();
    let mut chars = words.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
