//! What is told now and written later: for work that is done side by side, and told of one after the other.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

/// Text in the order in which it was told.
#[derive(Clone, Default)]
pub struct Kept(Arc<Mutex<Told>>);

/// Pieces of text, and where each goes.
type Told = Vec<(To, Vec<u8>)>;

/// Which stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum To {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

impl Kept {
    /// Keeps what is written here for a stream.
    pub(crate) fn writer(&self, to: To) -> impl Write + Send + 'static + use<> {
        Keeper { kept: self.clone(), to }
    }

    /// All that was kept.
    pub(crate) fn take(&self) -> Told {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Keeper {
    kept: Kept,
    to: To,
}

impl Write for Keeper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.kept.0.lock().unwrap_or_else(PoisonError::into_inner).push((self.to, bytes.to_vec()));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
