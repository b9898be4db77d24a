//! Whom a command speaks to. A person hears words as they come; a program gets one document at the end, for which warnings and errors are kept.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde_json::{Map, Value};

use super::error::CliError;

/// Who reads what a command says.
#[derive(Clone, Debug, Default)]
pub(crate) enum Audience {
    /// A person: in words.
    #[default]
    Person,
    /// A program: what is kept goes into its document.
    Program(Arc<Mutex<Said>>),
}

/// What was said on the way to a document.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Objects with `code`, `message`, and the facts of the kind.
    warnings: Vec<Value>,
    /// In the order in which they were met.
    errors: Vec<CliError>,
}

impl Audience {
    /// A program that has heard nothing yet.
    pub(crate) fn program() -> Self {
        Self::Program(Arc::default())
    }

    /// Whether words are for nobody.
    pub(crate) fn is_program(&self) -> bool {
        matches!(self, Self::Program(_))
    }

    /// Keeps a warning for a program; false where a person is to hear it. `facts` has its code.
    pub(crate) fn keeps_warning(&self, facts: &impl Serialize, words: &str) -> bool {
        if !self.is_program() {
            return false;
        }
        let mut warning = match serde_json::to_value(facts) {
            Ok(Value::Object(facts)) => facts,
            _ => Map::new(),
        };
        warning.insert("message".to_owned(), words.into());
        self.said(|said| said.warnings.push(Value::Object(warning)));
        true
    }

    /// Keeps an error for a program; false where a person is to hear it. One without words says nothing that was not said before it.
    pub(crate) fn keeps_error(&self, error: &CliError) -> bool {
        if !error.message().is_empty() {
            self.said(|said| said.errors.push(error.clone()));
        }
        self.is_program()
    }

    /// The warnings that were kept, which are kept no more.
    pub(crate) fn take_warnings(&self) -> Vec<Value> {
        self.said(|said| std::mem::take(&mut said.warnings))
    }

    /// The errors that were kept, which are kept no more.
    pub(crate) fn take_errors(&self) -> Vec<CliError> {
        self.said(|said| std::mem::take(&mut said.errors))
    }

    fn said<T: Default>(&self, of: impl FnOnce(&mut Said) -> T) -> T {
        match self {
            Self::Person => T::default(),
            Self::Program(said) => of(&mut said.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}
