//! The same work on several items at once: a map whose results stand in the order of the items.

use std::{
    collections::BTreeMap,
    iter,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
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
    let mut results = Vec::new();
    in_parallel_telling(items, most, work, |result| results.push(result));
    results
}

/// The same, where each result is handed on as soon as it and all before it are there, in the caller's thread and in the order of the items.
pub fn in_parallel_telling<T: Sync, R: Send>(
    items: &[T],
    most: usize,
    work: impl Fn(&T) -> R + Sync,
    mut tell: impl FnMut(Result<R, BrokenOff>),
) {
    // nothing of an item whose work panicked is looked at again
    let work = |item: &T| catch_unwind(AssertUnwindSafe(|| work(item))).map_err(|_| BrokenOff);
    let workers = items.len().min(most);
    if workers <= 1 {
        return items.iter().map(work).for_each(tell);
    }
    let (next, (done, results)) = (AtomicUsize::new(0), mpsc::channel());
    let worker = |done: mpsc::Sender<_>| {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return };
            // whoever listens does so to the end
            let _ = done.send((index, work(item)));
        }
    };
    thread::scope(|scope| {
        for done in iter::repeat_n(done, workers) {
            scope.spawn(|| worker(done));
        }
        let mut early = BTreeMap::new();
        for told in 0..items.len() {
            while !early.contains_key(&told) {
                let Ok((index, result)) = results.recv() else { return };
                early.insert(index, result);
            }
            early.remove(&told).into_iter().for_each(&mut tell);
        }
    });
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Barrier, Mutex},
        time::Duration,
    };

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
    fn a_result_is_told_while_others_are_worked_on() {
        // the second one ends when the first was told, or never
        let (told, heard) = mpsc::channel();
        let heard = Mutex::new(heard);
        let mut results = Vec::new();
        let work = |n: &u8| if *n == 2 { heard.lock().unwrap().recv_timeout(Duration::from_secs(60)).unwrap() } else { *n };
        in_parallel_telling(&[1, 2, 3], 2, work, |result| {
            results.push(result);
            let _ = told.send(9);
        });
        assert_eq!(results, [Ok(1), Ok(9), Ok(3)]);
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
