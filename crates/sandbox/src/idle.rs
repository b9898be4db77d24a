//! Connections on which nothing happens: they end, so that they cannot take all the places.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep};

/// When something last happened on a connection.
#[derive(Clone, Debug)]
pub(super) struct Activity(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    answering: usize,
    last: Instant,
}

/// A request that is being answered.
pub(super) struct Busy(Activity);

impl Activity {
    /// Of a connection that begins now.
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(State { answering: 0, last: Instant::now() })))
    }

    /// A request has come; it is being answered until this is dropped.
    pub(super) fn begin(&self) -> Busy {
        self.state().answering += 1;
        Busy(self.clone())
    }

    /// Returns when nothing has been asked for so long.
    pub(super) async fn ended(&self, patience: Duration) {
        loop {
            let waited = {
                let state = self.state();
                if state.answering > 0 { Duration::ZERO } else { state.last.elapsed() }
            };
            if waited >= patience {
                return;
            }
            sleep(patience.saturating_sub(waited)).await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.answering = state.answering.saturating_sub(1);
        state.last = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_idle_when_nothing_is_being_answered() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let activity = Activity::new();
            let busy = activity.begin();
            let wait = |patience| tokio::time::timeout(Duration::from_millis(60), activity.ended(Duration::from_millis(patience)));
            assert!(wait(20).await.is_err(), "a request is being answered");
            drop(busy);
            assert!(wait(20).await.is_ok());
        });
    }
}
