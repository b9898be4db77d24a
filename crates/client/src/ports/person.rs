//! The person who is told, and who answers.

use crate::ports::events::Event;
use trust::{
    crypto::secret::Passphrase,
    model::{key_id::CanonicalKeyId, key_name::KeyName},
};

/// Hears what happens along the way, in order.
pub trait Events {
    /// Something happened.
    fn tell(&self, event: Event<'_>);
}

/// Answers what only the person can.
pub trait Decisions {
    /// A passphrase that opens or protects a key.
    fn passphrase(&self, request: &PassphraseRequest) -> Result<Passphrase, DecisionError>;

    /// The passphrase of an existing key, where it is known without asking anyone.
    fn known_passphrase(&self, _name: &KeyName, _key: CanonicalKeyId) -> Option<Passphrase> {
        None
    }
}

/// Which passphrase is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassphraseRequest {
    /// What the key is kept under; it chooses the prompt's words and the variable that may answer.
    pub name: KeyName,
    /// The key's ID; none where it cannot be known yet.
    pub key: Option<CanonicalKeyId>,
    /// What it is for.
    pub purpose: PassphrasePurpose,
}

/// What a passphrase is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassphrasePurpose {
    /// Opens an existing key; `attempt` counts from 0, and each further one means that the last answer was wrong.
    Unlock {
        /// How many answers were wrong so far.
        attempt: u32,
    },
    /// Protects a new key; asked twice, never empty.
    Create,
    /// Protects a key that exists in place of the passphrase that it has; asked twice, never empty.
    Replace,
}

/// No answer can be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecisionError {
    /// The person gave up, or every attempt was wrong.
    #[error("no passphrase was the right one")]
    AttemptsExceeded,
    /// A new passphrase was not given twice alike within the attempts.
    #[error("no new passphrase was given twice alike")]
    NewAttemptsExceeded,
    /// The prompt was interrupted.
    #[error("interrupted")]
    Interrupted,
    /// Input ended, or an answer cannot be used.
    #[error("{0}")]
    NoAnswer(String),
}
