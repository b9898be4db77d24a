//! The memo of one command: what is found out once a key, by the first who wants it, while others who want the same wait. It is dropped with its command.
//!
//! A failure is shared by those who had begun when it was met, a whole batch of requests say, and not remembered: whoever begins later asks anew.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Instant,
};

/// What was found out so far. Keys do not wait for each other.
pub(in crate::http) struct Memo<K, V, E>(Mutex<Attempts<K, V, E>>);

type Attempts<K, V, E> = BTreeMap<K, Attempt<V, E>>;

/// The last attempt to find something out, and when it ended; under way as long as it is empty.
type Attempt<V, E> = Arc<OnceLock<(Instant, Result<V, E>)>>;

impl<K, V, E> Default for Memo<K, V, E> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Ord + Clone, V: Clone, E: Clone> Memo<K, V, E> {
    /// The value of a key, for one who began at this time; made where there is none, or where the one there is not usable.
    pub(in crate::http) fn get(
        &self,
        key: &K,
        begun: Instant,
        usable: impl Fn(&V) -> bool,
        mut make: impl FnMut() -> Result<V, E>,
    ) -> Result<V, E> {
        loop {
            let mut is_ours = false;
            let attempt = self.attempt(key, begun, &usable);
            let (_, outcome) = attempt.get_or_init(|| {
                is_ours = true;
                let outcome = make();
                (Instant::now(), outcome)
            });
            match outcome {
                // what another made meanwhile may not be what is wanted here
                Ok(value) if !is_ours && !usable(value) => {}
                outcome => return outcome.clone(),
            }
        }
    }

    /// Has the value of a key from now on.
    pub(in crate::http) fn keep(&self, key: K, value: V) {
        self.attempts().insert(key, Arc::new(OnceLock::from((Instant::now(), Ok(value)))));
    }

    /// The attempt that is under way, has a usable value, or has failed since that time; else a new one.
    fn attempt(&self, key: &K, begun: Instant, usable: impl Fn(&V) -> bool) -> Attempt<V, E> {
        let mut attempts = self.attempts();
        let last = attempts.entry(key.clone()).or_default();
        let serves = match last.get() {
            None => true,
            Some((_, Ok(value))) => usable(value),
            Some((ended, Err(_))) => *ended >= begun,
        };
        if !serves {
            *last = Attempt::default();
        }
        Arc::clone(last)
    }

    fn attempts(&self) -> MutexGuard<'_, Attempts<K, V, E>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicU32, Ordering},
        thread,
        time::Duration,
    };

    use super::*;

    type Numbers = Memo<u8, u32, &'static str>;

    #[test]
    fn a_value_is_made_once_and_a_failure_is_asked_for_again() {
        let memo = Numbers::default();
        let get = |key: u8, outcome| memo.get(&key, Instant::now(), |_| true, || outcome);
        assert_eq!(get(1, Err("down")), Err("down"));
        thread::sleep(Duration::from_millis(1));
        assert_eq!(get(1, Ok(7)), Ok(7));
        assert_eq!(get(1, Err("down")), Ok(7));
        assert_eq!(get(2, Ok(8)), Ok(8));
        assert_eq!(memo.get(&1, Instant::now(), |value| *value == 9, || Ok(9)), Ok(9));
        memo.keep(1, 10);
        assert_eq!(get(1, Err("down")), Ok(10));
    }

    #[test]
    fn those_who_had_begun_share_a_failure() {
        let (memo, attempts, begun) = (Numbers::default(), AtomicU32::new(0), Instant::now());
        let fail = || {
            attempts.fetch_add(1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(20));
            Err("down")
        };
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..3).for_each(|_| assert_eq!(memo.get(&1, begun, |_| true, fail), Err("down"))));
            }
        });
        assert_eq!(attempts.load(Ordering::SeqCst), 1);
        thread::sleep(Duration::from_millis(1));
        assert_eq!(memo.get(&1, Instant::now(), |_| true, || Ok(1)), Ok(1));
        assert_eq!(memo.get(&1, begun, |_| true, fail), Ok(1));
    }

    #[test]
    fn an_outcome_that_is_not_wanted_is_waited_for_and_made_anew() {
        let memo = Numbers::default();
        let slowly = || {
            thread::sleep(Duration::from_millis(50));
            Ok(1)
        };
        thread::scope(|scope| {
            scope.spawn(|| memo.get(&1, Instant::now(), |_| true, slowly));
            thread::sleep(Duration::from_millis(10));
            assert_eq!(memo.get(&1, Instant::now(), |value| *value == 2, || Ok(2)), Ok(2));
        });
    }
}
