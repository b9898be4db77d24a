//! The same work on several items at once: a map whose results stand in the order of the items.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// In place of the result of an item: the work on it panicked, and the others went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the work was broken off")]
pub struct BrokenOff;

/// Works on each item, on no more than `most` at a time. There is one result for each item, in the order of the items.
///
/// A single item is worked on in the caller's own thread.
///
/// ```
/// let lengths = client::in_parallel::in_parallel(&["a", "bcd"], 8, |word| word.len());
/// assert_eq!(lengths, [Ok(1), Ok(3)]);
/// ```
pub fn in_parallel<T: Sync, R: Send>(items: &[T], most: usize, work: impl Fn(&T) -> R + Sync) -> Vec<Result<R, BrokenOff>> {
    // nothing of an item whose work panicked is looked at again
    let work = |item: &T| catch_unwind(AssertUnwindSafe(|| work(item))).map_err(|_| BrokenOff);
    let workers = items.len().min(most);
    if workers <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return done };
            done.push((index, work(item)));
        }
    };
    let mut done: Vec<(usize, Result<R, BrokenOff>)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).flatten().collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::{sync::Barrier, time::Duration};

    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..100).collect();
        let doubled = in_parallel(&items, 16, |n| {
            thread::sleep(Duration::from_micros(n % 7 * 50));
            n * 2
        });
        assert_eq!(doubled, items.iter().map(|n| Ok(n * 2)).collect::<Vec<_>>());
        assert!(in_parallel(&[] as &[u64], 16, |n| *n).is_empty());
    }

    #[test]
    fn as_many_are_worked_on_at_once_as_may_be_and_no_more() {
        let (all_there, at_work) = (Barrier::new(4), AtomicUsize::new(0));
        let most = in_parallel(&[(); 16], 4, |()| {
            let now = at_work.fetch_add(1, Ordering::SeqCst) + 1;
            // it returns when four are here
            all_there.wait();
            at_work.fetch_sub(1, Ordering::SeqCst);
            now
        });
        assert!(most.iter().all(|at_once| at_once.is_ok_and(|at_once| at_once <= 4)), "{most:?}");
    }

    #[test]
    fn one_item_that_panics_keeps_its_place_and_stops_no_other() {
        for most in [1, 2, 8] {
            let results = in_parallel(&[0, 1, 2, 3, 4], most, |n| {
                assert_ne!(*n, 1);
                *n
            });
            assert_eq!(results, [Ok(0), Err(BrokenOff), Ok(2), Ok(3), Ok(4)], "{most}");
        }
    }
}
