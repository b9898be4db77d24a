//! One maker of keys at a time, on a machine where several repositories may begin at once.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    ports::{StoreError, WriterGuard},
    session::Session,
};
use trust::model::gun::Gun;

/// While it lives nobody else on this machine makes keys for a new repository: two at the same time would make a root key and a signer's key each.
pub struct Alone {
    _among_processes: Box<dyn WriterGuard>,
    _in_this_one: MutexGuard<'static, ()>,
}

impl Alone {
    /// Waits for the others: within a bound for another process, and for those of this one as long as their passphrases are asked for.
    pub fn wait(session: &Session<'_>, gun: &Gun) -> Result<Self, StoreError> {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let in_this_one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Self { _among_processes: session.store.maker(gun)?, _in_this_one: in_this_one })
    }
}
